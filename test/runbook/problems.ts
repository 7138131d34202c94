import path from 'node:path';
import { type ParseResult, parse } from '../../src/runbook/parse.ts';
import type { RunbookProblem } from '../../src/runbook/problem.ts';
import type { Runbook } from '../../src/runbook/runbook.ts';
import { fixtureKinds } from './fixture-kinds.ts';

/** Parses the first of some files; the others can be called by their path. */
export function parseFiles(files: Readonly<Record<string, string>>, main = 'main.yaml'): ParseResult {
  return parse(files[main] ?? '', `/books/${main}`, {
    kinds: fixtureKinds,
    loadRunbook(reference, from) {
      const file = path.posix.resolve(path.posix.dirname(from), reference);
      const content = files[path.posix.relative('/books', file)];
      return content === undefined ? undefined : { file, content };
    },
  });
}

/** The runbook of a text that is valid. */
export function runbookOf(files: Readonly<Record<string, string>> | string): Runbook {
  const result = parseFiles(typeof files === 'string' ? { 'main.yaml': files } : files);
  if (!result.ok) throw new Error(result.problems.map(inShort).join('\n'));
  return result.runbook;
}

/** '3:5 what is wrong (expected) → suggestion' for each problem. */
export function problemsOf(content: string | Uint8Array): readonly string[] {
  const result = parse(content, '/books/main.yaml', { kinds: fixtureKinds });
  return result.ok ? [] : result.problems.map(inShort);
}

export function inShort({ line, column, message, expected, suggestion }: RunbookProblem): string {
  const place = line === undefined ? '' : `${line}:${column} `;
  return `${place}${message}${expected === undefined ? '' : ` (${expected})`}${suggestion === undefined ? '' : ` → ${suggestion}`}`;
}

/** A runbook of these steps, which begin on line 5. */
export function withSteps(steps: string, more = ''): string {
  return `apiVersion: rollbook/v1\nid: test\ntitle: Test\nsteps:\n${steps}${more === '' ? '' : `\n${more}`}\n`;
}

import stringWidth from 'string-width';
import { neutralise } from '../prose/neutralise.ts';
import type { RunbookProblem } from './problem.ts';

export interface FormatOptions {
  readonly colour?: boolean;
  /** How the file is shown; as it is when absent. */
  readonly shownFile?: (file: string) => string;
}

/** A line longer than this is cut around the place that matters. */
const MAX_SOURCE = 100;

/**
 * A problem as lines for a terminal, the first one `file:line:column: message` as editors and CI read it:
 *
 *     banking.yaml:12:15: there is no kind of step "kubernetes/scal"
 *        12 │         uses: kubernetes/scal
 *           │               ^
 *           did you mean "kubernetes/scale"?
 */
export function formatProblem(problem: RunbookProblem, options: FormatOptions = {}): string {
  const paint = (code: number, text: string) => (options.colour ? `\u001b[${code}m${text}\u001b[0m` : text);
  const { line, column = 1, source, expected, suggestion } = problem;
  const file = neutralise(options.shownFile?.(problem.file) ?? problem.file);
  const place = line === undefined ? file : `${file}:${line}:${column}`;
  const lines = [`${paint(1, `${place}:`)} ${paint(31, neutralise(problem.message))}`];
  if (line !== undefined && source !== undefined) {
    const { text, before } = cut(source, column);
    const gutter = String(line).padStart(5);
    lines.push(`${paint(2, `${gutter} │`)} ${neutralise(text)}`);
    lines.push(
      `${paint(2, `${' '.repeat(gutter.length)} │`)} ${' '.repeat(stringWidth(neutralise(before)))}${paint(31, '^')}`,
    );
  }
  if (expected !== undefined) lines.push(`        expected: ${neutralise(expected)}`);
  if (suggestion !== undefined) lines.push(`        ${paint(36, neutralise(suggestion))}`);
  return lines.join('\n');
}

function cut(source: string, column: number): { readonly text: string; readonly before: string } {
  const start = column > MAX_SOURCE * 0.8 ? column - MAX_SOURCE / 2 : 0;
  const head = start > 0 ? '…' : '';
  const text = source.slice(start, start + MAX_SOURCE);
  const tail = start + MAX_SOURCE < source.length ? '…' : '';
  return { text: `${head}${text}${tail}`, before: `${head}${source.slice(start, column - 1)}` };
}

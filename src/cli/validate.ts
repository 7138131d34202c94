import { statSync } from 'node:fs';
import path from 'node:path';
import { neutralise } from '../prose/neutralise.ts';
import { createLoader, findRunbook, readRunbook, runbookFiles } from '../runbook/catalog.ts';
import { createCompiler } from '../runbook/compile.ts';
import { formatProblem } from '../runbook/format-problem.ts';
import { parse } from '../runbook/parse.ts';
import type { RunbookProblem } from '../runbook/problem.ts';
import { stepKinds } from '../steps/index.ts';
import { EXIT } from './exit-code.ts';
import type { Io } from './io.ts';

export interface ValidateOptions {
  readonly json: boolean;
  readonly colour?: boolean;
  /** Files, folders or ids; everything in `folders` when there are none. */
  readonly paths: readonly string[];
  readonly folders: readonly string[];
  readonly cwd: string;
}

interface Verdict {
  readonly file: string;
  readonly valid: boolean;
  readonly id?: string;
  readonly problems: readonly RunbookProblem[];
}

/** rollbook validate [PATHS…] */
export async function validate(options: ValidateOptions, io: Io): Promise<number> {
  const files = [
    ...new Set(
      options.paths.length > 0
        ? options.paths.flatMap((given) => filesOf(given, options))
        : options.folders.flatMap((folder) => runbookFiles(folder)),
    ),
  ];
  const verdicts = checkAll(files, options.folders);
  const valid = verdicts.every((verdict) => verdict.valid);
  if (options.json) io.out(JSON.stringify(verdicts, null, 2));
  else tell(verdicts, options, io);
  return valid ? EXIT.succeeded : EXIT.usage;
}

function filesOf(given: string, { cwd, folders }: ValidateOptions): readonly string[] {
  const full = path.resolve(cwd, given);
  if (statSync(full, { throwIfNoEntry: false })?.isDirectory()) return runbookFiles(full);
  return [findRunbook(given, folders, cwd).file ?? full];
}

function checkAll(files: readonly string[], folders: readonly string[]): readonly Verdict[] {
  const shared = { kinds: stepKinds, loadRunbook: createLoader(folders), compiler: createCompiler() };
  const seen = new Map<string, string>();
  return files.map((file): Verdict => {
    const loaded = readRunbook(file);
    if (loaded === undefined)
      return { file, valid: false, problems: [{ file, message: 'there is no such file or runbook' }] };
    const result = parse(loaded.content, file, shared);
    if (!result.ok) return { file, valid: false, problems: result.problems };
    const { id } = result.runbook;
    const twin = seen.get(id);
    seen.set(id, twin ?? file);
    const problems =
      twin === undefined
        ? []
        : [{ file, message: `the id "${id}" is used by ${twin} too`, expected: 'an id of its own' }];
    return { file, valid: problems.length === 0, id, problems };
  });
}

function tell(verdicts: readonly Verdict[], { colour = false, cwd }: ValidateOptions, io: Io): void {
  const shownFile = (file: string) => {
    const relative = path.relative(cwd, file);
    return relative === '' || relative.startsWith('..') ? file : relative;
  };
  for (const verdict of verdicts) {
    for (const problem of verdict.problems) io.out(`${formatProblem(problem, { colour, shownFile })}\n`);
    if (verdict.valid) io.out(`${neutralise(shownFile(verdict.file))}: valid`);
  }
  const problems = verdicts.reduce((sum, verdict) => sum + verdict.problems.length, 0);
  const count = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  io.out(
    `${count(verdicts.length, 'runbook')} checked, ${problems === 0 ? 'no problems' : count(problems, 'problem')}.`,
  );
}

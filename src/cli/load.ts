import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { type Scenario, scenarioSchema } from '../drill/scenario.ts';
import { catalogFolders, createLoader, findRunbook, readRunbook, scenariosOf } from '../runbook/catalog.ts';
import { formatProblem } from '../runbook/format-problem.ts';
import { type LoadedFile, type ParseResult, parse } from '../runbook/parse.ts';
import type { Runbook } from '../runbook/runbook.ts';
import { stepKinds } from '../steps/index.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import { hint } from './hint.ts';
import { packageRoot } from './package-root.ts';

/** Where runbooks are looked for: ROLLBOOK_PATH, ./runbooks, those that are shipped. */
export function runbookFolders(): readonly string[] {
  const shipped = path.join(packageRoot(), 'runbooks');
  return catalogFolders({ cwd: process.cwd(), path: process.env.ROLLBOOK_PATH, shipped });
}

/** The runbook of that id or path, whole and checked; its problems become the failure's message. */
export async function loadRunbook(reference: string): Promise<Runbook> {
  const folders = runbookFolders();
  const found = findRunbook(reference, folders, process.cwd());
  if (found.file === undefined)
    throw new CommandFailure(
      `There is no runbook ${reference}.${found.nearest === undefined ? '' : ` Did you mean ${found.nearest}?`}`,
      EXIT.usage,
      'rollbook list shows them all; a path to a file works too.',
    );
  const result = parseLoaded(found, folders);
  if (result.ok) return result.runbook;
  const problems = result.problems.map((problem) => formatProblem(problem, {}));
  throw new CommandFailure(
    `${reference} cannot be run as it is written.\n\n${problems.join('\n\n')}`,
    EXIT.usage,
  );
}

function parseLoaded(loaded: LoadedFile, folders: readonly string[]): ParseResult {
  return parse(loaded.content, loaded.file, { kinds: stepKinds, loadRunbook: createLoader(folders) });
}

/** The hash of the runbook's file as it is now; undefined when it cannot be read as a runbook any more. */
export async function hashOfRunbook(runbook: Runbook): Promise<string | undefined> {
  const loaded = readRunbook(runbook.file);
  const result = loaded === undefined ? undefined : parseLoaded(loaded, runbookFolders());
  return result?.ok ? result.runbook.sha256 : undefined;
}

/** A drill of a runbook; the straight one, else the first, when none is named. */
export async function loadScenario(runbook: Runbook, id: string | undefined): Promise<Scenario> {
  const scenarios = scenariosOf(runbook.file);
  const ids = scenarios.map((scenario) => scenario.id);
  const found =
    id === undefined
      ? (scenarios.find((one) => one.id === 'straight') ?? scenarios[0])
      : scenarios.find((one) => one.id === id);
  if (found === undefined) {
    throw new CommandFailure(
      ids.length === 0
        ? `${runbook.id} has no drills.`
        : `${runbook.id} has no drill ${id}.${hint(id ?? '', ids)}`,
      EXIT.usage,
      ids.length === 0
        ? 'Drills stand beside a runbook, in drills/<its name>/.'
        : `There are ${ids.join(', ')}.`,
    );
  }
  return readScenario(found.file);
}

function readScenario(file: string): Scenario {
  let content: unknown;
  try {
    content = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CommandFailure(`${file} is not YAML: ${(error as Error).message}`, EXIT.usage);
  }
  const result = scenarioSchema.safeParse(content);
  if (result.success) return result.data;
  throw new CommandFailure(`${file} is not a scenario:\n${z.prettifyError(result.error)}`, EXIT.usage);
}

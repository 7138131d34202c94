import path from 'node:path';
import { neutralise } from '../prose/neutralise.ts';
import { type CatalogEntry, readCatalog } from '../runbook/catalog.ts';
import { EXIT } from './exit-code.ts';
import type { Io } from './io.ts';

export interface ListOptions {
  readonly json: boolean;
  /** Where to look, in this order. */
  readonly folders: readonly string[];
}

/** rollbook list */
export async function list(options: ListOptions, io: Io): Promise<number> {
  const entries = readCatalog(options.folders);
  if (options.json) {
    io.out(JSON.stringify(entries.map(asJson), null, 2));
    return EXIT.succeeded;
  }
  if (entries.length === 0) {
    io.err(`There are no runbooks in ${options.folders.join(', ')}.`);
    return EXIT.succeeded;
  }
  const width = Math.max(
    ...entries.flatMap(({ id, scenarios }) => [id.length, ...scenarios.map((one) => one.id.length + 2)]),
  );
  let group: string | undefined;
  for (const entry of entries) {
    const own = groupOf(entry);
    if (own !== group) {
      if (group !== undefined) io.out('');
      io.out(neutralise(own));
      group = own;
    }
    const title = entry.problem === undefined ? entry.title : `cannot be read: ${entry.problem}`;
    io.out(`  ${line(entry.id, title, width)}`);
    for (const scenario of entry.scenarios) io.out(`  ${line(`  ${scenario.id}`, scenario.title, width)}`);
  }
  return EXIT.succeeded;
}

function line(id: string, title: string, width: number): string {
  return `${neutralise(id).padEnd(width)}  ${neutralise(title)}`.trimEnd();
}

/** Ids are grouped by their folder; those without one, by the folder of their file. */
function groupOf({ id, file }: CatalogEntry): string {
  return id.includes('/') ? id.slice(0, id.lastIndexOf('/')) : path.basename(path.dirname(file));
}

function asJson({ id, title, file, inputs, scenarios, problem }: CatalogEntry) {
  return {
    id,
    title,
    file,
    inputs,
    scenarios: scenarios.map((scenario) => ({ id: scenario.id, title: scenario.title })),
    ...(problem === undefined ? {} : { problem }),
  };
}

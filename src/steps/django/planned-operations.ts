import { neutralise } from '../../prose/neutralise.ts';
import type { MigrationName } from './migration-list.ts';

/** A migration that `migrate --plan` would take back or apply, with its operations in Django's words. */
export interface PlannedMigration extends MigrationName {
  readonly operations: readonly string[];
}

const HEADING = /^([A-Za-z_]\w*)\.([^\s.]+)$/;
const OPERATION = /^ {4}(\S.*)$/;
const NOTHING = /^ {2}No planned migration operations\.$/;

/**
 * Reads what `migrate APP TARGET --plan` prints, in the order in which it will be done; undefined when it is no plan
 * at all. Log lines in between are passed over.
 */
export function parsePlannedOperations(output: string): readonly PlannedMigration[] | undefined {
  const lines = neutralise(output, { multiline: true })
    .split('\n')
    .map((line) => line.trimEnd());
  const begin = lines.indexOf('Planned operations:');
  if (begin === -1) return undefined;
  const planned: { app: string; name: string; operations: string[] }[] = [];
  for (const line of lines.slice(begin + 1)) {
    const [, app, name] = HEADING.exec(line) ?? [];
    if (app !== undefined && name !== undefined) planned.push({ app, name, operations: [] });
    const operation = OPERATION.exec(line)?.[1];
    if (operation !== undefined) planned.at(-1)?.operations.push(operation);
  }
  return planned.length > 0 || lines.some((line) => NOTHING.test(line)) ? planned : undefined;
}

/** Django says so of RunPython and RunSQL without a reverse; other operations only fail when it comes to them. */
export function isIrreversible(operation: string): boolean {
  return / -> IRREVERSIBLE$/.test(operation);
}

/** Runs code or SQL on the way back of which the plan shows nothing: it may well reverse nothing (noop). */
export function isOpaque(operation: string): boolean {
  return /^Raw (?:Python|SQL) operation/.test(operation) && !isIrreversible(operation);
}

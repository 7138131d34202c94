import { neutralise } from '../../prose/neutralise.ts';

/** A migration as Django names it. */
export interface MigrationName {
  readonly app: string;
  readonly name: string;
}

export interface ListedMigration extends MigrationName {
  readonly applied: boolean;
}

const PLANNED = /^\[([ X])\] {1,2}([A-Za-z_]\w*)\.([^\s.]+)(?=\s|$)/;
const LISTED = /^ \[([ X-])\] ([^\s.]+)(?=\s|$)/;
const APP = /^([A-Za-z_]\w*)$/;

/**
 * Reads what `showmigrations` prints, with `--plan` (in Django's own order) or as a list by app; log lines and
 * warnings in between are passed over. A squashed migration that only waits to be recorded counts as applied.
 */
export function parseMigrations(output: string): readonly ListedMigration[] {
  const found = new Map<string, ListedMigration>();
  let app: string | undefined;
  for (const raw of neutralise(output, { multiline: true }).split('\n')) {
    const line = raw.trimEnd();
    const planned = PLANNED.exec(line);
    const listed = LISTED.exec(line);
    if (planned?.[2] !== undefined && planned[3] !== undefined) {
      add(found, { app: planned[2], name: planned[3], applied: planned[1] === 'X' });
    } else if (listed?.[2] !== undefined && app !== undefined) {
      add(found, { app, name: listed[2], applied: listed[1] !== ' ' });
    } else {
      app = APP.exec(line)?.[1] ?? app;
    }
  }
  return [...found.values()];
}

function add(found: Map<string, ListedMigration>, migration: ListedMigration): void {
  found.set(keyOf(migration), migration);
}

/** 'accounts.0003_account_risk_level' */
export function keyOf({ app, name }: MigrationName): string {
  return `${app}.${name}`;
}

/** The applied ones, as keys, sorted: two states are the same when these are. */
export function appliedKeys(migrations: readonly ListedMigration[]): readonly string[] {
  return migrations
    .filter(({ applied }) => applied)
    .map(keyOf)
    .sort();
}

/** The one of an app's migrations that Django would take for `target`: the only one whose name begins so. */
export type TargetMatch =
  | { readonly found: string }
  /** Several begin so; empty: none does. */
  | { readonly candidates: readonly string[] };

export function matchTarget(names: readonly string[], target: string): TargetMatch {
  const candidates = names.filter((name) => name.startsWith(target));
  const [found] = candidates;
  return candidates.length === 1 && found !== undefined ? { found } : { candidates };
}

import type { ManageArguments } from './arguments.ts';
import { CommandEnd, commandError, uncaught } from './command-error.ts';
import type { MigrationGraph } from './graph.ts';
import { described, keyOf, type Migration, type Operation, statementsOf } from './migration.ts';

/** `showmigrations`, as a list by app or in the order of application. */
export function showMigrations(
  graph: MigrationGraph,
  applied: ReadonlySet<string>,
  { flags, positionals }: ManageArguments,
): string {
  const unknown = positionals.filter((app) => !graph.apps.includes(app));
  if (unknown.length > 0)
    throw new CommandEnd(`${unknown.map((app) => `No installed app with label '${app}'.`).join('\n')}\n`, 2);
  const apps = positionals.length > 0 ? [...positionals].sort() : graph.apps;
  const mark = (migration: Migration) => (applied.has(keyOf(migration)) ? 'X' : ' ');
  if (flags.has('--plan') || flags.has('-p'))
    return graph
      .leadingTo(apps)
      .map((migration) => `[${mark(migration)}]  ${keyOf(migration)}\n`)
      .join('');
  return apps
    .map((app) => {
      const lines = graph.of(app).map((migration) => ` [${mark(migration)}] ${migration.name}\n`);
      return `${app}\n${lines.join('')}`;
    })
    .join('');
}

/** The migration that a prefix stands for; throws CommandError, with what Django adds to it there. */
export function migrationByPrefix(graph: MigrationGraph, app: string, prefix: string, hint = ''): Migration {
  if (!graph.apps.includes(app)) throw commandError(`No installed app with label '${app}'.`);
  const [found, ...more] = graph.of(app).filter(({ name }) => name.startsWith(prefix));
  if (more.length > 0)
    throw commandError(
      `More than one migration matches '${prefix}' in app '${app}'. Please be more specific.`,
    );
  if (found === undefined)
    throw commandError(`Cannot find a migration matching '${prefix}' from app '${app}'.${hint}`);
  return found;
}

/** `sqlmigrate`: its stdout and stderr. */
export function sqlMigrate(
  graph: MigrationGraph,
  { flags, positionals: [app = '', prefix = ''] }: ManageArguments,
): { readonly stdout: string; readonly stderr: string } {
  const migration = migrationByPrefix(graph, app, prefix, ' Is it in INSTALLED_APPS?');
  const backwards = flags.has('--backwards');
  if (backwards) refuseIrreversible(migration);
  const operations = backwards ? [...migration.operations].reverse() : migration.operations;
  const lines = operations.flatMap((operation) => sqlLines(operation, backwards));
  if (lines.length === 0) return { stdout: '', stderr: 'No operations found.\n' };
  const all = migration.atomic === false ? lines : ['BEGIN;', ...lines, 'COMMIT;'];
  return { stdout: `${all.join('\n')}\n`, stderr: '' };
}

function sqlLines(operation: Operation, backwards: boolean): readonly string[] {
  if ('python' in operation)
    return [
      '--',
      '-- MIGRATION NOW PERFORMS OPERATION THAT CANNOT BE WRITTEN AS SQL:',
      `-- ${described(operation)}`,
      '--',
    ];
  const statements = statementsOf(operation, backwards) ?? [];
  return ['--', `-- ${described(operation)}`, '--', ...statements.map((statement) => `${statement};`)];
}

/** Django looks through all operations before it takes the first one back. */
export function refuseIrreversible(migration: Migration): void {
  const stuck = migration.operations.find((operation) => statementsOf(operation, true) === undefined);
  if (stuck === undefined) return;
  const name = 'python' in stuck ? '<RunPython <function rate at 0x7f2b6c1e04a0>>' : `<RunSQL ''>`;
  throw uncaught(
    'django.db.migrations.exceptions.IrreversibleError',
    `Operation ${name} in ${keyOf(migration)} is not reversible`,
  );
}

import type { RunSql } from '../database/connection.ts';
import type { ManageArguments } from './arguments.ts';
import { commandError } from './command-error.ts';
import { type Django, readApplied, recordApplied, recordUnapplied } from './django.ts';
import type { MigrationGraph, PlanStep } from './graph.ts';
import { keyOf, plannedLine, statementsOf } from './migration.ts';
import { migrationByPrefix, refuseIrreversible } from './reading-commands.ts';

export interface MigrateContext {
  readonly django: Django;
  readonly graph: MigrationGraph;
  readonly run: RunSql;
  readonly stdout: (text: string) => void;
}

interface Target {
  readonly heading: string;
  readonly plan: readonly PlanStep[];
}

/** `migrate [app [name]]`: really changes the database, each migration as its own transaction unless it is not atomic. */
export async function migrate(context: MigrateContext, args: ManageArguments): Promise<void> {
  const { graph, run, stdout, django } = context;
  const applied = await readApplied(run);
  const { heading, plan } = targetOf(graph, args, applied);
  if (args.flags.has('--plan')) return stdout(planText(plan));
  stdout(`Operations to perform:\n  ${heading}\nRunning migrations:\n`);
  if (plan.length === 0) return stdout('  No migrations to apply.\n');
  if (plan.some(({ backwards }) => backwards)) stdout('  Rendering model states... DONE\n');
  for (const step of plan) {
    stdout(`  ${step.backwards ? 'Unapplying' : 'Applying'} ${keyOf(step.migration)}...`);
    const fake = args.flags.has('--fake');
    await (fake ? record(context, step) : perform(context, step));
    django.note(await readApplied(run));
    stdout(fake ? ' FAKED\n' : ' OK\n');
  }
}

function targetOf(
  graph: MigrationGraph,
  { positionals: [app, name] }: ManageArguments,
  applied: ReadonlySet<string>,
): Target {
  if (app === undefined)
    return {
      heading: `Apply all migrations: ${graph.apps.join(', ')}`,
      plan: graph.forwardsTo(graph.migrations, applied),
    };
  if (!graph.apps.includes(app)) throw commandError(`No installed app with label '${app}'.`);
  if (name === undefined)
    return { heading: `Apply all migrations: ${app}`, plan: graph.forwardsTo(graph.of(app), applied) };
  if (name === 'zero')
    return { heading: `Unapply all migrations: ${app}`, plan: graph.planTo(app, undefined, applied) };
  const target = migrationByPrefix(graph, app, name).name;
  return {
    heading: `Target specific migration: ${target}, from ${app}`,
    plan: graph.planTo(app, target, applied),
  };
}

function planText(plan: readonly PlanStep[]): string {
  const lines = plan.flatMap(({ migration, backwards }) => [
    keyOf(migration),
    ...migration.operations.map((operation) => `    ${plannedLine(operation, backwards)}`),
  ]);
  return `${['Planned operations:', ...(plan.length === 0 ? ['  No planned migration operations.'] : lines)].join('\n')}\n`;
}

async function record({ run }: MigrateContext, { migration, backwards }: PlanStep): Promise<void> {
  await (backwards ? recordUnapplied(run, migration) : recordApplied(run, migration));
}

async function perform(context: MigrateContext, step: PlanStep): Promise<void> {
  const { run } = context;
  const { migration, backwards } = step;
  if (backwards) refuseIrreversible(migration);
  if (migration.atomic === false) {
    await operate(context, step);
  } else {
    await run('BEGIN');
    try {
      await operate(context, step);
      if (!backwards) await record(context, step);
      await run('COMMIT');
    } catch (error) {
      await run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }
  // As Django does it: what was taken back is struck off in a transaction of its own.
  if (backwards || migration.atomic === false) await record(context, step);
}

async function operate({ run, django }: MigrateContext, { migration, backwards }: PlanStep): Promise<void> {
  const operations = backwards ? [...migration.operations].reverse() : migration.operations;
  for (const operation of operations)
    for (const statement of statementsOf(operation, backwards) ?? []) await run(statement);
  const seconds = django.pace(django.spec.migrationSeconds * 1000) / 1000;
  if (seconds > 0 && !['auth', 'contenttypes'].includes(migration.app))
    await run(`SELECT pg_sleep(${seconds})`);
}

import { z } from 'zod';
import { PortFailure } from '../../ports/failure.ts';
import type { ExecResult } from '../../ports/kubernetes.ts';
import { durationField, durationMs } from '../fields.ts';
import {
  defineKind,
  type Landed,
  type Observation,
  type Outcome,
  type Plan,
  type PlanContext,
  type RunContext,
  StepFailure,
} from '../step-kind.ts';
import {
  countRows,
  databasesOf,
  differences,
  migrationsOf,
  plainCounts,
  rowTotal,
  sessionsOf,
} from './catalog.ts';
import { checksum } from './dump-file.ts';
import { afterLostConnection } from './lost-connection.ts';
import { isOurs, isRestored, isRestoring } from './marker.ts';
import { complaint } from './refusal.ts';
import {
  createCommands,
  dropSql,
  markSql,
  planRestore,
  type RestoreData,
  restoreArgv,
  restoreData,
} from './restore-plan.ts';
import { planDrop, runDrop } from './restore-undo.ts';
import {
  execute,
  type Server,
  samePod,
  serverFields,
  sqlNameField,
  statements,
  type WritableServer,
  writableServer,
} from './server.ts';

const PROBE_WAIT_MS = 24_000;

/** Restores a backup beside the live database, never into it. */
export const restore = defineKind({
  kind: 'postgres/restore',
  description:
    'Restores a backup into a new database beside the live one, in a single transaction that ends at the first error; the live one is not touched.',
  schema: z.strictObject({
    ...serverFields,
    database: sqlNameField.describe('The live database: the new one gets its owner, encoding and locale.'),
    file: z
      .string()
      .startsWith('/')
      .describe('The backup, inside the pod: plain or custom format of pg_dump.'),
    sha256: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional()
      .describe('Its checksum, as it was when the backup was chosen.'),
    deadline: durationField.default('2h').describe('How long the restore may take before it is stopped.'),
  }),
  risk: 'change',
  outputs: {
    database: 'The new database.',
    tables: 'The rows of each of its tables: table, rows.',
    rows: 'All rows together.',
    migrations: 'The last migration of each Django app in it.',
  },
  window: { forMs: 0, withinMs: 600_000, everyMs: 5_000 },
  describe: ({ file, database }) => `Restore ${file} beside ${database}`,
  plan: async ({ deadline, ...params }, context) =>
    planRestore({ ...params, deadlineMs: durationMs(deadline) }, context),
  run,
  observe,
  probe,
  undo: planDrop,
});

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const data = restoreData.parse(plan.data);
  const server = await writableServer(data.server, context);
  if (data.action === 'drop') return runDrop(data, server, context);
  if ((await checksum(server, data.file)) !== data.sha256)
    throw new StepFailure(`${data.file} has changed since it was read.`, { stale: true });
  for (const name of data.leftovers) await drop(server, name);
  await statements(server, createCommands(data), `create the database ${data.database}`);
  const result = await load(server, data, context);
  if (result !== undefined && result.exitCode !== 0) {
    await drop(server, data.database);
    throw new StepFailure(
      `The restore of ${data.file} failed: ${complaint(result)}. Nothing of it was kept, ${data.database} was dropped again.`,
      { next: 'The live database was not touched. Choose another backup, or undo what was done before.' },
    );
  }
  if (data.format === 'custom') await statements(server, [markSql(data)], `mark ${data.database}`);
  return { summary: 'restored', evidence: ['one transaction, no error'], outputs: {} };
}

/** Undefined: the connection was lost, and the restore went on to its good end without it. */
async function load(
  server: WritableServer,
  data: RestoreData,
  context: RunContext,
): Promise<ExecResult | undefined> {
  const { clock } = context.ports;
  const attempt = `rollbook restore ${context.attemptId}`.slice(0, 63);
  const options = { timeoutMs: data.deadlineMs, onOutput: (chunk: string) => context.emit(chunk) };
  try {
    return await execute(server, restoreArgv(data, attempt), options);
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'timeout') return tooLate(server, data, context);
    await afterLostConnection(error, () => isRunning(server, data), clock, context.signal, data.deadlineMs);
    const { landed, evidence } = await look(server, data);
    if (landed === 'yes') return undefined;
    await drop(server, data.database);
    throw new StepFailure(`The connection was lost, and the restore did not come to its end. ${evidence}`, {
      next: `Nothing of it was kept, and the live database was not touched. Try again.`,
    });
  }
}

async function tooLate(server: WritableServer, data: RestoreData, context: RunContext): Promise<never> {
  await runDrop(data, server, context);
  throw new StepFailure(`The restore took longer than ${data.deadlineMs / 1000} s, and was stopped.`, {
    next: 'Nothing of it was kept. Give it more time with deadline, or find out what holds it up.',
  });
}

async function drop(server: WritableServer, name: string): Promise<void> {
  const found = (await databasesOf(server)).find((database) => database.name === name);
  if (found === undefined || !isOurs(found.comment)) return;
  await statements(server, [dropSql(name)], `drop ${name}`);
}

async function isRunning(server: Server, { database }: RestoreData): Promise<boolean> {
  return (await sessionsOf(server, [database])).length > 0;
}

async function observe(plan: Plan, context: PlanContext): Promise<Observation> {
  const data = restoreData.parse(plan.data);
  const server = await samePod(data.server, context);
  const found = (await databasesOf(server)).find(({ name }) => name === data.database);
  if (data.action === 'drop') {
    const gone = found === undefined;
    return { holds: gone, summary: gone ? 'dropped' : 'still there', evidence: [], outputs: NONE };
  }
  if (found === undefined || !isOurs(found.comment))
    return {
      ...{ holds: false, summary: 'not there', evidence: [], outputs: { ...NONE, database: data.database } },
      hopeless: `There is no database ${data.database} that rollbook made.`,
    };
  const [tables, migrations] = await Promise.all([
    countRows(server, data.database),
    migrationsOf(server, data.database),
  ]);
  const wrong = wrongTables(data, tables);
  return {
    holds: wrong.length === 0,
    ...(wrong.length === 0
      ? {}
      : { hopeless: `The new database is not what the backup holds: ${wrong.join('; ')}.` }),
    summary: `${rowTotal(tables)} rows in ${tables.length} tables`,
    evidence: [
      data.counts.length === 0
        ? `all ${data.tables.length} tables of the backup are there`
        : `each of the ${data.counts.length} tables has as many rows as the backup holds`,
      ...tables.filter(({ rows }) => rows > 0).map(({ table, rows }) => `${table}: ${rows}`),
    ],
    outputs: { database: data.database, tables: plainCounts(tables), rows: rowTotal(tables), migrations },
  };
}

const NONE = { database: '', tables: [], rows: 0, migrations: {} };

function wrongTables(
  data: RestoreData,
  tables: readonly { readonly table: string; readonly rows: number }[],
): readonly string[] {
  const there = new Set(tables.map(({ table }) => table));
  if (tables.length === 0) return ['it has no table at all'];
  if (data.counts.length === 0)
    return data.tables.filter((table) => !there.has(table)).map((table) => `${table} is missing`);
  const expected = new Set(data.counts.map(({ table }) => table));
  return differences(
    data.counts,
    tables.filter(({ table }) => expected.has(table)),
  ).map(({ table, rows, other }) => `${table} has ${Math.max(other, 0)} rows, the backup ${rows}`);
}

async function probe(plan: Plan, context: PlanContext): Promise<Landed> {
  const data = restoreData.parse(plan.data);
  const server = await samePod(data.server, context);
  const { clock } = context.ports;
  if (data.action === 'drop') {
    const there = (await databasesOf(server)).some(({ name }) => name === data.database);
    return {
      landed: there ? 'no' : 'yes',
      evidence: `${data.database} is ${there ? 'still' : 'no longer'} there.`,
    };
  }
  const until = clock.elapsed() + PROBE_WAIT_MS;
  while (await isRunning(server, data)) {
    if (clock.elapsed() > until)
      return { landed: 'unknown', evidence: `The restore into ${data.database} still runs in the pod.` };
    await clock.sleep(1_000, context.signal);
  }
  return look(server, data);
}

/** How a restore that no longer runs ended: its transaction kept everything, or nothing. */
async function look(server: Server, { database }: RestoreData): Promise<Landed> {
  const found = (await databasesOf(server)).find(({ name }) => name === database);
  if (found === undefined) return { landed: 'no', evidence: `There is no database ${database}.` };
  if (isRestored(found.comment))
    return { landed: 'yes', evidence: `${database} carries the mark of a finished restore.` };
  if (!isRestoring(found.comment))
    return { landed: 'unknown', evidence: `${database} is there, and rollbook did not make it.` };
  const tables = await countRows(server, database);
  return tables.length > 0
    ? { landed: 'yes', evidence: `${database} holds ${tables.length} tables, which came in one transaction.` }
    : { landed: 'partly', evidence: `${database} was made, and is empty: nothing was restored into it.` };
}

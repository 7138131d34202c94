import { z } from 'zod';
import { nameField } from '../fields.ts';
import { placeOf } from '../kubernetes/place.ts';
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
import { type DatabaseRow, databasesOf, sessionsOf, sessionText } from './catalog.ts';
import { sqlIdentifier } from './quoting.ts';
import {
  samePod,
  serverFields,
  sqlNameField,
  statements,
  type WritableServer,
  writableServer,
} from './server.ts';
import { closeCommands, planSwap, renameCommand, type SwapData, swapData } from './swap-plan.ts';
import { planSwapBack } from './swap-undo.ts';
import { refuseWhileWriting } from './writers.ts';

const GONE_MS = 15_000;

/** Puts the restored database in place of the live one, by renaming both. */
export const swap = defineKind({
  kind: 'postgres/swap',
  description:
    'Renames the live database away and the restored one to its name, in one transaction, with connections closed meanwhile; the old one is kept.',
  schema: z.strictObject({
    ...serverFields,
    database: sqlNameField.describe('The live database.'),
    restored: sqlNameField.describe('The database that postgres/restore made.'),
    writers: z
      .array(nameField)
      .default([])
      .describe('Deployments that write to the database: they must have no pods.'),
    'allow-writers': z
      .boolean()
      .default(false)
      .describe(
        'Swap even while they have pods: their connections are cut, and come back to the other database.',
      ),
  }),
  risk: 'dangerous',
  outputs: {
    database: 'The live database.',
    before: 'The name that the old one has now.',
    restored: 'The name that the new one had.',
  },
  window: { forMs: 0, withinMs: 60_000, everyMs: 2_000 },
  describe: ({ database, restored }) => `Put ${restored} in place of ${database}`,
  plan: planSwap,
  run,
  observe,
  probe,
  undo: planSwapBack,
});

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const data = swapData.parse(plan.data);
  if (plan.alreadyDone) return { summary: 'already so', evidence: [], outputs: {} };
  const server = await writableServer(data.server, context);
  if (!data.allowWriters) {
    const place = await placeOf({ ...context, namespace: server.namespace });
    const now = context.ports.clock.now();
    await refuseWhileWriting(place, data.writers, { now, stale: true });
  }
  const now = await namesNow(server, data);
  if (data.renames.some(({ from }, at) => now[at]?.name !== from))
    throw new StepFailure('The databases no longer have the names that were shown.', { stale: true });
  const names = data.renames.map(({ from }) => from);
  try {
    await statements(server, closeCommands(names), `close ${names.join(' and ')}`);
    await untilGone(server, names, context);
    await statements(server, [renameCommand(data)], 'rename the databases');
  } catch (error) {
    if (error instanceof StepFailure) await reopen(server, data, now);
    throw error;
  }
  return { summary: 'renamed', evidence: ['both renames were one transaction'], outputs: {} };
}

/** The server said no: what took connections before, and the live database in any case, takes them again. */
async function reopen(
  server: WritableServer,
  { live }: SwapData,
  before: readonly (DatabaseRow | undefined)[],
): Promise<void> {
  const others = before.filter((database) => database?.connectable === true && database.name !== live);
  const open = (name: string) => `ALTER DATABASE ${sqlIdentifier(name)} WITH ALLOW_CONNECTIONS true`;
  if (before.some((database) => database?.name === live))
    await statements(server, [open(live)], `open ${live} again`);
  for (const database of others) {
    // The other one may be gone, which is perhaps why the server said no.
    await statements(server, [open(database?.name ?? '')], 'open it again').catch((error: unknown) => {
      if (!(error instanceof StepFailure)) throw error;
    });
  }
}

/** A session that is told to end takes a moment. */
async function untilGone(
  server: WritableServer,
  names: readonly string[],
  context: RunContext,
): Promise<void> {
  const { clock } = context.ports;
  const until = clock.elapsed() + GONE_MS;
  for (;;) {
    const left = await sessionsOf(server, names);
    if (left.length === 0) return;
    if (clock.elapsed() > until)
      throw new StepFailure(`Sessions do not end: ${left.map(sessionText).join('; ')}.`, {
        next: 'The databases have their old names and take connections again. Find out what holds these sessions.',
      });
    await clock.sleep(500, context.signal);
  }
}

/** The databases of the renames, in their order, as they are called now. */
async function namesNow(server: Parameters<typeof databasesOf>[0], { renames }: SwapData) {
  const databases = await databasesOf(server);
  return renames.map(({ oid }) => databases.find((database) => database.oid === oid));
}

async function observe(plan: Plan, context: PlanContext): Promise<Observation> {
  const data = swapData.parse(plan.data);
  const server = await samePod(data.server, context);
  const now = await namesNow(server, data);
  const done = data.renames.every(({ to }, at) => now[at]?.name === to);
  const live = (await databasesOf(server)).find(({ name }) => name === data.live);
  const [old, incoming] = data.renames;
  const holds = done && live?.connectable === true;
  return {
    holds,
    summary: holds ? 'renamed' : done ? `${data.live} is closed to connections` : 'not renamed',
    evidence: data.renames.map(
      ({ from }, at) => `${from} is called ${now[at]?.name ?? 'nothing: it is gone'}`,
    ),
    outputs: { database: data.live, before: old?.to ?? '', restored: incoming?.from ?? '' },
  };
}

async function probe(plan: Plan, context: PlanContext): Promise<Landed> {
  const data = swapData.parse(plan.data);
  const server = await samePod(data.server, context);
  const now = await namesNow(server, data);
  const called = data.renames
    .map(({ from }, at) => `${from} is called ${now[at]?.name ?? '(gone)'}`)
    .join(', ');
  const live = now.find((database) => database?.name === data.live);
  if (data.renames.every(({ to }, at) => now[at]?.name === to) && live?.connectable === true)
    return { landed: 'yes', evidence: `${called}.` };
  const untouched = data.renames.every(({ from }, at) => now[at]?.name === from);
  if (untouched && now.every((database) => database?.connectable === true))
    return { landed: 'no', evidence: `${called}: as before.` };
  if (untouched)
    return {
      landed: 'partly',
      evidence: `${called}; ${data.live} is CLOSED to connections. Run this step again to finish it, or undo it to open ${data.live} again.`,
    };
  return {
    landed: 'partly',
    evidence: `${called}. ${live === undefined ? `NOTHING is called ${data.live} now. ` : ''}Run this step again to finish it, or undo it to go back.`,
  };
}

import { PortFailure } from '../../ports/failure.ts';
import type { ExecResult, Kubernetes } from '../../ports/kubernetes.ts';
import { placeOf } from '../kubernetes/place.ts';
import { type Outcome, type Plan, type PlanContext, type RunContext, StepFailure } from '../step-kind.ts';
import { databaseOf, ifTold } from './database-reads.ts';
import { samePod } from './django-pod.ts';
import { lastWords } from './manage.ts';
import { appliedNow } from './migrate-look.ts';
import { migrateArgv, plainArgv } from './migrate-plan.ts';
import {
  applicationName,
  differenceText,
  halfDone,
  type MigrateCommand,
  type MigrationData,
  migrationData,
  movedOf,
  reached,
} from './migration-data.ts';
import { holdingText, sessionsHolding, sessionsNamed, sessionText } from './sessions.ts';

const LOOK_MS = 2_000;

/** Runs the confirmed commands in the pod of the plan, if all is as it was when they were confirmed. */
export async function runMigration(plan: Plan, context: RunContext): Promise<Outcome> {
  const data = migrationData.parse(plan.data);
  const moved = movedOf(data);
  if (plan.alreadyDone)
    return { summary: 'already so', evidence: ['nothing had to be migrated'], outputs: {} };
  const reads = readsOf(context, data);
  await samePod(await placeOf(reads, data.namespace), data);
  const now = await appliedNow(data, reads);
  if (reached(now, data) !== 'before') throw movedOn(now, data);
  const kube = await context.ports.kubernetes();
  for (const command of data.commands) {
    const result = await whileWatched(data, context, (signal) =>
      send(kube, data, command, { ...context, signal }),
    );
    if (result.exitCode !== 0) throw await whyFailed(result, command, data, reads);
  }
  return {
    summary: `${data.backwards ? 'took back' : 'applied'} ${moved.join(', ')}`,
    evidence: [`manage.py in pod/${data.pod} ended with exit code 0`],
    outputs: {},
  };
}

function readsOf({ ports, signal }: RunContext, { namespace }: MigrationData): PlanContext {
  return { ports, signal, namespace };
}

function movedOn(now: readonly string[], data: MigrationData): StepFailure {
  return new StepFailure(
    `The migrations changed after the plan was made: ${differenceText(now, data.before)}. Nothing was migrated.`,
    { stale: true, next: 'Look at the new plan before you decide; find out who migrates besides you.' },
  );
}

/** With PostgreSQL's limits in the environment; a container without `env` runs it without them. */
async function send(
  kube: Kubernetes,
  data: MigrationData,
  command: MigrateCommand,
  { emit, outputFile, signal }: RunContext,
): Promise<ExecResult> {
  const { namespace, pod, container, timeoutMs } = data;
  const request = { namespace, pod, container, ...(outputFile === undefined ? {} : { outputFile }) };
  const options = { signal, timeoutMs, onOutput: emit };
  try {
    return await kube.exec({ ...request, argv: migrateArgv(data, command) }, options);
  } catch (error) {
    if (!(error instanceof PortFailure) || error.detail !== 'no-such-program') throw error;
    return kube.exec({ ...request, argv: plainArgv(data, command) }, options);
  }
}

/** Meanwhile says whom the migration waits for, each time that changes. */
async function whileWatched<T>(
  data: MigrationData,
  context: RunContext,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const over = new AbortController();
  const watching = watchWaits(data, { ...context, signal: AbortSignal.any([context.signal, over.signal]) });
  try {
    return await work(context.signal);
  } finally {
    over.abort();
    await watching;
  }
}

async function watchWaits(data: MigrationData, context: RunContext): Promise<void> {
  if (data.database === undefined) return;
  let said = '';
  while (!context.signal.aborted) {
    try {
      await context.ports.clock.sleep(LOOK_MS, context.signal);
      const database = await databaseOf(data.database, data.namespace, readsOf(context, data));
      const sessions = await sessionsNamed(database, applicationName(data));
      const waits = sessions.flatMap(({ waitsFor }) => waitsFor);
      const key = waits.map(({ pid }) => pid).join(' ');
      if (key !== said && waits.length > 0)
        context.emit(`\nwaiting for a lock of ${waits.map(sessionText).join(', ')}\n`);
      said = key;
    } catch {
      // What is only told on the side never stops the migration.
    }
  }
}

async function whyFailed(
  result: ExecResult,
  { app, target }: MigrateCommand,
  data: MigrationData,
  context: PlanContext,
): Promise<StepFailure> {
  const words = lastWords(result);
  const now = await appliedNow(data, context);
  const where = reached(now, data);
  const left =
    where !== 'before'
      ? `Done before it failed: ${differenceText(now, data.before)}.`
      : data.nonAtomic.length > 0
        ? halfDone(data)
        : 'Nothing was migrated: its transaction was rolled back.';
  const locked = /lock timeout|LockNotAvailable/i.test(words + result.stderr);
  const holders = locked ? await holdersOf(data, context) : [];
  const by = holders.length === 0 ? '' : ` In the way: ${holders.join('; ')}.`;
  return new StepFailure(`"migrate ${app} ${target}" failed: ${words}. ${left}${by}`, {
    next: nextAfter(words, locked),
    details: { exitCode: result.exitCode, applied: [...now] },
  });
}

function nextAfter(words: string, locked: boolean): string {
  if (locked) return 'End the session that has the lock, or wait until it is over, then retry.';
  if (/unsupported startup parameter/.test(words))
    return 'A connection pooler refuses the limit: set lock-timeout to "0s", or let Django connect to PostgreSQL itself.';
  return 'Look at the output; retry when the cause is gone, or migrate forward again with undo.';
}

async function holdersOf(data: MigrationData, context: PlanContext): Promise<readonly string[]> {
  if (data.database === undefined) return [];
  const holders = databaseOf(data.database, data.namespace, context).then((database) =>
    sessionsHolding(database, data.locks),
  );
  return ((await ifTold(holders)) ?? []).map(holdingText);
}

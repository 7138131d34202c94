import { PortFailure } from '../../ports/failure.ts';
import { type Place, placeOf } from '../kubernetes/place.ts';
import {
  type Landed,
  type Observation,
  type Plan,
  type PlanContext,
  type ProbeContext,
  StepFailure,
} from '../step-kind.ts';
import { databaseOf } from './database-reads.ts';
import { hasNoDjango, readManage, succeeded } from './manage.ts';
import {
  applicationName,
  differenceText,
  halfDone,
  type MigrationData,
  migrationData,
  movedOf,
  type Reached,
  reached,
} from './migration-data.ts';
import { appliedKeys, keyOf, parseMigrations } from './migration-list.ts';
import { type MigratingSession, sessionsNamed, sessionText } from './sessions.ts';
import { surveyMigrations } from './survey.ts';

/** What is applied now, as the pod of the plan lists it; when that pod is gone, as another one that knows as much does. */
export async function appliedNow(data: MigrationData, context: PlanContext): Promise<readonly string[]> {
  const place = await placeOf(context, data.namespace);
  const listed = await listedBy(place, data);
  if (listed !== undefined) return listed;
  const { images } = await surveyMigrations(place, data, context);
  const needed = new Set([...data.before, ...data.after]);
  for (const { migrations } of images) {
    const known = new Set(migrations.map(keyOf));
    if ([...needed].every((key) => known.has(key))) return appliedKeys(migrations);
  }
  throw new StepFailure(
    `pod/${data.pod} is gone, and no other running image has the files of ${movedOf(data).join(', ')}.`,
    { next: 'Start a pod of that image, without traffic, then look again.' },
  );
}

/** Undefined: the pod is gone, or cannot say any more. */
async function listedBy(place: Place, data: MigrationData): Promise<readonly string[] | undefined> {
  const args = ['showmigrations', '--plan'];
  try {
    const result = await readManage(place, data, args);
    if (hasNoDjango(result)) return undefined;
    return appliedKeys(parseMigrations(succeeded(result, data, args).stdout));
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'not-found') return undefined;
    throw error;
  }
}

/** One look: is exactly that applied which the plan said? */
export async function observeMigration(plan: Plan, context: PlanContext): Promise<Observation> {
  const data = migrationData.parse(plan.data);
  const now = await appliedNow(data, context);
  const where = reached(now, data);
  const moved = movedOf(data);
  const is = data.backwards ? 'not applied any more' : 'applied';
  return {
    holds: where === 'after',
    ...(where === 'elsewhere'
      ? { hopeless: `Somebody else has migrated meanwhile: ${differenceText(now, data.after)}.` }
      : {}),
    summary:
      where === 'after'
        ? `at ${data.commands.map(({ target }) => target).join(', ')}`
        : notYet(where, now, data),
    evidence: [
      where === 'after'
        ? `showmigrations: ${moved.length === 0 ? 'as wanted' : `${moved.join(', ')} ${is}`}`
        : notYet(where, now, data),
      `${now.length} migrations are applied`,
    ],
    outputs: { moved: [...moved], applied: [...now], pod: data.pod },
  };
}

function notYet(where: Reached, now: readonly string[], data: MigrationData): string {
  if (where === 'before') return 'all is applied as before';
  return differenceText(now, data.after);
}

/** Django takes a second or two before it connects: a session that is not there yet is no proof. */
const QUIET_MS = 6_000;
/** The probe itself is given 30 s. */
const PATIENCE_MS = 22_000;
const LOOK_MS = 1_000;

/** After an interruption: is it done, and is it still at work? */
export async function probeMigration(plan: Plan, context: ProbeContext): Promise<Landed> {
  const data = migrationData.parse(plan.data);
  const began = context.ports.clock.elapsed();
  const elapsed = () => context.ports.clock.elapsed() - began;
  let quietSince = 0;
  for (;;) {
    const now = await appliedNow(data, context);
    const where = reached(now, data);
    if (where === 'after')
      return { landed: 'yes', evidence: `${movedOf(data).join(', ')}: done, by showmigrations.` };
    if (where === 'elsewhere')
      return {
        landed: 'unknown',
        evidence: `Somebody else has migrated: ${differenceText(now, data.before)}.`,
      };
    const sessions = await sessionsAtWork(data, context);
    if (sessions === undefined) return unseen(where, now, data);
    if (sessions.length > 0) quietSince = elapsed();
    if (elapsed() - quietSince >= QUIET_MS) return over(where, now, data);
    if (elapsed() >= PATIENCE_MS) return atWork(sessions, data);
    await context.ports.clock.sleep(LOOK_MS, context.signal);
  }
}

async function sessionsAtWork(data: MigrationData, context: PlanContext) {
  if (data.database === undefined) return undefined;
  const database = await databaseOf(data.database, data.namespace, context);
  return sessionsNamed(database, applicationName(data));
}

function over(where: 'before' | 'between', now: readonly string[], data: MigrationData): Landed {
  const ended = 'No session of it is left in the database.';
  if (where === 'between')
    return { landed: 'partly', evidence: `Done so far: ${differenceText(now, data.before)}. ${ended}` };
  if (data.nonAtomic.length > 0) return { landed: 'unknown', evidence: `${halfDone(data)} ${ended}` };
  return { landed: 'no', evidence: `showmigrations lists all as before. ${ended}` };
}

function unseen(where: 'before' | 'between', now: readonly string[], data: MigrationData): Landed {
  const still = `Whether it still runs in pod/${data.pod} cannot be seen from here.`;
  return where === 'between'
    ? { landed: 'partly', evidence: `Done so far: ${differenceText(now, data.before)}. ${still}` }
    : { landed: 'unknown', evidence: `showmigrations lists all as before. ${still}` };
}

function atWork(sessions: readonly MigratingSession[], data: MigrationData): Landed {
  const waits = sessions.flatMap(({ waitsFor }) => waitsFor.map(sessionText));
  const why = waits.length === 0 ? '' : `, and waits for ${waits.join(', ')}`;
  return {
    landed: 'unknown',
    evidence: `It is still at work in pod/${data.pod}${why}. Look again in a moment.`,
  };
}

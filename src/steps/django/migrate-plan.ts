import { shellLine } from '../../prose/shell-quote.ts';
import { execAccess } from '../postgres/exec-access.ts';
import type { DiffLine, Effect, Plan, PlanContext } from '../step-kind.ts';
import { keptParams } from './fields.ts';
import { droppedNames, lossText } from './losses.ts';
import { kubectlExec, manageArgv } from './manage.ts';
import {
  applicationName,
  differenceText,
  halfDone,
  type MigrateCommand,
  type MigrationData,
  reached,
} from './migration-data.ts';
import { appliedKeys, keyOf } from './migration-list.ts';
import { type MigrationReading, type MigrationStep, readMigration, type Wish } from './reading.ts';
import { schemaChanges } from './schema-changes.ts';
import { sqlStatements } from './sql-statements.ts';
import { cannotGoBack, factsOf, irreversibleOf, moveText, warningsOf } from './told.ts';

export interface MigrateWish extends Omit<Wish, 'app' | 'target'> {
  readonly commands: readonly [MigrateCommand, ...MigrateCommand[]];
  readonly lockTimeoutMs: number;
  readonly timeoutMs: number;
  /** The migration that this one takes back. */
  readonly undoOf?: MigrationData;
}

/** Reads what it would do, and refuses what cannot be taken back. */
export async function planMigrate(wish: MigrateWish, context: PlanContext): Promise<Plan> {
  const [first, ...others] = wish.commands;
  const reading = await readMigration({ ...wish, ...first }, context);
  const readings = [reading];
  for (const command of others) readings.push(await readMigration({ ...wish, ...command }, context));
  const irreversible = readings.flatMap(irreversibleOf);
  if (irreversible.length > 0) throw cannotGoBack(irreversible);
  const { namespace, permissions } = await execAccess(context, wish.namespace);
  const data = dataOf(wish, namespace, readings);
  const done = readings.every(({ steps }) => steps.length === 0);
  const summary = readings.map(moveText).join(', ');
  const destroys =
    data.losses.length > 0 || readings.some(({ changes }) => changes.dataStatements.some(isDeletion));
  const wayBack = data.wayBack.map(({ app, target }) => `${app} ${target}`).join(', ');
  const lost =
    data.losses.length === 0 ? '' : `; what was in ${data.losses.join(' and ')} does not come back`;
  return {
    summary,
    effects: done ? [] : readings.map((each) => effectOf(data, each)),
    risk: done ? 'safe' : destroys ? 'dangerous' : 'change',
    ...(destroys && !done ? { confirmWord: reading.target } : {}),
    preconditions: done
      ? []
      : [
          `${data.before.length} migrations are applied, as listed`,
          `pod/${data.pod} is still the one with uid ${data.uid}`,
        ],
    permissions,
    facts: readings.flatMap(factsOf),
    warnings: [...changedSince(reading, wish.undoOf), ...readings.flatMap(warningsOf)],
    ...(done ? { alreadyDone: true } : { undo: `migrates again, to ${wayBack}${lost}` }),
    data: keptParams(data),
  };
}

function dataOf(wish: MigrateWish, namespace: string, readings: readonly MigrationReading[]): MigrationData {
  const [reading] = readings;
  if (reading === undefined) throw new RangeError('a migration without a command');
  const { image, backwards, before } = reading;
  const steps = stepsOf(readings);
  const moved = steps.map(keyOf);
  return {
    ...{ selector: wish.selector, python: image.python, manage: wish.manage, database: wish.database },
    namespace,
    pod: image.asked.name,
    uid: image.asked.uid,
    container: image.asked.container,
    image: image.image,
    backwards,
    commands: readings.map(({ app, target }) => ({ app, target })),
    wayBack: wayBackOf(reading, steps),
    before: [...before],
    after: backwards
      ? before.filter((key) => !moved.includes(key))
      : [...new Set([...before, ...moved])].sort(),
    nonAtomic: steps.filter(({ atomic }) => !atomic).map(keyOf),
    losses: readings.flatMap((each) => each.losses.map(lossText)),
    locks: readings.flatMap(({ changes }) => [...changes.locked]),
    lockTimeoutMs: wish.lockTimeoutMs,
    timeoutMs: wish.timeoutMs,
  };
}

function stepsOf(readings: readonly MigrationReading[]): readonly MigrationStep[] {
  const steps = readings.flatMap((reading) => [...reading.steps]);
  return [...new Map(steps.map((step) => [keyOf(step), step])).values()];
}

/** For each app that moves: the migration that it is at now. */
function wayBackOf({ image }: MigrationReading, steps: readonly MigrationStep[]): MigrateCommand[] {
  const apps = [...new Set(steps.map(({ app }) => app))];
  return apps.map((app) => ({
    app,
    target: image.migrations.findLast((each) => each.app === app && each.applied)?.name ?? 'zero',
  }));
}

/** Program and arguments; PostgreSQL's client library reads its limits and its name from the environment. */
export function migrateArgv(data: MigrationData, { app, target }: MigrateCommand): [string, ...string[]] {
  const limit = data.lockTimeoutMs > 0 ? [`PGOPTIONS=-c lock_timeout=${data.lockTimeoutMs}`] : [];
  return ['env', `PGAPPNAME=${applicationName(data)}`, ...limit, ...plainArgv(data, { app, target })];
}

/** The same where a container has no `env`. */
export function plainArgv(
  data: MigrationData,
  { app, target }: MigrateCommand,
): readonly [string, ...string[]] {
  return manageArgv(data, ['migrate', app, target, '--no-input']);
}

function effectOf(data: MigrationData, reading: MigrationReading): Effect {
  const command = { app: reading.app, target: reading.target };
  return {
    verb: 'exec',
    target: `pod/${data.pod}`,
    namespace: data.namespace,
    summary: shellLine(plainArgv(data, command)),
    diff: reading.steps.flatMap((step) => stepDiff(step, reading)),
    command: kubectlExec(data, data.namespace, migrateArgv(data, command)),
  };
}

function stepDiff(step: MigrationStep, { backwards, losses }: MigrationReading): readonly DiffLine[] {
  const [applied, not] = [`[X]  ${keyOf(step)}`, `[ ]  ${keyOf(step)}`];
  const dropped = droppedNames(schemaChanges(step.sql));
  const lost = losses.filter(({ what }) => dropped.includes(what)).map(lossText);
  return [
    { change: 'removed', text: backwards ? applied : not },
    {
      change: 'added',
      text: backwards ? not : applied,
      ...(lost.length === 0 ? {} : { note: `drops ${lost.join(', ')}` }),
    },
    ...sqlStatements(step.sql)
      .filter((statement) => !/^(?:BEGIN|COMMIT)$/.test(statement))
      .flatMap((statement) => `${statement};`.split('\n'))
      .map((text): DiffLine => ({ change: 'same', text: `  ${text}` })),
  ];
}

function isDeletion(statement: string): boolean {
  return /^(?:DELETE|TRUNCATE)\b/i.test(statement);
}

function changedSince({ image }: MigrationReading, undoOf: MigrationData | undefined): readonly string[] {
  if (undoOf === undefined) return [];
  const now = appliedKeys(image.migrations);
  switch (reached(now, undoOf)) {
    case 'after':
      return [];
    case 'before':
      return undoOf.nonAtomic.length === 0 ? [] : [halfDone(undoOf)];
    default:
      return [`Not as the step left it: ${differenceText(now, undoOf.after)}.`];
  }
}

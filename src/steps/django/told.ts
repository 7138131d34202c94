import { StepFailure } from '../step-kind.ts';
import { lossText } from './losses.ts';
import { keyOf } from './migration-list.ts';
import { type MigrationReading, opaqueOperations } from './reading.ts';
import { plainName } from './schema-changes.ts';
import { holdingText } from './sessions.ts';

/** 'accounts 0003_account_risk_level -> 0002_transaction' */
export function moveText({ app, before, target, steps, backwards }: MigrationReading): string {
  const from = before.filter((key) => key.startsWith(`${app}.`)).at(-1) ?? 'nothing';
  if (steps.length === 0) return `${app} is at ${target} already`;
  return `${app} ${from.slice(from.indexOf('.') + 1)} -> ${target}${backwards ? '' : ' (forward)'}`;
}

/** What the operator should know of a migration, in sentences; the harmless ones. */
export function factsOf(reading: MigrationReading): readonly string[] {
  const { app, steps, manage, image, survey, changes, inTheWay } = reading;
  const others = survey.images.filter((one) => one !== image);
  const verb = reading.backwards ? 'taken back' : 'applied';
  return [
    `runs in pod/${manage.pod} (${image.image}), which has the files of all applied migrations of ${app}`,
    ...others.map((one) => `not in pod/${one.asked.name} (${one.image})`),
    ...(steps.length === 0 ? [] : [`${verb}, in this order: ${steps.map(keyOf).join(', ')}`]),
    ...(changes.locked.length === 0
      ? []
      : [
          `locks ${changes.locked.map(plainName).join(', ')} (ACCESS EXCLUSIVE): until it is through, nobody reads or writes there`,
        ]),
    ...(inTheWay?.length === 0 && changes.locked.length > 0
      ? ['no session has a lock on them for long']
      : []),
  ];
}

/** What may hurt. */
export function warningsOf(reading: MigrationReading): readonly string[] {
  const { app, steps, losses, inTheWay, served, survey, changes, image } = reading;
  const others = [...new Set(steps.filter((step) => step.app !== app).map(keyOf))];
  return [
    ...losses.map((loss) => `${lossText(loss)} is dropped: only a backup has it then.`),
    ...(others.length === 0 ? [] : [`Depends on it, and is taken back too: ${others.join(', ')}.`]),
    ...(reading.backwards
      ? opaqueOperations(steps).map(
          (operation) =>
            `${operation}: the plan does not show what its reverse does; it may do nothing, and leave the data as it is.`,
        )
      : []),
    ...changes.dataStatements.map((statement) => `changes rows: ${statement}`),
    ...steps
      .filter(({ atomic }) => !atomic)
      .map((step) => `${keyOf(step)} is not atomic: if it fails, what it did until then stays.`),
    ...steps
      .filter(({ unshown }) => unshown !== undefined)
      .map((step) => `The SQL of ${keyOf(step)} cannot be shown: ${step.unshown}`),
    ...served.map((each) => `${each}: that code expects what is taken back, and will fail.`),
    ...(inTheWay ?? []).map(
      (each) => `In the way: ${holdingText(each)}. It waits for that session, and everyone else behind it.`,
    ),
    ...(survey.fromDatabase
      ? []
      : [
          'The table django_migrations was not read: a migration that no running image knows would not be seen.',
        ]),
    ...(image.asked.ready
      ? []
      : [
          `pod/${image.asked.name} is not ready${image.asked.restarts === 0 ? '' : `, its container was restarted ${image.asked.restarts} times`}. A restart would break the migration off.`,
        ]),
  ];
}

/** The operations that stop it, in Django's words. */
export function irreversibleOf({ steps }: MigrationReading): readonly string[] {
  return steps.flatMap((step) => step.irreversible.map((each) => `${keyOf(step)}: ${each}`));
}

const FRAME = /^(?:--)?\s*$|^(?:BEGIN|COMMIT);$|^-- (?:MIGRATION NOW PERFORMS|THIS) OPERATION/;

/** The SQL of all steps as lines, without what frames it. */
export function sqlLines({ steps }: MigrationReading): readonly string[] {
  return steps.flatMap(({ sql }) => sql.split('\n').filter((line) => !FRAME.test(line)));
}

/** With the ways that are left. */
export function cannotGoBack(irreversible: readonly string[]): StepFailure {
  return new StepFailure(`It cannot be taken back: ${irreversible.join('; ')}. Nothing was migrated.`, {
    next: 'Repair it with a new migration (forward fix), or restore a backup from before it; never fake it as taken back.',
    details: { irreversible: [...irreversible] },
  });
}

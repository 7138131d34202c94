import { z } from 'zod';
import { durationField, durationMs } from '../fields.ts';
import { defineKind, type Plan, type PlanContext } from '../step-kind.ts';
import { djangoFields, targetFields } from './fields.ts';
import { observeMigration, probeMigration } from './migrate-look.ts';
import { planMigrate } from './migrate-plan.ts';
import { runMigration } from './migrate-run.ts';
import { migrationData } from './migration-data.ts';

/** Migrates a Django app, back as a rule, from a pod whose image has the files. */
export const migrate = defineKind({
  kind: 'django/migrate',
  description:
    'Migrates a Django app to a migration, from a pod whose image has its files; refuses what cannot be taken back.',
  schema: z.strictObject({
    ...targetFields,
    ...djangoFields,
    'lock-timeout': durationField
      .default('15s')
      .describe(
        'How long a statement may wait for a lock of PostgreSQL: everyone else waits behind it. "0s": without a limit.',
      ),
    timeout: durationField.default('10m').describe('How long all of it may take.'),
  }),
  risk: 'change',
  outputs: {
    moved: 'The migrations that were taken back, or applied.',
    applied: 'What is applied now, of all apps.',
    pod: 'The pod that it ran in.',
  },
  window: { forMs: 0, withinMs: 60_000, everyMs: 2_000 },
  describe: ({ app, target }) => `Migrate ${app} to ${target}`,
  plan: ({ app, target, timeout, 'lock-timeout': lockTimeout, ...place }, context) =>
    planMigrate(
      {
        ...place,
        commands: [{ app, target }],
        lockTimeoutMs: durationMs(lockTimeout),
        timeoutMs: durationMs(timeout),
      },
      context,
    ),
  run: runMigration,
  observe: observeMigration,
  probe: probeMigration,
  undo,
});

async function undo(plan: Plan, context: PlanContext): Promise<Plan> {
  const data = migrationData.parse(plan.data);
  const [first, ...others] = data.wayBack;
  if (first === undefined) throw new RangeError('a migration that moved nothing has no way back');
  return planMigrate(
    {
      ...{ selector: data.selector, container: data.container, namespace: data.namespace },
      ...{ python: data.python, manage: data.manage, database: data.database },
      commands: [first, ...others],
      lockTimeoutMs: data.lockTimeoutMs,
      timeoutMs: data.timeoutMs,
      undoOf: data,
    },
    context,
  );
}

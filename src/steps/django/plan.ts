import { z } from 'zod';
import { placeOf } from '../kubernetes/place.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind, type Observation, type Plan, type PlanContext } from '../step-kind.ts';
import { djangoFields, keptParams, targetFields } from './fields.ts';
import { keyOf } from './migration-list.ts';
import { type MigrationReading, readMigration } from './reading.ts';
import { plainName } from './schema-changes.ts';
import { holdingText } from './sessions.ts';
import { cannotGoBack, factsOf, irreversibleOf, moveText, sqlLines, warningsOf } from './told.ts';

const schema = z.strictObject({
  ...targetFields,
  ...djangoFields,
  reversible: z
    .boolean()
    .default(false)
    .describe('Fail, with what to do instead, when something cannot be taken back.'),
});

/** What `migrate APP TARGET` would do, told before anybody does it. */
export const plan = defineKind({
  kind: 'django/plan',
  description:
    'Tells what migrating a Django app to a migration would do: what is taken back, by which SQL, what is lost, what cannot be taken back.',
  schema,
  risk: 'safe',
  outputs: {
    target: 'The migration in full, or zero.',
    undone: 'What is taken back, in order: "accounts.0003_account_risk_level".',
    'other-apps': 'Those of them that are of other apps, because they depend on it.',
    irreversible: 'Operations that cannot be taken back; empty when all can.',
    losses: 'What is dropped: what, kind (column or table), count (values or rows; null when not counted).',
    locks: 'Tables that nobody else can read or write meanwhile.',
    'in-the-way': 'Sessions of the database that it would have to wait for.',
    served: 'Services that send traffic to code which expects what is taken back.',
    sql: 'The SQL, as one text.',
    pod: 'The pod whose image has the files.',
    image: 'Its image.',
  },
  window: { forMs: 0, withinMs: 120_000, everyMs: 5_000 },
  describe: ({ app, target }) => `Show what migrating ${app} to ${target} would do`,
  plan: async (params, context) => {
    const { namespace } = await placeOf(context, params.namespace);
    return readingPlan(
      `${params.python} ${params.manage} migrate ${params.app} ${params.target} --plan`,
      keptParams({ ...params, namespace }),
    );
  },
  observe,
});

async function observe({ data }: Plan, context: PlanContext): Promise<Observation> {
  const wish = schema.parse(data);
  const reading = await readMigration(wish, context);
  const irreversible = irreversibleOf(reading);
  if (wish.reversible && irreversible.length > 0) throw cannotGoBack(irreversible);
  return {
    holds: true,
    summary: irreversible.length > 0 ? 'cannot be taken back' : moveText(reading),
    evidence: [
      ...irreversible.map((each) => `CANNOT BE TAKEN BACK: ${each}`),
      ...warningsOf(reading),
      ...factsOf(reading),
      ...sqlLines(reading).map((line) => `SQL  ${line}`),
    ],
    outputs: outputsOf(reading, irreversible),
  };
}

function outputsOf(reading: MigrationReading, irreversible: readonly string[]) {
  const { app, steps, losses, changes, inTheWay, served, image } = reading;
  return {
    target: reading.target,
    undone: reading.backwards ? steps.map(keyOf) : [],
    'other-apps': steps.filter((step) => step.app !== app).map(keyOf),
    irreversible,
    losses: losses.map(({ what, kind, count }) => ({ what, kind, count: count ?? null })),
    locks: changes.locked.map(plainName),
    'in-the-way': (inTheWay ?? []).map(holdingText),
    served,
    sql: sqlLines(reading).join('\n'),
    pod: image.asked.name,
    image: image.image,
  };
}

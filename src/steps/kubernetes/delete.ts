import { z } from 'zod';
import { PortFailure } from '../../ports/failure.ts';
import { nameField, namespaceField } from '../fields.ts';
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
import { asObject, fingerprintOf } from './comparison.ts';
import { deleteData, planDelete, planMake, readOrAbsent } from './delete-plan.ts';
import { versionOf } from './guarded.ts';
import { lastChange } from './last-change.ts';
import { placeOf, writablePlace } from './place.ts';
import { resourceField, resourceType } from './resource-type.ts';

const SENDS_BEFORE_GIVING_UP = 4;

/** Takes one object away, exactly the one that was shown. */
export const remove = defineKind({
  kind: 'kubernetes/delete',
  description:
    'Deletes one object, the very one that was shown, and keeps it, so that undo can make it again as far as that is possible.',
  schema: z.strictObject({
    resource: resourceField.describe('What it is: "configmaps", "deployments", "rollouts.argoproj.io".'),
    name: z.string().pipe(nameField).describe('Its name.'),
    namespace: namespaceField,
  }),
  risk: 'dangerous',
  outputs: { deleted: 'Whether it is gone.' },
  window: { forMs: 0, withinMs: 120_000, everyMs: 1_000 },
  describe: ({ resource, name }) => `Delete ${resource} ${name}`,
  plan: async ({ resource, name, namespace }, context) => {
    const place = await placeOf(context, namespace);
    return planDelete(place, { ...resourceType(resource), name, namespace: place.namespace });
  },
  run,
  observe,
  probe,
  undo: async (plan, context) => {
    const data = deleteData.parse(plan.data);
    return planMake(await placeOf(context, data.namespace), data);
  },
});

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const data = deleteData.parse(plan.data);
  const { kube, options } = await writablePlace(context);
  const place = { kube, namespace: data.namespace, options };
  if (data.action === 'make') {
    if ((await readOrAbsent(place, data.target)) !== undefined) throw moved(`${data.called} is there again`);
    await kube.apply({ object: asObject(data.preImage ?? {}) }, options);
    return {
      summary: 'made again',
      evidence: [`the API server made ${data.called}`],
      outputs: { deleted: false },
    };
  }
  for (let attempt = 1; ; attempt += 1) {
    const live = await readOrAbsent(place, data.target);
    if (live === undefined)
      return { summary: 'gone', evidence: [`${data.called} was gone already`], outputs: { deleted: true } };
    if (fingerprintOf(live) !== data.fingerprint) {
      const who = lastChange(live);
      throw moved(
        `${data.called} was changed after the plan was made${who === undefined ? '' : ` (last by ${who})`}`,
      );
    }
    try {
      await kube.delete({ target: data.target, ...versionOf(live) }, options);
      return {
        summary: 'deleted',
        evidence: [`the API server deletes ${data.called}`],
        outputs: { deleted: true },
      };
    } catch (error) {
      // its status may have moved between the two: it is looked at again
      const stale = error instanceof PortFailure && error.reason === 'conflict';
      if (!stale || attempt === SENDS_BEFORE_GIVING_UP) throw error;
    }
  }
}

function moved(what: string): StepFailure {
  return new StepFailure(`${what}. Nothing was written.`, {
    stale: true,
    next: 'Look at the new plan before you decide.',
  });
}

async function observe(plan: Plan, context: PlanContext): Promise<Observation> {
  const { target, called, uid, action } = deleteData.parse(plan.data);
  const live = await readOrAbsent(await placeOf(context, target.namespace), target);
  if (action === 'make') {
    const says = live === undefined ? 'not there' : 'there again';
    return {
      holds: live !== undefined,
      summary: says,
      evidence: [`${called} is ${says}`],
      outputs: { deleted: live === undefined },
    };
  }
  const gone = live === undefined || live.metadata.uid !== uid;
  const again = gone && live !== undefined && uid !== '';
  const says = again ? 'somebody made it anew' : gone ? 'gone' : whatHolds(live.metadata.finalizers);
  return {
    holds: gone,
    ...(again
      ? {
          hopeless: `${called} was deleted, and somebody made it anew: find out who, or it comes back again.`,
        }
      : {}),
    summary: says,
    evidence: [`${called}: ${says}`],
    outputs: { deleted: gone },
  };
}

function whatHolds(finalizers: unknown): string {
  return Array.isArray(finalizers) && finalizers.length > 0
    ? `still there, held by ${finalizers.join(', ')}`
    : 'still there';
}

async function probe(plan: Plan, context: PlanContext): Promise<Landed> {
  const { target, called, uid, action } = deleteData.parse(plan.data);
  const live = await readOrAbsent(await placeOf(context, target.namespace), target);
  const there = live !== undefined;
  if (action === 'make')
    return there
      ? { landed: 'yes', evidence: `${called} is there again.` }
      : { landed: 'no', evidence: `${called} is not there.` };
  if (!there) return { landed: 'yes', evidence: `${called} is gone.` };
  if (live.metadata.uid !== uid)
    return { landed: 'yes', evidence: `${called} is gone; another one was made since.` };
  return live.metadata.deletionTimestamp === undefined
    ? { landed: 'no', evidence: `${called} is there as before.` }
    : { landed: 'yes', evidence: `${called} is being deleted.` };
}

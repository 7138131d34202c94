import { z } from 'zod';
import { rolloutVerdict } from '../../cluster/rollout.ts';
import { nameField, namespaceField } from '../fields.ts';
import {
  defineKind,
  type Landed,
  type Observation,
  type Outcome,
  type Plan,
  type PlanContext,
  type RunContext,
} from '../step-kind.ts';
import { changedFields, valueAt } from './changed-fields.ts';
import { sendGuarded } from './guarded.ts';
import { placeOf, writablePlace } from './place.ts';
import { plainObject } from './plain.ts';
import { judgedAt, RESTARTED_AT, rolloutData, rolloutRequest } from './rollout-data.ts';
import { planRestart, planReturn, planRollback, planStatus } from './rollout-plan.ts';
import { revisionOf, templateOf } from './rollout-revisions.ts';
import { whyNotReady } from './why-not-ready.ts';
import { podSelectorOf } from './workload.ts';

/** Watches a Deployment's rollout until it is complete; may first restart it, or bring an earlier revision back. */
export const rollout = defineKind({
  kind: 'kubernetes/rollout',
  description:
    'Waits until a Deployment has rolled out; may first restart it, or bring back the pod template of an earlier revision.',
  schema: z
    .strictObject({
      name: nameField.describe('The Deployment.'),
      action: z
        .enum(['status', 'restart', 'undo'])
        .default('status')
        .describe('status only watches; restart makes new pods; undo brings an earlier revision back.'),
      'to-revision': z
        .int()
        .min(1)
        .optional()
        .describe('For undo: which revision; when absent, the one before the current.'),
      namespace: namespaceField,
    })
    .refine(({ action, 'to-revision': revision }) => revision === undefined || action === 'undo', {
      path: ['to-revision'],
      message: 'expected only with action: undo',
    }),
  risk: 'safe',
  outputs: {
    ready: 'How many pods are ready.',
    desired: 'How many there should be.',
    revision: 'The revision now, null where it is not known.',
  },
  window: { forMs: 5_000, withinMs: 600_000, everyMs: 2_000 },
  describe: ({ name, action }) =>
    ({
      status: `Watch the rollout of deployment/${name}`,
      restart: `Restart deployment/${name}`,
      undo: `Bring back an earlier revision of deployment/${name}`,
    })[action],
  plan: async (params, context) => {
    const place = await placeOf(context, params.namespace);
    switch (params.action) {
      case 'status':
        return planStatus(place, params.name);
      case 'restart':
        return planRestart(place, params.name, context.ports.clock.now());
      case 'undo':
        return planRollback(place, params.name, params['to-revision']);
    }
  },
  run,
  observe,
  probe,
  undo: async (plan, context) => {
    const data = rolloutData.parse(plan.data);
    return planReturn(await placeOf(context, data.namespace), data);
  },
});

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const data = rolloutData.parse(plan.data);
  if (plan.effects.length === 0) return { summary: data.action, evidence: [], outputs: {} };
  const { kube, options } = await writablePlace(context);
  await sendGuarded(kube, (version) => rolloutRequest(data, version), data, options);
  return { summary: data.action, evidence: ['the API server took the new pod template'], outputs: {} };
}

async function observe(plan: Plan, context: PlanContext): Promise<Observation> {
  const data = rolloutData.parse(plan.data);
  const place = await placeOf(context, data.namespace);
  const { kube, options } = place;
  const deployment = await kube.get({ group: 'apps', resource: 'deployments', ...data }, options);
  const { holds, hopeless, summary, evidence, counts } = rolloutVerdict(deployment);
  const why = holds ? undefined : await whyNotReady(place, podSelectorOf(deployment));
  const ofThisRollout = data.judgedAt === null || judgedAt(deployment) !== data.judgedAt;
  return {
    holds,
    ...(hopeless !== undefined && ofThisRollout
      ? { hopeless: [hopeless, why].filter(isSaid).join(' ') }
      : {}),
    summary: [summary, why].filter(isSaid).join(', '),
    evidence,
    outputs: { ready: counts.ready, desired: counts.desired, revision: revisionOf(deployment) ?? null },
  };
}

async function probe(plan: Plan, context: PlanContext): Promise<Landed> {
  const data = rolloutData.parse(plan.data);
  const { kube, options } = await placeOf(context, data.namespace);
  const deployment = await kube.get({ group: 'apps', resource: 'deployments', ...data }, options);
  const name = `deployment/${data.name}`;
  const template = templateOf(deployment) ?? {};
  switch (data.action) {
    case 'status':
      return { landed: 'no', evidence: 'It only reads: nothing was changed.' };
    case 'restart': {
      const path = `/spec/template/metadata/annotations/${RESTARTED_AT.replace('/', '~1')}`;
      return valueAt(plainObject(deployment), path) === data.restartedAt
        ? { landed: 'yes', evidence: `The pod template of ${name} carries this restart.` }
        : { landed: 'no', evidence: `The pod template of ${name} does not carry this restart.` };
    }
    case 'undo':
      if (changedFields(template, data.template ?? {}).length === 0) {
        return { landed: 'yes', evidence: `${name} has the pod template that was to be restored.` };
      }
      if (changedFields(template, data.before ?? {}).length === 0) {
        return { landed: 'no', evidence: `${name} has the pod template from before.` };
      }
      return { landed: 'unknown', evidence: `${name} has a pod template of neither revision.` };
  }
}

const isSaid = (text: string | undefined): text is string => text !== undefined;

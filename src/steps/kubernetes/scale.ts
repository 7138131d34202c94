import { z } from 'zod';
import { isPodTerminating } from '../../cluster/selector.ts';
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
import { sendGuarded } from './guarded.ts';
import { lastChange } from './last-change.ts';
import { type Place, placeOf, writablePlace } from './place.ts';
import { planScale, type Scaling, scaleData, scaleRequest, servedBy, stillServing } from './scale-plan.ts';
import { whyNotReady } from './why-not-ready.ts';
import { podCount, replicasOf, WORKLOADS, workloadKinds } from './workload.ts';

/** Sets the number of a workload's pods, and waits until they are there, or gone. */
export const scale = defineKind({
  kind: 'kubernetes/scale',
  description:
    'Sets the replicas of a Deployment or StatefulSet; refuses to scale to 0 what a Service still sends traffic to.',
  schema: z.strictObject({
    kind: workloadKinds.default('deployment').describe('What is scaled.'),
    name: nameField.describe('Its name.'),
    replicas: z.int().min(0).describe('How many pods it shall have.'),
    'allow-serving': z
      .boolean()
      .default(false)
      .describe('Scale to 0 even while a Service sends traffic to its pods: an outage that is wanted.'),
    namespace: namespaceField,
  }),
  risk: 'change',
  outputs: {
    replicas: 'The replicas now.',
    previous: 'The replicas before.',
    ready: 'How many pods are ready.',
  },
  window: { forMs: 5_000, withinMs: 300_000, everyMs: 1_000 },
  describe: ({ kind, name, replicas }) => `Scale ${kind}/${name} to ${replicas}`,
  plan: async (params, context) =>
    planScale(await placeOf(context, params.namespace), { ...params, allowServing: params['allow-serving'] }),
  run,
  observe,
  probe,
  undo,
});

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const data = scaleData.parse(plan.data);
  const outputs = { replicas: data.wanted, previous: data.before };
  if (plan.alreadyDone) {
    return { summary: `${data.wanted}`, evidence: ['nothing had to be written'], outputs };
  }
  const { kube, options } = await writablePlace(context);
  await refuseWhileServing({ kube, options, namespace: data.namespace }, data);
  await sendGuarded(kube, (version) => scaleRequest(data, version), data, options);
  return {
    summary: `${data.before} -> ${data.wanted}`,
    evidence: [`the API server took ${data.wanted} replicas, ${data.before} before`],
    outputs,
  };
}

/** Traffic may have come back since the plan was confirmed, which no resourceVersion of the workload tells. */
async function refuseWhileServing(place: Place, data: Scaling): Promise<void> {
  if (data.wanted !== 0 || data.allowServing) return;
  const { services } = await servedBy(place, data.podSelector);
  if (services.length > 0) throw stillServing(data, services, { stale: true });
}

async function observe(plan: Plan, context: PlanContext): Promise<Observation> {
  const data = scaleData.parse(plan.data);
  const place = await placeOf(context, data.namespace);
  const [workload, pods] = await Promise.all([readWorkload(place, data), podsLeft(place, data)]);
  const now = replicasOf(workload);
  const there = data.wanted === 0 ? pods.staying === 0 : now.ready === data.wanted;
  const asked = now.wanted === data.wanted;
  const holds = asked && now.observed && now.current === data.wanted && there;
  const why = holds || data.wanted === 0 ? undefined : await whyNotReady(place, data.podSelector);
  return {
    holds,
    ...(asked ? {} : { hopeless: changedBack(lastChange(workload), now.wanted, data) }),
    summary:
      data.wanted === 0
        ? `${pods.staying} left`
        : `${now.ready}/${data.wanted}${why === undefined ? '' : `, ${why}`}`,
    evidence: [
      now.observed ? 'the controller has seen the change' : 'the controller has not seen the change yet',
      data.wanted === 0
        ? `${podCount(pods.staying)} left${pods.terminating === 0 ? '' : `, ${pods.terminating} terminating`}`
        : `${now.ready} of ${podCount(data.wanted)} ready`,
    ],
    outputs: { replicas: now.wanted, previous: data.before, ready: now.ready },
  };
}

/** Counts pods only when all of them should go: a terminating one lingers, but takes no traffic any more. */
async function podsLeft({ kube, options }: Place, { wanted, namespace, podSelector }: Scaling) {
  if (wanted !== 0) return { staying: 0, terminating: 0 };
  const { items } = await kube.list(
    { group: '', resource: 'pods', namespace, labelSelector: podSelector },
    options,
  );
  const terminating = items.filter(isPodTerminating).length;
  return { staying: items.length - terminating, terminating };
}

function changedBack(who: string | undefined, now: number, { kind, name, wanted }: Scaling): string {
  return `${kind}/${name} is set to ${now} replicas, no longer ${wanted}${who === undefined ? '' : `; last changed by ${who}`}.`;
}

async function probe(plan: Plan, context: PlanContext): Promise<Landed> {
  const data = scaleData.parse(plan.data);
  const { wanted } = replicasOf(await readWorkload(await placeOf(context, data.namespace), data));
  const evidence = `${data.kind}/${data.name} is set to ${wanted} replicas`;
  if (wanted === data.wanted) return { landed: 'yes', evidence: `${evidence}, as wanted.` };
  if (wanted === data.before) return { landed: 'no', evidence: `${evidence}, as before.` };
  return { landed: 'unknown', evidence: `${evidence}: neither as before nor as wanted.` };
}

async function undo(plan: Plan, context: PlanContext): Promise<Plan> {
  const data = scaleData.parse(plan.data);
  return planScale(await placeOf(context, data.namespace), {
    kind: data.kind,
    name: data.name,
    replicas: data.before,
    allowServing: data.allowServing,
    undoOf: data,
  });
}

function readWorkload({ kube, options }: Place, { kind, name, namespace }: Scaling) {
  return kube.get({ ...WORKLOADS[kind], name, namespace }, options);
}

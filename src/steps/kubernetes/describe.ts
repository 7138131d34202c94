import { z } from 'zod';
import { isPodReady, isPodTerminating } from '../../cluster/selector.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import { nameField, namespaceField } from '../fields.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { eventLines } from './event-lines.ts';
import { nameOf, type Place, placeOf } from './place.ts';
import { plainObject } from './plain.ts';
import { podTrouble, restartsOf, worstFirst } from './pod-trouble.ts';
import { resourceField, resourceText, resourceType } from './resource-type.ts';
import { podCount, podSelectorOf } from './workload.ts';

const EVENTS_SHOWN = 10;
const PODS_SHOWN = 10;
const WITH_PODS = ['deployments', 'replicasets', 'statefulsets', 'daemonsets'];

const data = z.object({ group: z.string(), resource: z.string(), name: z.string(), namespace: z.string() });

/** What is the matter with an object: its conditions, its pods' troubles, its events. */
export const describe = defineKind({
  kind: 'kubernetes/describe',
  description:
    'Says how an object is: its conditions, what keeps its pods from being ready, and its latest events.',
  schema: z.strictObject({
    resource: resourceField.describe('What it is: "deployments", "pods", "services".'),
    name: nameField.describe('Its name.'),
    namespace: namespaceField,
  }),
  risk: 'safe',
  outputs: {
    object: 'The object; the values of a Secret are not shown.',
    troubles: 'What keeps its pods from being ready, a sentence each.',
    events: 'Its latest events, a line each, newest first.',
    warnings: 'How many of them are warnings.',
  },
  window: { forMs: 0, withinMs: 10_000, everyMs: 2_000 },
  describe: ({ resource, name }) => `Describe ${resource} ${name}`,
  plan: async ({ resource, name, namespace: given }, context) => {
    const { kube, namespace, options } = await placeOf(context, given);
    const type = resourceType(resource);
    const permissions = await reviewAccess(
      kube,
      [
        { verb: 'get', ...type, namespace, name },
        { verb: 'list', group: '', resource: 'events', namespace },
      ],
      options,
    );
    return readingPlan(`describe ${resourceText(type)} ${name}`, { ...type, name, namespace }, permissions);
  },
  observe: async (plan, context) => {
    const ref = data.parse(plan.data);
    const place = await placeOf(context, ref.namespace);
    const object = await place.kube.get(ref, place.options);
    const [pods, events] = await Promise.all([podsOf(place, object, ref.resource), eventsOf(place, object)]);
    const troubles = worstFirst(pods).flatMap(podTrouble);
    const lines = eventLines(events.items).slice(0, EVENTS_SHOWN);
    return {
      holds: true,
      summary:
        troubles.length === 0 ? 'well' : troubles.length === 1 ? '1 trouble' : `${troubles.length} troubles`,
      evidence: [
        ...(pods.length === 0 ? [] : [podSummary(pods)]),
        ...conditionLines(object),
        ...troubles.slice(0, PODS_SHOWN),
        ...(troubles.length > PODS_SHOWN ? [`and ${troubles.length - PODS_SHOWN} more like these`] : []),
        ...(events.problem === undefined ? [] : [events.problem]),
        ...lines.map(({ text }) => text),
      ],
      outputs: {
        object: plainObject(object),
        troubles,
        events: lines.map(({ text }) => text),
        warnings: lines.filter(({ warning }) => warning).length,
      },
    };
  },
});

async function podsOf(place: Place, object: KubeObject, resource: string): Promise<readonly KubeObject[]> {
  if (resource === 'pods') return [object];
  if (!WITH_PODS.includes(resource)) return [];
  const { kube, namespace, options } = place;
  const request = { group: '', resource: 'pods', namespace, labelSelector: podSelectorOf(object) };
  return (await kube.list(request, options)).items;
}

async function eventsOf(
  { kube, namespace, options }: Place,
  object: KubeObject,
): Promise<{ readonly items: readonly KubeObject[]; readonly problem?: string }> {
  try {
    const fieldSelector = `involvedObject.uid=${object.metadata.uid ?? ''}`;
    return await kube.list({ group: '', resource: 'events', namespace, fieldSelector }, options);
  } catch (error) {
    if (!(error instanceof PortFailure) || error.reason !== 'forbidden') throw error;
    return { items: [], problem: `The events of ${nameOf(object)} cannot be read: ${error.message}` };
  }
}

function podSummary(pods: readonly KubeObject[]): string {
  const restarts = pods.reduce((sum, pod) => sum + restartsOf(pod), 0);
  const terminating = pods.filter(isPodTerminating).length;
  const going = terminating === 0 ? '' : `, ${terminating} terminating`;
  return `${pods.filter(isPodReady).length} of ${podCount(pods.length - terminating)} ready${going}, ${restarts} restarts`;
}

const conditions = z.array(
  z.object({
    type: z.string(),
    status: z.string(),
    reason: z.string().nullish(),
    message: z.string().nullish(),
  }),
);

function conditionLines({ status }: KubeObject): string[] {
  const parsed = conditions.safeParse(status?.conditions);
  if (!parsed.success) return [];
  return parsed.data.map(({ type, status: value, reason, message }) =>
    [`${type} is ${value}`, reason, message]
      .filter((part) => part !== undefined && part !== null && part !== '')
      .join(', '),
  );
}

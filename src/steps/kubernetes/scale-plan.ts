import { z } from 'zod';
import type { Json } from '../../ports/json.ts';
import type { KubeObject, PatchRequest } from '../../ports/kubernetes.ts';
import { shellLine } from '../../prose/shell-quote.ts';
import { type Plan, StepFailure } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { reportAutoscalers } from './autoscalers.ts';
import { rehearse, type Version, versionOf } from './guarded.ts';
import { lastChange } from './last-change.ts';
import type { Place } from './place.ts';
import { servicesOf } from './serving.ts';
import {
  podCount,
  podSelectorOf,
  replicasOf,
  WORKLOADS,
  type WorkloadKind,
  workloadKinds,
} from './workload.ts';

export const scaleData = z.object({
  namespace: z.string(),
  kind: workloadKinds,
  name: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number(),
  podSelector: z.string(),
  before: z.number(),
  wanted: z.number(),
  allowServing: z.boolean(),
});
/** All that running, observing, probing and undoing a change of replicas needs. */
export type Scaling = z.infer<typeof scaleData>;

export interface ScaleWish {
  readonly kind: WorkloadKind;
  readonly name: string;
  readonly replicas: number;
  readonly allowServing: boolean;
  /** The scaling that this one takes back. */
  readonly undoOf?: Scaling;
}

/** Reads what setting the replicas would do, has the server rehearse it, and refuses to take away pods that serve. */
export async function planScale(place: Place, wish: ScaleWish): Promise<Plan> {
  const { kube, namespace, options } = place;
  const { kind, name, replicas } = wish;
  const type = WORKLOADS[kind];
  const [{ object: workload, unrehearsed }, permissions, autoscalers] = await Promise.all([
    rehearse(
      kube,
      { ...type, name, namespace },
      (object) => scaleRequest({ kind, name, namespace, wanted: replicas }, versionOf(object)),
      options,
    ),
    reviewAccess(kube, [{ verb: 'patch', ...type, subresource: 'scale', namespace, name }], options),
    reportAutoscalers(place, wish),
  ]);
  const now = replicasOf(workload);
  const done = now.wanted === replicas;
  const podSelector = podSelectorOf(workload);
  const serving =
    replicas === 0 && !done ? await servedBy(place, podSelector) : { facts: [], warnings: [], services: [] };
  if (serving.services.length > 0 && !wish.allowServing) throw stillServing(wish, serving.services);

  const target = `${kind}/${name}`;
  const data: Scaling = {
    namespace,
    kind,
    name,
    ...versionOf(workload),
    generation: workload.metadata.generation ?? 0,
    podSelector,
    before: now.wanted,
    wanted: replicas,
    allowServing: wish.allowServing,
  };
  return {
    summary: done
      ? `${target} has ${replicas} replicas already`
      : `${target} replicas ${now.wanted} -> ${replicas}`,
    effects: done
      ? []
      : [
          {
            verb: 'scale',
            target,
            namespace,
            summary: `replicas ${now.wanted} -> ${replicas}`,
            diff: [
              { change: 'same', text: 'spec.replicas' },
              {
                change: 'removed',
                text: `${now.wanted}`,
                note: `${now.ready} of ${podCount(now.current)} ready`,
              },
              { change: 'added', text: `${replicas}`, ...(replicas === 0 ? { note: 'every pod goes' } : {}) },
            ],
            command: shellLine([
              'kubectl',
              'scale',
              target,
              '-n',
              namespace,
              `--replicas=${replicas}`,
              `--resource-version=${data.resourceVersion}`,
            ]),
          },
        ],
    risk: done ? 'safe' : replicas === 0 ? 'dangerous' : 'change',
    ...(!done && replicas === 0 ? { confirmWord: name } : {}),
    preconditions: done
      ? []
      : [`${target} is still at resourceVersion ${data.resourceVersion}, or its status alone has changed`],
    permissions,
    facts: [...serving.facts, ...autoscalers.facts],
    warnings: [
      ...(unrehearsed === undefined || done ? [] : [unrehearsed]),
      ...serving.warnings,
      ...(done ? [] : autoscalers.warnings),
      ...changedSince(workload, now.wanted, wish),
    ],
    ...(done ? { alreadyDone: true } : { undo: `sets the replicas back to ${now.wanted}` }),
    data,
  };
}

/** The one patch that is rehearsed and sent. */
export function scaleRequest(
  { kind, name, namespace, wanted }: Pick<Scaling, 'kind' | 'name' | 'namespace' | 'wanted'>,
  { uid, resourceVersion }: Version,
): PatchRequest {
  const patch: Json = { metadata: { uid, resourceVersion }, spec: { replicas: wanted } };
  return { target: { ...WORKLOADS[kind], name, namespace, subresource: 'scale' }, type: 'merge', patch };
}

/** Which Services send traffic to a ready one of these pods, and what there is to say about it. */
export async function servedBy(place: Place, labelSelector: string) {
  const { kube, namespace, options } = place;
  const { items } = await kube.list({ group: '', resource: 'pods', namespace, labelSelector }, options);
  const services = await servicesOf(place, items);
  if (services === undefined) {
    return {
      services: [],
      facts: [],
      warnings: [
        'Whether a Service sends traffic to these pods could not be checked: you may not list Services.',
      ],
    };
  }
  return {
    services,
    facts: services.length === 0 ? ['no Service sends traffic to its pods'] : [],
    warnings: services.map((service) => `service/${service} sends traffic to these pods right now.`),
  };
}

export function stillServing(
  { kind, name }: Pick<Scaling, 'kind' | 'name'>,
  services: readonly string[],
  { stale }: { readonly stale: boolean } = { stale: false },
): StepFailure {
  const names = services.map((service) => `service/${service}`).join(', ');
  return new StepFailure(
    `${kind}/${name} still serves: ${names} would lose its ready pods. Nothing was written.`,
    {
      next: 'Send the traffic elsewhere first; or set allow-serving in the runbook if an outage is wanted.',
      stale,
      details: { services: [...services] },
    },
  );
}

function changedSince(workload: KubeObject, current: number, { undoOf, kind, name }: ScaleWish): string[] {
  if (undoOf === undefined || current === undoOf.wanted || current === undoOf.before) return [];
  const who = lastChange(workload);
  return [
    `Somebody else changed ${kind}/${name} since${who === undefined ? '' : ` (last change by ${who})`}: this step had set ${undoOf.wanted} replicas, now it has ${current}.`,
  ];
}

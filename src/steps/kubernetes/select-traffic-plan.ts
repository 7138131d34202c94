import { z } from 'zod';
import type { KubeObject, PatchRequest } from '../../ports/kubernetes.ts';
import { type Plan, StepFailure } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { guardedJsonPatch, rehearse, type Version, versionOf } from './guarded.ts';
import { kubectlPatch } from './kubectl.ts';
import { lastChange } from './last-change.ts';
import type { Place } from './place.ts';
import {
  type Backends,
  endpointsBehind,
  missingNamedPorts,
  podsOf,
  readiness,
  sameSelector,
  selectorField,
  selectorLine,
  selectorOf,
  selectorText,
  selectorWord,
} from './traffic.ts';

export const switchData = z.object({
  namespace: z.string(),
  service: z.string(),
  uid: z.string(),
  resourceVersion: z.string(),
  before: selectorField,
  wanted: selectorField,
  minReady: z.number(),
});
/** All that running, observing, probing and undoing a switch needs. */
export type Switch = z.infer<typeof switchData>;

export interface Wish {
  readonly service: string;
  readonly wanted: Switch['wanted'];
  readonly minReady: number;
  /** The switch that this one takes back. */
  readonly undoOf?: Switch;
}

/** Reads what the switch would do, has the server rehearse it, and refuses when too few pods could take the traffic. */
export async function planSwitch(place: Place, wish: Wish): Promise<Plan> {
  const { kube, namespace, options } = place;
  const target = { group: '', resource: 'services', name: wish.service, namespace };
  const [{ object: service, unrehearsed }, next, permissions, { endpoints, from }] = await Promise.all([
    rehearse(kube, target, (object) => switchRequest(place.namespace, object, wish.wanted), options),
    podsOf(place, wish.wanted),
    reviewAccess(
      kube,
      [
        { verb: 'patch', group: '', resource: 'services', namespace, name: wish.service },
        { verb: 'list', group: '', resource: 'pods', namespace },
      ],
      options,
    ),
    endpointsBehind(place, wish.service),
  ]);
  const before = selectorOf(service);
  const current = await podsOf(place, before);
  const minReady = wish.undoOf ? Math.min(wish.minReady, next.ready.length) : wish.minReady;
  if (next.ready.length < minReady) throw tooFewReady(wish, next);

  const done = sameSelector(before, wish.wanted);
  const summary = done
    ? `service/${wish.service} selector is ${selectorText(wish.wanted)} already`
    : `service/${wish.service} selector ${selectorText(before)} -> ${selectorText(wish.wanted)}`;
  const data: Switch = {
    namespace,
    service: wish.service,
    ...versionOf(service),
    before,
    wanted: wish.wanted,
    minReady,
  };
  return {
    summary,
    effects: done
      ? []
      : [
          {
            verb: 'patch',
            target: `service/${wish.service}`,
            namespace,
            summary: `sends traffic to ${selectorWord(before, wish.wanted)}: ${readiness(next)}`,
            diff: [
              { change: 'same', text: 'spec.selector' },
              { change: 'removed', text: selectorLine(before), note: readiness(current) },
              { change: 'added', text: selectorLine(wish.wanted), note: readiness(next) },
            ],
            command: kubectlPatch(
              { type: 'service', name: wish.service, namespace },
              'json',
              switchPatch(data, wish.wanted),
            ),
          },
        ],
    risk: done ? 'safe' : 'change',
    preconditions: done
      ? []
      : [`service/${wish.service} is still at resourceVersion ${data.resourceVersion}`],
    permissions,
    facts: [
      `now: ${endpoints.filter(({ ready }) => ready).length} of ${endpoints.length} endpoints ready (${from})`,
      `then: ${next.ready.length === 0 ? 'no pod' : next.ready.map(({ metadata }) => metadata.name).join(', ')}`,
      ...(unrehearsed === undefined && !done ? ['the API server rehearsed this write and accepts it'] : []),
    ],
    warnings: [
      ...(unrehearsed === undefined ? [] : [unrehearsed]),
      ...warningsOf(service, next, before, wish),
    ],
    ...(done ? {} : { undo: `restores the selector ${selectorText(before)}` }),
    ...(done ? { alreadyDone: true } : {}),
    data,
  };
}

/** The one patch that is rehearsed, shown and sent. */
export function switchPatch(version: Version, wanted: Switch['wanted']) {
  return guardedJsonPatch(version, [{ op: 'replace', path: '/spec/selector', value: wanted }]);
}

function switchRequest(namespace: string, service: KubeObject, wanted: Switch['wanted']): PatchRequest {
  selectorOf(service);
  return {
    target: { group: '', resource: 'services', name: service.metadata.name, namespace },
    type: 'json',
    patch: switchPatch(versionOf(service), wanted),
  };
}

function tooFewReady({ service, wanted, minReady }: Wish, { pods, ready }: Backends): StepFailure {
  const found =
    pods.length === 0
      ? `No pod matches ${selectorText(wanted)}`
      : `${ready.length === 0 ? 'None' : `Only ${ready.length}`} of the ${pods.length} pods that match ${selectorText(wanted)} ${ready.length > 1 ? 'are' : 'is'} ready`;
  const notReady = pods.filter((pod) => !ready.includes(pod)).map(({ metadata }) => metadata.name);
  return new StepFailure(
    `${found}, ${minReady} needed: service/${service} would send its traffic to too few pods. Nothing was written.`,
    {
      next:
        pods.length === 0
          ? 'Scale that release up and wait until its pods are ready, or correct the selector; then retry.'
          : `Make them ready first (${notReady.join(', ')}), then retry.`,
      details: { ready: ready.map(({ metadata }) => metadata.name), notReady, minReady },
    },
  );
}

function warningsOf(service: KubeObject, next: Backends, before: Switch['before'], wish: Wish): string[] {
  const { undoOf } = wish;
  const ports = missingNamedPorts(service, next.ready);
  const who = lastChange(service);
  return [
    ...(next.ready.length === 0
      ? [`No pod that matches ${selectorText(wish.wanted)} is ready: the Service would have no endpoints.`]
      : []),
    ...ports.map(
      (port) => `Some of these pods have no port named "${port}", which the Service sends traffic to.`,
    ),
    ...(service.spec?.publishNotReadyAddresses === true
      ? ['The Service sends traffic to pods that are not ready, too (publishNotReadyAddresses).']
      : []),
    ...(undoOf !== undefined && !sameSelector(before, undoOf.wanted) && !sameSelector(before, undoOf.before)
      ? [
          `Somebody else changed the selector since${who === undefined ? '' : ` (last change by ${who})`}: this step had set ${selectorText(undoOf.wanted)}, now it is ${selectorText(before)}.`,
        ]
      : []),
  ];
}

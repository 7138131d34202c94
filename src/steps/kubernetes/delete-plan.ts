import { z } from 'zod';
import { isPodReady } from '../../cluster/selector.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { JsonObject } from '../../ports/json.ts';
import type { KubeObject, ResourceRef } from '../../ports/kubernetes.ts';
import { shellLine } from '../../prose/shell-quote.ts';
import { jsonField } from '../fields.ts';
import { type Plan, StepFailure } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import { asObject, fingerprintOf } from './comparison.ts';
import { gitopsOf } from './gitops.ts';
import { nameOf, type Place } from './place.ts';
import { readableDiff } from './readable-diff.ts';
import { resourceText } from './resource-type.ts';
import { shownObject } from './shown.ts';
import { endpointsBehind } from './traffic.ts';
import { podSelectorOf } from './workload.ts';

export const deleteData = z.object({
  /** 'make' brings back what a 'delete' took away. */
  action: z.enum(['delete', 'make']),
  namespace: z.string(),
  /** 'configmap/flags' */
  called: z.string(),
  target: z.object({ group: z.string(), resource: z.string(), name: z.string(), namespace: z.string() }),
  uid: z.string(),
  fingerprint: z.string(),
  /** The object as it was, fit to be applied; null for a Secret, whose values are not kept. */
  preImage: z.record(z.string(), jsonField).nullable(),
});
export type Deleting = z.infer<typeof deleteData>;

/** Reads what deleting the object would take away, and keeps it, so that it can be made again. */
export async function planDelete(place: Place, target: ResourceRef & { namespace: string }): Promise<Plan> {
  const { kube, options } = place;
  const { group, resource, name, namespace } = target;
  const live = await readOrAbsent(place, target);
  const permissions = await reviewAccess(
    kube,
    [{ verb: 'delete', group, resource, namespace, name }],
    options,
  );
  const called = live === undefined ? `${resource}/${name}` : nameOf(live);
  const data: Deleting = {
    action: 'delete',
    namespace,
    called,
    target: { group, resource, name, namespace },
    uid: live?.metadata.uid ?? '',
    fingerprint: live === undefined ? '' : fingerprintOf(live),
    preImage: live === undefined || live.kind === 'Secret' ? null : preImageOf(live),
  };
  const common = { permissions, facts: [], data };
  if (live === undefined)
    return {
      ...common,
      summary: `${called} is not there`,
      effects: [],
      risk: 'safe',
      preconditions: [],
      warnings: [],
      alreadyDone: true,
    };
  const undoable = data.preImage !== null;
  return {
    ...common,
    summary: `delete ${called}`,
    effects: [
      {
        verb: 'delete',
        target: called,
        namespace,
        summary: 'takes it away, and what it owns with it',
        diff: readableDiff(shownObject(live), undefined),
        command: shellLine(['kubectl', 'delete', resourceText(target), name, '-n', namespace]),
      },
    ],
    risk: 'dangerous',
    confirmWord: name,
    preconditions: [`${called} is still the one with uid ${data.uid}, as it was read`],
    warnings: [
      ...(await lossesOf(place, live)),
      ...gitopsOf([live]),
      ...(undoable ? [] : ['It cannot be undone from here: the values of a Secret are not kept.']),
    ],
    ...(undoable ? { undo: 'makes it again as it is now, with a new uid' } : {}),
  };
}

/** What goes with it, and what making it again would not bring back. */
async function lossesOf(place: Place, live: KubeObject): Promise<readonly string[]> {
  const { ownerReferences = [], finalizers } = live.metadata;
  const owner = ownerReferences.find(({ controller }) => controller);
  return [
    ...(owner === undefined
      ? []
      : [`It belongs to ${owner.kind.toLowerCase()}/${owner.name}, which will make another one.`]),
    ...(Array.isArray(finalizers) && finalizers.length > 0
      ? [`Finalizers (${finalizers.join(', ')}) hold it until their controllers have let go.`]
      : []),
    ...(await ofKind(place, live)),
  ];
}

async function ofKind(place: Place, live: KubeObject): Promise<readonly string[]> {
  const { name } = live.metadata;
  switch (live.kind) {
    case 'Service':
      return serviceLosses(place, live);
    case 'Deployment':
    case 'StatefulSet':
    case 'DaemonSet': {
      const { items } = await place.kube.list(
        { group: '', resource: 'pods', namespace: place.namespace, labelSelector: podSelectorOf(live) },
        place.options,
      );
      const ready = items.filter(isPodReady).length;
      return items.length === 0 ? [] : [`Its ${items.length} pods end with it, ${ready} of them ready now.`];
    }
    case 'PersistentVolumeClaim':
      return [`The data of the claim ${name} may be deleted with it for good: that cannot come back.`];
    case 'Namespace':
      return ['Everything in the namespace goes with it: that cannot come back.'];
    case 'CustomResourceDefinition':
      return ['Every object of this kind, in all namespaces, goes with it: they do not come back.'];
    case 'Job':
      return ['Its pods and their logs end with it.'];
    default:
      return [];
  }
}

async function serviceLosses(place: Place, { metadata, spec = {} }: KubeObject): Promise<readonly string[]> {
  const ready = await readyEndpoints(place, metadata.name);
  const ports: readonly unknown[] = Array.isArray(spec.ports) ? spec.ports : [];
  const nodePorts = ports.flatMap((port) =>
    typeof port === 'object' && port !== null && 'nodePort' in port ? [String(port.nodePort)] : [],
  );
  return [
    ...(ready > 0 ? [`It sends traffic to ${ready} ready pods: whoever uses it is cut off.`] : []),
    ...(spec.type === 'LoadBalancer' ? ['The address of its load balancer may not come back.'] : []),
    ...(nodePorts.length > 0
      ? [`Its node ports (${nodePorts.join(', ')}) come back only if nobody takes them meanwhile.`]
      : []),
    'Its cluster address comes back only if nobody takes it meanwhile.',
  ];
}

async function readyEndpoints(place: Place, service: string): Promise<number> {
  try {
    const { endpoints } = await endpointsBehind(place, service);
    return endpoints.filter(({ ready }) => ready).length;
  } catch (error) {
    if (error instanceof PortFailure && error.reason !== 'cancelled') return 0;
    throw error;
  }
}

function preImageOf(live: KubeObject): JsonObject {
  const shown = shownObject(live);
  const {
    ownerReferences: _owners,
    finalizers: _finalizers,
    ...metadata
  } = Object(shown.metadata) as JsonObject;
  return { ...shown, metadata };
}

export async function readOrAbsent(
  { kube, options }: Place,
  target: ResourceRef,
): Promise<KubeObject | undefined> {
  try {
    return await kube.get(target, options);
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'not-found') return undefined;
    throw error;
  }
}

/** Plans making a deleted object again from its pre-image. */
export async function planMake(place: Place, data: Deleting): Promise<Plan> {
  const { kube, options } = place;
  const { called, preImage, namespace, target } = data;
  if (preImage === null)
    throw new StepFailure(`What ${called} held was not kept.`, {
      next: 'Apply it again from where it came from.',
    });
  const live = await readOrAbsent(place, target);
  const { group, resource, name } = target;
  const permissions = await reviewAccess(
    kube,
    [
      { verb: 'create', group, resource, namespace },
      { verb: 'patch', group, resource, namespace, name },
    ],
    options,
  );
  if (live !== undefined) {
    const same = live.metadata.uid === data.uid;
    return {
      summary: same ? `${called} was not deleted` : `${called} is there again already, made by somebody else`,
      effects: [],
      risk: 'safe',
      preconditions: [],
      permissions,
      facts: [],
      warnings: [],
      alreadyDone: true,
      data: { ...data, action: 'make' },
    };
  }
  const { image, warnings } = await possible(place, preImage);
  return {
    summary: `make ${called} again`,
    effects: [
      {
        verb: 'create',
        target: called,
        namespace,
        summary: 'makes it as it was before it was deleted',
        diff: readableDiff(undefined, image),
        command: shellLine(['kubectl', 'apply', '--server-side', '-n', namespace, '-f', '-']),
      },
    ],
    risk: 'change',
    preconditions: [`${called} is still not there`],
    permissions,
    facts: ['the API server rehearsed this write and accepts it'],
    warnings,
    data: { ...data, action: 'make', preImage: image },
  };
}

/** As it was, or without the addresses that somebody else has taken since. */
async function possible(
  { kube, options }: Place,
  preImage: JsonObject,
): Promise<{ readonly image: JsonObject; readonly warnings: readonly string[] }> {
  try {
    await kube.dryRunApply({ object: asObject(preImage) }, options);
    return { image: preImage, warnings: [] };
  } catch (error) {
    if (!(error instanceof PortFailure) || error.reason !== 'invalid' || preImage.kind !== 'Service')
      throw error;
    const { clusterIP: _ip, clusterIPs: _ips, ...spec } = Object(preImage.spec) as JsonObject;
    const image = { ...preImage, spec };
    await kube.dryRunApply({ object: asObject(image) }, options);
    return { image, warnings: ['Its former cluster address is taken: it gets another one.'] };
  }
}

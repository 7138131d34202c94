import { PortFailure } from '../../src/ports/failure.ts';
import type { KubeObject, ResourceRef, ResourceType } from '../../src/ports/kubernetes.ts';

/** The kinds that the fake cluster knows, by the resource they are kept under. */
export const PLURALS: Readonly<Record<string, ResourceType>> = {
  Pod: { group: '', resource: 'pods' },
  Service: { group: '', resource: 'services' },
  Endpoints: { group: '', resource: 'endpoints' },
  Event: { group: '', resource: 'events' },
  ConfigMap: { group: '', resource: 'configmaps' },
  Deployment: { group: 'apps', resource: 'deployments' },
  Lease: { group: 'coordination.k8s.io', resource: 'leases' },
  ReplicaSet: { group: 'apps', resource: 'replicasets' },
  EndpointSlice: { group: 'discovery.k8s.io', resource: 'endpointslices' },
  HorizontalPodAutoscaler: { group: 'autoscaling', resource: 'horizontalpodautoscalers' },
};

export function typeOf(object: KubeObject): ResourceType {
  const type = PLURALS[object.kind ?? ''];
  if (type === undefined) throw new Error(`the fake cluster does not know the kind ${object.kind}`);
  return type;
}

export function namespaceOf(object: KubeObject): string {
  return object.metadata.namespace ?? 'banking-app';
}

export function key(type: ResourceType, namespace: string, name: string): string {
  return `${type.group}/${type.resource}/${namespace}/${name}`;
}

export function notServed(type: ResourceType): PortFailure {
  return new PortFailure(`The cluster does not serve ${type.resource}.`, { reason: 'not-served' });
}

export function conflict(target: ResourceRef): PortFailure {
  return new PortFailure(`${target.resource} "${target.name}" has changed since it was read.`, {
    reason: 'conflict',
    status: 409,
  });
}

import type { TypeKey } from '../store.ts';

export const PODS: TypeKey = { group: '', resource: 'pods' };
export const SERVICES: TypeKey = { group: '', resource: 'services' };
export const ENDPOINTS: TypeKey = { group: '', resource: 'endpoints' };
export const EVENTS: TypeKey = { group: '', resource: 'events' };
export const NODES: TypeKey = { group: '', resource: 'nodes' };
export const NAMESPACES: TypeKey = { group: '', resource: 'namespaces' };
export const SERVICE_ACCOUNTS: TypeKey = { group: '', resource: 'serviceaccounts' };
export const DEPLOYMENTS: TypeKey = { group: 'apps', resource: 'deployments' };
export const REPLICA_SETS: TypeKey = { group: 'apps', resource: 'replicasets' };
export const AUTOSCALERS: TypeKey = { group: 'autoscaling', resource: 'horizontalpodautoscalers' };
export const ENDPOINT_SLICES: TypeKey = { group: 'discovery.k8s.io', resource: 'endpointslices' };

export function sameKey(a: TypeKey, b: TypeKey): boolean {
  return a.resource === b.resource && a.group === b.group;
}

/** `resource.group`, for use in maps. */
export function keyId(key: TypeKey): string {
  return `${key.resource}.${key.group}`;
}

/** `namespace/name`, for queues. */
export function itemId(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

export function splitItemId(id: string): { readonly namespace: string; readonly name: string } {
  const slash = id.indexOf('/');
  return { namespace: id.slice(0, slash), name: id.slice(slash + 1) };
}

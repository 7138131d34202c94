import type { StoredObject } from '../store.ts';
import type { WantedEndpoints, WantedSlice } from './endpoints.ts';

export const SERVICE_NAME = 'kubernetes.io/service-name';
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
export const SLICE_CONTROLLER = 'endpointslice-controller.k8s.io';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

/** The Endpoints object of a Service. */
export function endpointsObject(service: StoredObject, { subsets, truncated }: WantedEndpoints) {
  const { name, namespace, labels } = service.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(truncated ? { annotations: { [OVER_CAPACITY]: 'truncated' } } : {}),
    },
    ...(subsets.length > 0 ? { subsets } : {}),
  };
}

/** One EndpointSlice of a Service; `suffix` ends its generated name. */
export function sliceObject(service: StoredObject, { ports, endpoints }: WantedSlice, suffix: string) {
  const { name, namespace, labels, uid } = service.metadata;
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: `${name}-${suffix}`,
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...labels, [MANAGED_BY]: SLICE_CONTROLLER, [SERVICE_NAME]: name },
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true },
      ],
    },
    addressType: 'IPv4',
    endpoints,
    ports,
  };
}

import type { PortFailure } from '../ports/failure.ts';
import type { KubeObject, KubernetesReads, ReadOptions } from '../ports/kubernetes.ts';

/** One address behind a Service: the same record for EndpointSlices of either version and for Endpoints. */
export interface ServiceEndpoint {
  readonly address: string;
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Name of the pod behind it; undefined for an address that is not a pod's. */
  readonly pod: string | undefined;
  readonly podUid: string | undefined;
}

interface TargetRef {
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
}
interface SliceEndpoint {
  readonly addresses?: readonly string[];
  readonly conditions?: { readonly ready?: boolean | null; readonly terminating?: boolean | null } | null;
  readonly targetRef?: TargetRef;
}
interface Subset {
  readonly addresses?: readonly SubsetAddress[] | null;
  readonly notReadyAddresses?: readonly SubsetAddress[] | null;
}
interface SubsetAddress {
  readonly ip: string;
  readonly targetRef?: TargetRef;
}

/** EndpointSlices (v1, v1beta1) or Endpoints of one Service → its addresses, each once, in order. */
export function endpointsOf(objects: readonly KubeObject[]): readonly ServiceEndpoint[] {
  const found = new Map<string, ServiceEndpoint>();
  for (const object of objects) {
    for (const endpoint of 'subsets' in object ? fromSubsets(object) : fromSlice(object)) {
      // while a slice is being moved, an address may be in two: ready in either is ready
      if (found.get(endpoint.address)?.ready !== true) found.set(endpoint.address, endpoint);
    }
  }
  return [...found.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
}

function fromSlice(slice: KubeObject): ServiceEndpoint[] {
  const endpoints = (slice.endpoints ?? []) as readonly SliceEndpoint[];
  return endpoints.flatMap(({ addresses, conditions, targetRef }) =>
    // an absent condition means ready: that is what consumers are told to assume
    (addresses ?? []).map((address) =>
      record(address, targetRef, conditions?.ready ?? true, conditions?.terminating ?? false),
    ),
  );
}

function fromSubsets(endpoints: KubeObject): ServiceEndpoint[] {
  const subsets = (endpoints.subsets ?? []) as readonly Subset[];
  return subsets.flatMap(({ addresses, notReadyAddresses }) => [
    ...(addresses ?? []).map(({ ip, targetRef }) => record(ip, targetRef, true, false)),
    ...(notReadyAddresses ?? []).map(({ ip, targetRef }) => record(ip, targetRef, false, false)),
  ]);
}

function record(
  address: string,
  ref: TargetRef | undefined,
  ready: boolean,
  terminating: boolean,
): ServiceEndpoint {
  const pod = ref?.kind === 'Pod' ? ref : undefined;
  return { address, ready, terminating, pod: pod?.name, podUid: pod?.uid };
}

export const SLICE_TYPE = { group: 'discovery.k8s.io', resource: 'endpointslices' } as const;
export const ENDPOINTS_TYPE = { group: '', resource: 'endpoints' } as const;
/** Which Service a slice belongs to. */
export const SLICE_SERVICE_LABEL = 'kubernetes.io/service-name';

export interface EndpointsReading {
  readonly endpoints: readonly ServiceEndpoint[];
  /** 'endpointslices' or, on clusters without them, 'endpoints'. */
  readonly from: 'endpointslices' | 'endpoints';
}

/** Reads the addresses behind a Service: from slices, or from Endpoints where slices are not served or not allowed. */
export async function readEndpoints(
  reads: KubernetesReads,
  service: { readonly name: string; readonly namespace?: string },
  options?: ReadOptions,
): Promise<EndpointsReading> {
  const namespace = service.namespace === undefined ? {} : { namespace: service.namespace };
  const labelSelector = `${SLICE_SERVICE_LABEL}=${service.name}`;
  try {
    const list = await reads.list({ ...SLICE_TYPE, ...namespace, labelSelector }, options);
    return { endpoints: endpointsOf(list.items), from: 'endpointslices' };
  } catch (error) {
    // the built-in role "view" did not cover slices before Kubernetes 1.22
    const { reason } = error as Partial<PortFailure>;
    if (reason !== 'not-served' && reason !== 'forbidden') throw error;
  }
  const fieldSelector = `metadata.name=${service.name}`;
  const list = await reads.list({ ...ENDPOINTS_TYPE, ...namespace, fieldSelector }, options);
  return { endpoints: endpointsOf(list.items), from: 'endpoints' };
}

export interface EndpointsVerdict {
  readonly holds: boolean;
  readonly ready: number;
  readonly notReady: number;
  /** Ready addresses of pods that should not get traffic. */
  readonly strays: readonly string[];
  readonly evidence: readonly string[];
}

/** Does the Service send traffic to enough of the expected pods, and to nothing else? */
export function endpointsVerdict(
  endpoints: readonly ServiceEndpoint[],
  expected: { readonly minReady: number; readonly pods: ReadonlySet<string> },
): EndpointsVerdict {
  const ready = endpoints.filter((each) => each.ready);
  const wanted = ready.filter(({ pod }) => pod !== undefined && expected.pods.has(pod));
  const strays = ready.filter((each) => !wanted.includes(each)).map(({ pod, address }) => pod ?? address);
  const enough = wanted.length >= expected.minReady;
  return {
    holds: enough && strays.length === 0,
    ready: ready.length,
    notReady: endpoints.length - ready.length,
    strays,
    evidence: [
      `${wanted.length} ready endpoints of the expected pods, ${expected.minReady} needed`,
      ...(strays.length === 0 ? [] : [`still in traffic: ${strays.join(', ')}`]),
    ],
  };
}

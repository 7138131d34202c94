import type { StoredObject } from '../store.ts';
import { isTrue } from './conditions.ts';
import { selects } from './labels.ts';

interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly protocol?: string;
  readonly targetPort?: number | string;
}

interface EndpointPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
}

/** What Endpoints and EndpointSlices of a Service should hold, given its pods. Pure. */

function portsFor(service: StoredObject, pod: StoredObject): EndpointPort[] {
  const ports: readonly ServicePort[] = service.spec.ports ?? [];
  const found: EndpointPort[] = [];
  for (const { name, port, protocol = 'TCP', targetPort } of ports) {
    const number =
      typeof targetPort === 'string' ? namedPort(pod, targetPort, protocol) : (targetPort ?? port);
    if (number === undefined) continue;
    found.push({ ...(name === undefined ? {} : { name }), port: number, protocol });
  }
  return found;
}

function namedPort(pod: StoredObject, name: string, protocol: string): number | undefined {
  const containers: { ports?: { name?: string; containerPort: number; protocol?: string }[] }[] =
    pod.spec.containers ?? [];
  return containers
    .flatMap((container) => container.ports ?? [])
    .find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)?.containerPort;
}

/** A pod that can be an endpoint at all: it has an address and has not ended. */
function hasAddress(pod: StoredObject): boolean {
  const { phase, podIP } = pod.status ?? {};
  return podIP !== undefined && podIP !== '' && phase !== 'Succeeded' && phase !== 'Failed';
}

function targetRef(pod: StoredObject) {
  const { name, namespace, uid } = pod.metadata;
  return { kind: 'Pod', name, namespace, uid };
}

interface Group {
  readonly ports: readonly EndpointPort[];
  readonly pods: StoredObject[];
}

/** Pods with the same ports belong together; ordered by address so that nothing moves without need. */
function grouped(service: StoredObject, pods: readonly StoredObject[]): Group[] {
  const groups = new Map<string, Group>();
  const ordered = [...pods].sort((a, b) => compareAddress(a.status.podIP, b.status.podIP));
  for (const pod of ordered) {
    const ports = portsFor(service, pod);
    if (ports.length === 0 && (service.spec.ports ?? []).length > 0) continue;
    const id = JSON.stringify(ports);
    const group = groups.get(id) ?? { ports, pods: [] };
    groups.set(id, group);
    group.pods.push(pod);
  }
  return [...groups.values()];
}

function compareAddress(a: string, b: string): number {
  return addressNumber(a) - addressNumber(b);
}

function addressNumber(address: string): number {
  return address.split('.').reduce((total, part) => total * 256 + Number(part), 0);
}

/** Kubernetes cuts an Endpoints object off here; slices go on. */
const ENDPOINTS_CAPACITY = 1000;

export interface EndpointSubset {
  readonly addresses?: readonly Record<string, unknown>[];
  readonly notReadyAddresses?: readonly Record<string, unknown>[];
  readonly ports: readonly EndpointPort[];
}

export interface WantedEndpoints {
  readonly subsets: readonly EndpointSubset[];
  readonly truncated: boolean;
}

/** The subsets of the Endpoints object. Pods that are going away are left out. */
export function endpointSubsets(service: StoredObject, pods: readonly StoredObject[]): WantedEndpoints {
  const publishAll = service.spec.publishNotReadyAddresses === true;
  const eligible = pods.filter(
    (pod) => hasAddress(pod) && (publishAll || pod.metadata.deletionTimestamp === undefined),
  );
  const truncated = eligible.length > ENDPOINTS_CAPACITY;
  const kept = truncated
    ? [...eligible]
        .sort((a, b) => Number(isTrue(b, 'Ready')) - Number(isTrue(a, 'Ready')))
        .slice(0, ENDPOINTS_CAPACITY)
    : eligible;
  const subsets = grouped(service, kept).map(({ ports, pods: members }) => {
    const address = (pod: StoredObject) => ({
      ip: pod.status.podIP,
      ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
      targetRef: targetRef(pod),
    });
    const ready = members.filter((pod) => publishAll || isTrue(pod, 'Ready')).map(address);
    const rest = members.filter((pod) => !publishAll && !isTrue(pod, 'Ready')).map(address);
    return {
      ...(ready.length > 0 ? { addresses: ready } : {}),
      ...(rest.length > 0 ? { notReadyAddresses: rest } : {}),
      ports,
    };
  });
  return { subsets, truncated };
}

/** Endpoints in one slice. */
const SLICE_CAPACITY = 100;

export interface WantedSlice {
  readonly ports: readonly EndpointPort[] | null;
  readonly endpoints: readonly Record<string, unknown>[] | null;
}

/** The slices of a Service, pods that are going away included; one empty slice when there is no pod. */
export function endpointSlices(service: StoredObject, pods: readonly StoredObject[]): WantedSlice[] {
  const publishAll = service.spec.publishNotReadyAddresses === true;
  const slices: WantedSlice[] = [];
  for (const { ports, pods: members } of grouped(service, pods.filter(hasAddress))) {
    for (let start = 0; start < members.length; start += SLICE_CAPACITY) {
      const endpoints = members.slice(start, start + SLICE_CAPACITY).map((pod) => {
        const serving = isTrue(pod, 'Ready');
        const terminating = pod.metadata.deletionTimestamp !== undefined;
        return {
          addresses: [pod.status.podIP],
          conditions: { ready: publishAll || (serving && !terminating), serving, terminating },
          ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
          targetRef: targetRef(pod),
        };
      });
      slices.push({ ports: ports.map((port) => ({ name: '', ...port })), endpoints });
    }
  }
  return slices.length > 0 ? slices : [{ ports: null, endpoints: null }];
}

/** Whether the endpoints of this Service are made from pods at all. */
export function isManaged(service: StoredObject): boolean {
  return selects(service.spec.selector) && service.spec.type !== 'ExternalName';
}

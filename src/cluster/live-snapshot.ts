import type { KubeObject } from '../ports/kubernetes.ts';
import { neutralise } from '../prose/neutralise.ts';
import { endpointsOf, SLICE_SERVICE_LABEL } from './endpoints.ts';
import { newestFirst } from './events.ts';
import type { LiveEvent, LivePod, LiveService, LiveSnapshot, LiveWorkload } from './live.ts';
import { worstWorkloadFirst } from './order.ts';
import type { PodCensus } from './pod-census.ts';
import type { Labels } from './selector.ts';
import { projectWorkload } from './workloads.ts';

/** What the cluster is known to hold: small records where there may be many, whole objects where there are few. */
export interface KnownCluster {
  readonly pods: PodCensus;
  readonly deployments: ReadonlyMap<string, KubeObject>;
  readonly services: ReadonlyMap<string, KubeObject>;
  /** EndpointSlices or Endpoints. */
  readonly endpoints: ReadonlyMap<string, KubeObject>;
  readonly events: ReadonlyMap<string, LiveEvent>;
}

/** Names to show; absent: all of them. */
export interface Shown {
  readonly deployments?: readonly string[];
  readonly services?: readonly string[];
}

const MAX_PODS = 200;
const MAX_EVENTS = 100;

export type SnapshotContent = Omit<
  LiveSnapshot,
  'freshness' | 'namespace' | 'metrics' | 'logs' | 'links' | 'gaps'
>;

/** Everything that is drawn of the objects, worst or newest first. */
export function snapshotContent(known: KnownCluster, shown: Shown): SnapshotContent {
  const events = [...known.events.values()].sort(newestFirst);
  return {
    workloads: workloads(known, shown),
    services: services(known, shown),
    pods: withProbeFailures(known.pods.worst(MAX_PODS), events),
    podCount: known.pods.size,
    podsReady: known.pods.ready,
    events: events.slice(0, MAX_EVENTS),
  };
}

function workloads({ deployments, pods }: KnownCluster, shown: Shown): LiveWorkload[] {
  return selected(deployments, shown.deployments)
    .map((each) => projectWorkload(each, pods.workload(each.metadata.name)))
    .sort(worstWorkloadFirst);
}

function services(known: KnownCluster, shown: Shown): LiveService[] {
  const byService = Map.groupBy(known.endpoints.values(), serviceOf);
  return selected(known.services, shown.services)
    .map((service) => {
      const endpoints = endpointsOf(byService.get(service.metadata.name) ?? []);
      const ready = endpoints.filter((each) => each.ready);
      const behind = new Set(
        ready.map(({ pod, address }) => neutralise(workloadBehind(known, pod, address))),
      );
      return {
        name: neutralise(service.metadata.name),
        selector: harmless((service.spec?.selector ?? {}) as Labels),
        ready: ready.length,
        notReady: endpoints.length - ready.length,
        behind: [...behind].sort(),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function serviceOf(endpoints: KubeObject): string {
  return endpoints.metadata.labels?.[SLICE_SERVICE_LABEL] ?? endpoints.metadata.name;
}

/** A pod that is not among the shown ones still tells its workload by its name. */
function workloadBehind({ pods }: KnownCluster, pod: string | undefined, address: string): string {
  if (pod === undefined) return address;
  return pods.get(pod)?.workload ?? pod.replace(/-[a-z0-9]{5,10}-[a-z0-9]{5}$/, '');
}

function selected(
  objects: ReadonlyMap<string, KubeObject>,
  names: readonly string[] | undefined,
): KubeObject[] {
  const all = [...objects.values()];
  return names === undefined ? all : all.filter(({ metadata }) => names.includes(metadata.name));
}

function harmless(selector: Labels): Labels {
  return Object.fromEntries(
    Object.entries(selector).map(([key, value]) => [neutralise(key), neutralise(value)]),
  );
}

/** The kubelet tells in an event why a probe fails; the pod itself does not. */
function withProbeFailures(pods: readonly LivePod[], newest: readonly LiveEvent[]): LivePod[] {
  const failures = new Map<string, string>();
  for (const { reason, object, message } of newest) {
    const failure =
      reason === 'Unhealthy' ? /^Readiness probe (?:failed|errored): *(.*)$/.exec(message)?.[1] : undefined;
    if (failure !== undefined && !failures.has(object)) failures.set(object, failure.trim());
  }
  return pods.map((pod) => {
    const failure = pod.reason === 'not ready' ? failures.get(`pod/${pod.name}`) : undefined;
    return failure ? { ...pod, reason: `not ready: ${failure}` } : pod;
  });
}

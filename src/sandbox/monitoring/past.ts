import type { StoredObject } from '../kubernetes/store.ts';
import type { Applications } from '../world/applications.ts';
import type { TrafficSpec, WorldSpec } from '../world/spec.ts';
import type { MetricSource, Metrics } from './metrics.ts';
import { measureDeployment } from './monitoring.ts';
import type { Backend, Traffic } from './traffic.ts';

const MINUTE = 60_000;
/** Over how long a bad release goes from well to its full error rate. */
const DECLINE_MS = 45_000;

export interface PastOptions {
  readonly spec: WorldSpec;
  readonly applications: Applications;
  readonly metrics: Metrics;
  readonly traffic: Traffic;
  readonly deployments: readonly StoredObject[];
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  readonly stepMs: number;
  readonly sources: readonly MetricSource[];
}

/** Writes what monitoring will have seen until now: well until the release, badly since. */
export function writePast(options: PastOptions): void {
  const { spec, metrics, traffic, deployments, from, to, stepMs, sources } = options;
  for (let time = from + stepMs; time <= to; time += stepMs) {
    for (const item of spec.traffic) {
      traffic.account(item, backendsAt(options, item, to - time), stepMs / 1000);
    }
    for (const deployment of deployments) {
      measureDeployment(metrics, deployment, availableAt(spec, deployment, to - time));
    }
    for (const source of sources) source.past(metrics, time, stepMs / 1000);
    metrics.scrape(time);
  }
}

function backendsAt(options: PastOptions, { past }: TrafficSpec, agoMs: number): Backend[] {
  if (past === undefined) return [];
  const released = past.releasedMinutesAgo * MINUTE;
  if (past.unreadyMinutesAgo !== undefined && agoMs < past.unreadyMinutesAgo * MINUTE) return [];
  if (agoMs >= released) return [backendOf(options, past.before, 1)];
  return [backendOf(options, past.after, Math.min(1, (released - agoMs) / DECLINE_MS))];
}

function backendOf(options: PastOptions, deployment: string, decline: number): Backend {
  const { spec, applications } = options;
  const known = spec.deployments.find(({ name }) => name === deployment);
  const version = known?.version ?? '';
  const behaviour = applications.behaviour({
    deployment,
    version,
    namespace: known?.namespace ?? spec.namespace,
  });
  return {
    deployment,
    version,
    color: known?.labels.color ?? '',
    weight: 1,
    behaviour: {
      ...behaviour,
      errorRate: behaviour.errorRate * decline,
      latencyMs: behaviour.latencyMs * (0.3 + 0.7 * decline),
    },
    dependenciesUp: true,
    pods: [],
  };
}

/** A Deployment that fails now was available until it was found unready. */
function availableAt(spec: WorldSpec, deployment: StoredObject, agoMs: number): number {
  const { name } = deployment.metadata;
  const past = spec.traffic.find((item) => item.past?.after === name)?.past;
  const since = past?.unreadyMinutesAgo;
  if (since === undefined || agoMs < since * MINUTE) return deployment.status?.availableReplicas ?? 0;
  return deployment.spec.replicas;
}

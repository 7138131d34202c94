import type { ClusterView } from '../kubernetes/controllers/cluster-view.ts';
import { isTrue } from '../kubernetes/controllers/conditions.ts';
import { PODS } from '../kubernetes/controllers/keys.ts';
import type { StoredObject } from '../kubernetes/store.ts';
import type { MetricSource, Metrics } from '../monitoring/metrics.ts';
import type { Labels } from '../monitoring/series.ts';
import { type Behaviour, deploymentOf } from '../world/applications.ts';
import { PORTS } from './kas-objects.ts';
import { ENVIRONMENTS, type Environment } from './kas-spec.ts';
import { KAS_DEPLOYMENT, kasNamespace, METRICS_SERVICE } from './names.ts';

const COUNT = 'api_inbound_request_count';
const DURATION = 'api_inbound_request_duration';
const BOUNDS = [0.1, 1, 2, 5, 10, 30];
const REQUESTS_PER_SECOND: Readonly<Record<Environment, number>> = { production: 24, stage: 4 };
/** The share of each path. */
const PATHS = [
  ['/api/kafkas_mgmt/v1/kafkas', 0.5],
  ['/api/kafkas_mgmt/v1/kafkas/-', 0.35],
  ['/api/kafkas_mgmt/v1/kafkas/-/metrics/federate', 0.15],
] as const;
const WORKERS = ['accepted_kafka', 'ready_kafka', 'cluster', 'connector'];
/** The past is counted more coarsely. */
const PAST_STEP_SECONDS = 30;

export interface KasMetricsOptions {
  readonly view: ClusterView;
  readonly behaviourOf: (pod: StoredObject) => Behaviour;
  /** How a program did that had no trouble. */
  readonly well: Behaviour;
  readonly random: () => number;
}

interface PodGauges {
  readonly up: Labels;
  readonly leads: readonly Labels[];
}

/** What Prometheus scrapes from the pods: requests, leadership, reconcilers. */
export class KasMetrics implements MetricSource {
  readonly #options: KasMetricsOptions;
  readonly #carry = new Map<string, number>();
  readonly #known = new Map<string, PodGauges>();
  #uncounted = 0;

  constructor(options: KasMetricsOptions) {
    this.#options = options;
  }

  measure(metrics: Metrics, seconds: number): void {
    for (const environment of ENVIRONMENTS) {
      const pods = this.#pods(environment);
      this.#gauges(metrics, environment, pods);
      this.#count(metrics, environment, pods, seconds, this.#options.behaviourOf);
    }
  }

  past(metrics: Metrics, time: number, seconds: number): void {
    this.#uncounted += seconds;
    const due = this.#uncounted >= PAST_STEP_SECONDS ? this.#uncounted : 0;
    if (due > 0) this.#uncounted = 0;
    const { behaviourOf, well } = this.#options;
    for (const environment of ENVIRONMENTS) {
      const pods = this.#pods(environment);
      this.#gauges(metrics, environment, pods);
      if (due === 0) continue;
      // Before its pods were there, the version before them served, well.
      const then = (pod: StoredObject) =>
        Date.parse(pod.metadata.creationTimestamp) <= time ? behaviourOf(pod) : well;
      this.#count(metrics, environment, pods, due, then);
    }
  }

  /** Ready pods, the oldest first: it leads. */
  #pods(environment: Environment): StoredObject[] {
    return this.#options.view
      .inNamespace(PODS, kasNamespace(environment))
      .filter((pod) => deploymentOf(pod) === KAS_DEPLOYMENT && isTrue(pod, 'Ready'))
      .sort((a, b) => a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp));
  }

  #gauges(metrics: Metrics, environment: Environment, pods: readonly StoredObject[]): void {
    pods.forEach((pod, place) => {
      const { up, leads } = this.#gaugesOf(environment, pod);
      metrics.set(up, 1);
      for (const labels of leads) metrics.set(labels, place === 0 ? 1 : 0);
    });
  }

  /** The same objects each time: these series are written at every scrape. */
  #gaugesOf(environment: Environment, pod: StoredObject): PodGauges {
    const known = this.#known.get(pod.metadata.uid);
    if (known !== undefined) return known;
    const target = targetLabels(environment, pod);
    const leader = { __name__: 'kas_fleet_manager_leader_worker', ...target };
    const fresh = {
      up: { __name__: 'up', ...target },
      leads: WORKERS.map((worker_type) => ({ ...leader, worker_type })),
    };
    this.#known.set(pod.metadata.uid, fresh);
    return fresh;
  }

  #count(
    metrics: Metrics,
    environment: Environment,
    pods: readonly StoredObject[],
    seconds: number,
    behaviourOf: (pod: StoredObject) => Behaviour,
  ): void {
    pods.forEach((pod, place) => {
      const target = targetLabels(environment, pod);
      const behaviour = behaviourOf(pod);
      const rate = REQUESTS_PER_SECOND[environment] / pods.length;
      for (const [path, share] of PATHS) {
        const requests = this.#whole(`${target.pod} ${path}`, rate * share * seconds * this.#jitter());
        const failed = this.#whole(`${target.pod} ${path} failed`, requests * behaviour.errorRate);
        const labels = { ...target, method: 'GET', path };
        metrics.add({ __name__: COUNT, ...labels, code: '200' }, Math.max(0, requests - failed));
        metrics.add({ __name__: COUNT, ...labels, code: '500' }, failed);
        const timed = { ...labels, code: '200' };
        metrics.observe(DURATION, timed, requests, behaviour.latencyMs / 1000, BOUNDS);
      }
      if (place === 0) this.#reconcile(metrics, target, behaviour, seconds);
    });
  }

  #reconcile(
    metrics: Metrics,
    target: Readonly<Record<string, string>>,
    { errorRate }: Behaviour,
    seconds: number,
  ): void {
    for (const worker_type of WORKERS) {
      const labels = { ...target, worker_type };
      const runs = seconds / 10;
      const prefix = 'kas_fleet_manager_reconciler';
      const failures = errorRate > 0.05 ? runs * 0.4 : 0;
      metrics.add({ __name__: `${prefix}_success_count`, ...labels }, runs - failures);
      metrics.add({ __name__: `${prefix}_failure_count`, ...labels }, failures);
      metrics.add({ __name__: `${prefix}_errors_count`, ...labels }, failures * 3);
    }
  }

  #jitter(): number {
    return 0.92 + 0.16 * this.#options.random();
  }

  /** A whole number; what is left over is remembered for the next time. */
  #whole(id: string, amount: number): number {
    const exact = amount + (this.#carry.get(id) ?? 0);
    const whole = Math.floor(exact);
    this.#carry.set(id, exact - whole);
    return whole;
  }
}

function targetLabels(environment: Environment, pod: StoredObject) {
  return {
    job: METRICS_SERVICE,
    namespace: kasNamespace(environment),
    service: METRICS_SERVICE,
    pod: pod.metadata.name,
    instance: `${pod.status?.podIP ?? ''}:${PORTS.metrics}`,
  };
}

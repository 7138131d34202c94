import type { ClusterView } from '../kubernetes/controllers/cluster-view.ts';
import { isTrue } from '../kubernetes/controllers/conditions.ts';
import { DEPLOYMENTS, PODS } from '../kubernetes/controllers/keys.ts';
import type { Store, StoredObject } from '../kubernetes/store.ts';
import type { SandboxClock } from '../kubernetes/world-interfaces.ts';
import { type Applications, deploymentOf } from '../world/applications.ts';
import type { PodLogs } from '../world/pod-logs.ts';
import type { WorldSpec } from '../world/spec.ts';
import { type MetricSource, Metrics } from './metrics.ts';
import { writePast } from './past.ts';
import { answerPrometheus } from './prometheus-api.ts';
import { SeriesStore } from './series.ts';
import { Traffic } from './traffic.ts';

const SCRAPE_MS = 2000;
const RETENTION_MS = 30 * 60_000;
/** Pods of one Deployment that are watched one by one. */
const WATCHED_PODS = 50;

export interface MonitoringOptions {
  readonly spec: WorldSpec;
  readonly view: ClusterView;
  readonly store: Store;
  readonly clock: SandboxClock;
  readonly applications: Applications;
  readonly logs: PodLogs;
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
  readonly sources?: readonly MetricSource[];
}

/** Makes traffic, measures it and the cluster, and answers as Prometheus. */
export class Monitoring {
  readonly #options: MonitoringOptions;
  readonly #series = new SeriesStore(RETENTION_MS);
  readonly #metrics = new Metrics(this.#series);
  readonly #traffic: Traffic;
  #cancel: (() => void) | undefined;
  #failing: { readonly until: number; readonly code: number } | undefined;

  constructor(options: MonitoringOptions) {
    this.#options = options;
    const { spec, store, applications, logs, random } = options;
    const { namespace } = spec;
    this.#traffic = new Traffic({ namespace, store, applications, logs, random, metrics: this.#metrics });
  }

  start(): void {
    const { spec, clock, applications, view, sources = [] } = this.#options;
    writePast({
      sources,
      spec,
      applications,
      metrics: this.#metrics,
      traffic: this.#traffic,
      deployments: spec.namespaces.flatMap((name) => view.inNamespace(DEPLOYMENTS, name)),
      from: clock.now() - RETENTION_MS,
      to: clock.now(),
      stepMs: SCRAPE_MS,
    });
    this.#next();
  }

  stop(): void {
    this.#cancel?.();
  }

  /** For so long, every request is answered with this HTTP code. */
  fail(milliseconds: number, code: number): void {
    this.#failing = { until: this.#options.clock.now() + milliseconds, code };
  }

  async handle(request: Request): Promise<Response> {
    const now = this.#options.clock.now();
    if (this.#failing !== undefined && now < this.#failing.until) {
      return new Response('Service Unavailable\n', { status: this.#failing.code });
    }
    return answerPrometheus(request, this.#series, now);
  }

  #next(): void {
    const { clock, onError } = this.#options;
    this.#cancel = clock.after(SCRAPE_MS, () => {
      try {
        this.#tick();
      } catch (error) {
        onError(error);
      }
      this.#next();
    });
  }

  #tick(): void {
    const { spec, clock, sources = [] } = this.#options;
    for (const source of sources) source.measure(this.#metrics, SCRAPE_MS / 1000);
    for (const traffic of spec.traffic) this.#traffic.send(traffic, SCRAPE_MS / 1000);
    this.#measureCluster();
    const now = clock.now();
    this.#metrics.scrape(now);
    this.#series.prune(now);
  }

  #measureCluster(): void {
    for (const namespace of this.#options.spec.namespaces) this.#measureNamespace(namespace);
  }

  #measureNamespace(namespace: string): void {
    const { view } = this.#options;
    const seen = new Map<string, number>();
    for (const deployment of view.inNamespace(DEPLOYMENTS, namespace)) {
      measureDeployment(this.#metrics, deployment, deployment.status?.availableReplicas ?? 0);
    }
    for (const pod of view.inNamespace(PODS, namespace)) {
      const deployment = deploymentOf(pod);
      const count = (seen.get(deployment) ?? 0) + 1;
      seen.set(deployment, count);
      if (count <= WATCHED_PODS) this.#measurePod(pod, deployment);
    }
  }

  #measurePod(pod: StoredObject, deployment: string): void {
    const { name, namespace = '', labels = {} } = pod.metadata;
    const status: { state?: { running?: unknown }; restartCount?: number; name: string } | undefined =
      pod.status?.containerStatuses?.[0];
    const state = { job: 'kube-state-metrics', namespace, pod: name };
    const ready = isTrue(pod, 'Ready') ? 1 : 0;
    this.#metrics.set({ __name__: 'kube_pod_status_ready', ...state, condition: 'true' }, ready);
    const restarts = { ...state, container: status?.name ?? '' };
    this.#metrics.set(
      { __name__: 'kube_pod_container_status_restarts_total', ...restarts },
      status?.restartCount ?? 0,
    );
    if (pod.status?.podIP === undefined) return;
    const target = {
      job: 'pods',
      namespace,
      pod: name,
      deployment,
      app: labels.app ?? '',
      instance: `${pod.status.podIP}:${pod.spec.containers[0]?.ports?.[0]?.containerPort ?? 80}`,
    };
    this.#metrics.set({ __name__: 'up', ...target }, status?.state?.running === undefined ? 0 : 1);
  }
}

export function measureDeployment(metrics: Metrics, deployment: StoredObject, available: number): void {
  const { name, namespace = '' } = deployment.metadata;
  const labels = { job: 'kube-state-metrics', namespace, deployment: name };
  const { replicas } = deployment.spec;
  metrics.set({ __name__: 'kube_deployment_spec_replicas', ...labels }, replicas);
  metrics.set({ __name__: 'kube_deployment_status_replicas', ...labels }, deployment.status?.replicas ?? 0);
  metrics.set({ __name__: 'kube_deployment_status_replicas_available', ...labels }, available);
  const missing = Math.max(0, replicas - available);
  metrics.set({ __name__: 'kube_deployment_status_replicas_unavailable', ...labels }, missing);
}

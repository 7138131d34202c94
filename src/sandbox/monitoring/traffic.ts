import { ENDPOINTS, PODS } from '../kubernetes/controllers/keys.ts';
import type { Store, StoredObject } from '../kubernetes/store.ts';
import { type Applications, type Behaviour, deploymentOf, versionOf } from '../world/applications.ts';
import type { PodLogs } from '../world/pod-logs.ts';
import type { TrafficSpec } from '../world/spec.ts';
import type { Metrics } from './metrics.ts';

/** Share of requests that a program passes on to the services it depends on. */
const PASSED_ON = 0.6;
const REQUESTS = 'http_requests_total';
const DURATION = 'http_request_duration_seconds';
const PATHS = ['/', '/api/accounts', '/api/accounts/7301/transfers', '/api/cards', '/assets/app.js'];
/** Pods whose log gets a request or two of each tick. */
const LOGGING_PODS = 3;

/** Endpoints that behave alike, and which part of the traffic they get. */
export interface Backend {
  readonly deployment: string;
  readonly version: string;
  readonly color: string;
  readonly weight: number;
  readonly behaviour: Behaviour;
  /** Whether the services it depends on answer. */
  readonly dependenciesUp: boolean;
  readonly pods: readonly StoredObject[];
}

export interface TrafficOptions {
  readonly namespace: string;
  readonly store: Store;
  readonly applications: Applications;
  readonly metrics: Metrics;
  readonly logs: PodLogs;
  readonly random: () => number;
}

/** Sends requests to the ready endpoints of Services, wherever their selectors point. */
export class Traffic {
  readonly #options: TrafficOptions;
  readonly #carry = new Map<string, number>();

  constructor(options: TrafficOptions) {
    this.#options = options;
  }

  /** One stretch of traffic to where the endpoints are now. */
  send(spec: TrafficSpec, seconds: number): void {
    const backends = this.#backends(spec.service);
    this.account(spec, backends, seconds);
    this.#log(backends);
  }

  /** Counts one stretch of traffic to these backends; without any, every request fails. */
  account(spec: TrafficSpec, backends: readonly Backend[], seconds: number): void {
    const requests = this.#requests(spec, seconds);
    const weights = backends.reduce((total, { weight }) => total + weight, 0);
    if (weights === 0) {
      this.#count(spec, undefined, '503', requests);
      return;
    }
    let left = requests;
    backends.forEach((backend, index) => {
      const last = index === backends.length - 1;
      const share = last ? left : Math.round((requests * backend.weight) / weights);
      left -= share;
      this.#serve(spec, backend, share);
    });
  }

  #requests({ service, requestsPerSecond }: TrafficSpec, seconds: number): number {
    const jitter = 0.92 + 0.16 * this.#options.random();
    const exact = requestsPerSecond * seconds * jitter + (this.#carry.get(service) ?? 0);
    const whole = Math.floor(exact);
    this.#carry.set(service, exact - whole);
    return whole;
  }

  #serve(spec: TrafficSpec, backend: Backend, requests: number): void {
    const { behaviour, dependenciesUp } = backend;
    const cutOff = dependenciesUp ? 0 : this.#some(requests * PASSED_ON);
    const failed = this.#some((requests - cutOff) * behaviour.errorRate);
    this.#count(spec, backend, '200', requests - cutOff - failed);
    this.#count(spec, backend, '500', failed);
    this.#count(spec, backend, '502', cutOff);
    const labels = this.#labels(spec, backend);
    this.#options.metrics.observe(DURATION, labels, requests, behaviour.latencyMs / 1000);
  }

  /** A whole number near `expected`, right on average. */
  #some(expected: number): number {
    const whole = Math.floor(expected);
    return whole + (this.#options.random() < expected - whole ? 1 : 0);
  }

  #count(spec: TrafficSpec, backend: Backend | undefined, code: string, requests: number): void {
    const labels = { ...this.#labels(spec, backend), method: 'GET', code };
    this.#options.metrics.add({ __name__: REQUESTS, ...labels }, requests);
  }

  #labels({ service }: TrafficSpec, backend: Backend | undefined): Record<string, string> {
    const { namespace } = this.#options;
    const common = { job: 'gateway', namespace, service };
    if (backend === undefined) return common;
    const { deployment, version, color } = backend;
    return { ...common, deployment, version, ...(color === '' ? {} : { color }) };
  }

  #backends(service: string): Backend[] {
    const groups = new Map<string, StoredObject[]>();
    for (const pod of this.#readyPods(service)) {
      const id = `${deploymentOf(pod)} ${versionOf(pod)}`;
      const group = groups.get(id);
      if (group === undefined) groups.set(id, [pod]);
      else group.push(pod);
    }
    return [...groups.values()].flatMap((pods) => {
      const [first] = pods;
      return first === undefined ? [] : [this.#backend(first, pods)];
    });
  }

  #backend(first: StoredObject, pods: readonly StoredObject[]): Backend {
    const behaviour = this.#options.applications.of(first);
    return {
      deployment: deploymentOf(first),
      version: versionOf(first),
      color: first.metadata.labels?.color ?? '',
      weight: pods.length,
      behaviour,
      dependenciesUp: behaviour.dependsOn.every((service) => this.#addresses(service).length > 0),
      pods,
    };
  }

  #readyPods(service: string): StoredObject[] {
    const { store, namespace } = this.#options;
    return this.#addresses(service).flatMap((address) => {
      const pod = address.targetRef && store.get(PODS, namespace, address.targetRef.name);
      return pod === undefined ? [] : [pod];
    });
  }

  #addresses(service: string): { targetRef?: { name: string } }[] {
    const { store, namespace } = this.#options;
    const subsets: { addresses?: { targetRef?: { name: string } }[] }[] =
      store.get(ENDPOINTS, namespace, service)?.subsets ?? [];
    return subsets.flatMap((subset) => subset.addresses ?? []);
  }

  #log(backends: readonly Backend[]): void {
    const { logs, random } = this.#options;
    for (const { pods, behaviour, dependenciesUp } of backends) {
      for (const pod of pods.slice(0, LOGGING_PODS)) {
        const path = PATHS[Math.floor(random() * PATHS.length)] ?? '/';
        const cutOff = !dependenciesUp && path.startsWith('/api/');
        const status = cutOff ? 502 : random() < behaviour.errorRate ? 500 : 200;
        logs.answered(pod, {
          method: 'GET',
          path,
          status,
          latencyMs: behaviour.latencyMs * (0.6 + random()),
        });
      }
    }
  }
}

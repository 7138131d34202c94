import { ApiError } from '../kubernetes/api-error.ts';
import { ENDPOINTS, PODS, SERVICES } from '../kubernetes/controllers/keys.ts';
import type { Store, StoredObject } from '../kubernetes/store.ts';
import type {
  ProxyRequest,
  ProxyResponse,
  ProxyTarget,
  SandboxClock,
} from '../kubernetes/world-interfaces.ts';
import { type Applications, type Behaviour, deploymentOf, versionOf } from './applications.ts';
import type { PodLogs } from './pod-logs.ts';

interface Address {
  readonly ip: string;
  readonly targetRef?: { readonly name: string; readonly namespace: string };
}

/** A program that answers for itself; undefined for one that does not. `port` is the container's. */
export type Answering = (pod: StoredObject, port: number, request: ProxyRequest) => ProxyResponse | undefined;

export interface ApplicationProxyOptions {
  readonly store: Store;
  readonly clock: SandboxClock;
  readonly applications: Applications;
  readonly logs: PodLogs;
  readonly random: () => number;
  readonly pace: (milliseconds: number) => number;
  readonly programs?: Answering | undefined;
}

/** Answers for the programs in the pods, as they would through the API server's proxy. */
export class ApplicationProxy implements ProxyTarget {
  readonly #options: ApplicationProxyOptions;

  constructor(options: ApplicationProxyOptions) {
    this.#options = options;
  }

  request(request: ProxyRequest): ProxyResponse {
    const pod = request.through === 'pods' ? this.#pod(request) : this.#podBehind(request);
    const { applications, clock, logs, pace } = this.#options;
    const behaviour = applications.of(pod);
    const containers: { ports?: { containerPort: number; name?: string }[] }[] = pod.spec.containers;
    const ports = containers.flatMap((container) => container.ports ?? []);
    const asked = request.through === 'pods' ? request.port : this.#targetPort(request);
    const port = ports.find((item) => String(item.containerPort) === asked || item.name === asked);
    const listens = asked === undefined || port !== undefined;
    const startedAt: string | undefined = pod.status?.containerStatuses?.[0]?.state?.running?.startedAt;
    const ready =
      startedAt !== undefined && clock.now() - Date.parse(startedAt) >= pace(behaviour.startupSeconds * 1000);
    if (!ready || !listens) {
      const target = `${pod.status?.podIP ?? ''}:${asked ?? ports[0]?.containerPort ?? 80}`;
      throw ApiError.serviceUnavailable(
        `error trying to reach service: dial tcp ${target}: connect: connection refused`,
      );
    }
    const own = this.#options.programs?.(pod, (port ?? ports[0])?.containerPort ?? 80, request);
    const response = own ?? this.#answer(pod, behaviour, request);
    logs.answered(pod, {
      method: request.method,
      path: request.path,
      status: response.status,
      latencyMs: behaviour.latencyMs,
    });
    return { delayMs: pace(behaviour.latencyMs), ...response };
  }

  /** Which port of its pods a Service's port leads to. */
  #targetPort({ namespace, name, port }: ProxyRequest): string | undefined {
    const ports: { name?: string; port: number; targetPort?: number | string }[] =
      this.#options.store.get(SERVICES, namespace, name)?.spec.ports ?? [];
    const found = ports.find(
      (item) => port === undefined || String(item.port) === port || item.name === port,
    );
    return found === undefined ? undefined : String(found.targetPort ?? found.port);
  }

  #pod({ namespace, name }: ProxyRequest): StoredObject {
    const pod = this.#options.store.get(PODS, namespace, name);
    if (pod === undefined) throw ApiError.notFound(PODS, name);
    return pod;
  }

  #podBehind(request: ProxyRequest): StoredObject {
    const { store, random } = this.#options;
    const { namespace, name, port } = request;
    const service = store.get(SERVICES, namespace, name);
    if (service === undefined) throw ApiError.notFound(SERVICES, name);
    const asked = askedName(request);
    const ports: { name?: string; port: number }[] = service.spec.ports ?? [];
    const known =
      port === undefined || ports.some((item) => String(item.port) === port || item.name === port);
    if (!known) throw ApiError.serviceUnavailable(`no service port "${port}" found for service "${name}"`);
    const subsets: { addresses?: Address[] }[] = store.get(ENDPOINTS, namespace, name)?.subsets ?? [];
    const addresses = subsets.flatMap((subset) => subset.addresses ?? []);
    const chosen = addresses[Math.floor(random() * addresses.length)];
    if (chosen === undefined) {
      throw ApiError.serviceUnavailable(`no endpoints available for service "${asked}"`);
    }
    const pod = chosen.targetRef && store.get(PODS, namespace, chosen.targetRef.name);
    if (pod === undefined) {
      throw ApiError.serviceUnavailable(
        `error trying to reach service: dial tcp ${chosen.ip}:80: connect: no route to host`,
      );
    }
    return pod;
  }

  #answer(pod: StoredObject, behaviour: Behaviour, { method, path }: ProxyRequest): ProxyResponse {
    const route = path.replace(/[?#].*$/, '');
    const app = deploymentOf(pod);
    const { color = '' } = pod.metadata.labels ?? {};
    const version = versionOf(pod);
    if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: 'method not allowed\n' };
    if (route === '/healthz') return health(behaviour);
    if (route === '/version') return json(200, { app, color, version });
    if (this.#options.random() < behaviour.errorRate) {
      return json(500, { error: behaviour.errorLines[0] ?? 'internal error' });
    }
    if (route === '/') return { status: 200, body: `${app} ${color} ${version}\n` };
    if (!route.startsWith('/api/')) return { status: 404, body: 'not found\n' };
    const down = behaviour.dependsOn.find((service) => !this.#isUp(pod.metadata.namespace ?? '', service));
    return down === undefined
      ? json(200, { app, version, accounts: [] })
      : json(502, { error: `${down} does not answer` });
  }

  #isUp(namespace: string, service: string): boolean {
    const subsets: { addresses?: Address[] }[] =
      this.#options.store.get(ENDPOINTS, namespace, service)?.subsets ?? [];
    return subsets.some((subset) => (subset.addresses ?? []).length > 0);
  }
}

/** As the caller wrote it, `https:name:port`: the API server repeats it in its messages. */
function askedName({ scheme, name, port }: ProxyRequest): string {
  if (scheme === 'https') return `https:${name}:${port ?? ''}`;
  return port === undefined ? name : `${name}:${port}`;
}

function json(status: number, body: unknown): ProxyResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(body)}\n` };
}

function health({ health: status, errorLines }: Behaviour): ProxyResponse {
  const well = status >= 200 && status < 400;
  return json(status, well ? { status: 'ok' } : { status: 'failing', error: errorLines[0] ?? 'not healthy' });
}

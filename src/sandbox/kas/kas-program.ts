import type { StoredObject } from '../kubernetes/store.ts';
import type { ProxyRequest, ProxyResponse } from '../kubernetes/world-interfaces.ts';
import type { Answering } from '../world/application-proxy.ts';
import { type Behaviour, deploymentOf, versionOf } from '../world/applications.ts';
import type { Speech } from '../world/pod-logs.ts';
import { PORTS } from './kas-objects.ts';
import type { KasState } from './kas-state.ts';
import { KAS_DEPLOYMENT } from './names.ts';

const API = '/api/kafkas_mgmt';
const TLS_PORTS: readonly number[] = [PORTS.api, PORTS.health, PORTS.envoy];

export interface KasProgramOptions {
  readonly state: KasState;
  readonly behaviourOf: (pod: StoredObject) => Behaviour;
  readonly random: () => number;
}

/** What the program answers on each of its ports. */
export function kasProgram({ state, behaviourOf, random }: KasProgramOptions): Answering {
  return (pod, port, request) => {
    if (deploymentOf(pod) !== KAS_DEPLOYMENT) return undefined;
    if (TLS_PORTS.includes(port) && request.scheme !== 'https') {
      return { status: 400, body: 'Client sent an HTTP request to an HTTPS server.\n' };
    }
    const route = request.path.replace(/[?#].*$/, '').replace(/(.)\/$/, '$1');
    switch (port) {
      case PORTS.health:
        return health(behaviourOf(pod), route);
      case PORTS.metrics:
        return route === '/metrics' ? { status: 200, body: '# scraped by Prometheus\n' } : missing(route);
      case PORTS.envoyMetrics:
        return route === '/ready' ? { status: 200, body: 'LIVE\n' } : missing(route);
      default:
        return api(state.byTag(versionOf(pod))?.sha ?? '', route, request, () =>
          random() < behaviourOf(pod).errorRate ? behaviourOf(pod).errorLines[0] : undefined,
        );
    }
  };
}

function health({ health: status }: Behaviour, route: string): ProxyResponse {
  if (route !== '/healthcheck') return missing(route);
  return json(status, status < 400 ? {} : { maintenance_status: 'the server is in maintenance mode' });
}

function api(
  sha: string,
  route: string,
  { method }: ProxyRequest,
  trouble: () => string | undefined,
): ProxyResponse {
  if (method !== 'GET') return error(405, 'KAFKAS-MGMT-7', `The method ${method} is not allowed here`);
  if (route === API) {
    return json(200, { kind: 'API', id: 'kafkas_mgmt', href: API, versions: [versionOne(sha)] });
  }
  if (route === `${API}/v1`) return json(200, versionOne(sha));
  if (!route.startsWith(`${API}/v1/`)) return missing(route);
  const reason = trouble();
  if (reason !== undefined) return error(500, 'KAFKAS-MGMT-9', `Unspecified error: ${reason}`);
  return error(401, 'KAFKAS-MGMT-11', 'Request doesn’t contain the "Authorization" header');
}

function versionOne(server_version: string) {
  return { kind: 'APIVersion', id: 'v1', href: `${API}/v1`, server_version, collections: [] };
}

function missing(route: string): ProxyResponse {
  return error(404, 'KAFKAS-MGMT-7', `The requested resource '${route}' doesn't exist`);
}

function error(status: number, code: string, reason: string): ProxyResponse {
  return json(status, { kind: 'Error', id: code.replace(/^.*-/, ''), code, reason });
}

function json(status: number, body: unknown): ProxyResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(body)}\n` };
}

/** What the migration container and the service print. */
export function kasSpeech(state: KasState): Speech {
  const missingIn = (pod: StoredObject) => {
    const version = state.byTag(versionOf(pod));
    return version && state.tooNew(pod.metadata.namespace ?? '', version)[0]?.migration;
  };
  return {
    first(pod, container) {
      if (deploymentOf(pod) !== KAS_DEPLOYMENT) return undefined;
      const sha = state.byTag(versionOf(pod))?.sha ?? '';
      if (container === 'migration') return ['Migration starting', `Version ${sha}`];
      if (container === 'envoy-sidecar') return ['starting main dispatch loop'];
      return [`Serving version ${sha}`, `Serving with TLS at :${PORTS.api}`, 'Worker started'];
    },
    last(pod, container, exitCode) {
      if (deploymentOf(pod) !== KAS_DEPLOYMENT) return undefined;
      if (container !== 'migration') return undefined;
      if (exitCode === 0) return ['Migration has completed'];
      const migration = missingIn(pod);
      if (migration === undefined) return ['Migration failed'];
      const { table, column, id } = migration;
      return [
        `ERROR: column "${column}" of relation "${table}" does not exist (SQLSTATE 42703)`,
        `Could not migrate: the schema is at ${id}, which this version does not know`,
      ];
    },
  };
}

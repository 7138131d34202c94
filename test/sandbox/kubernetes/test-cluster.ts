import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditEntry, openAuditLog } from '../../../src/sandbox/audit.ts';
import type { ServerCertificate } from '../../../src/sandbox/certificate.ts';
import { seedAccess } from '../../../src/sandbox/kubernetes/default-access.ts';
import { MemoryStore } from '../../../src/sandbox/kubernetes/memory-store.ts';
import { startKubernetesServer } from '../../../src/sandbox/kubernetes/server.ts';
import type { TypeKey } from '../../../src/sandbox/kubernetes/store.ts';
import type {
  ClusterSpec,
  FaultAnswer,
  LogLine,
  ProxyResponse,
  RequestAttributes,
  WatchControl,
} from '../../../src/sandbox/kubernetes/world-interfaces.ts';

export const NAMESPACE = 'banking-app';
export const DEPLOYMENTS: TypeKey = { group: 'apps', resource: 'deployments' };
export const PODS: TypeKey = { group: '', resource: 'pods' };
export const SERVICES: TypeKey = { group: '', resource: 'services' };
const NAMESPACES: TypeKey = { group: '', resource: 'namespaces' };

/** An answer with its JSON body. */
export interface Answer {
  readonly code: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the tests look into bodies of every kind
  readonly body: any;
  readonly text: string;
}

export interface AskOptions {
  readonly as?: 'admin' | 'operator' | 'viewer' | 'nobody';
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly userAgent?: string;
}

/** An API server over a store that no controller touches: what a test writes stays as it is. */
export async function startTestCluster(spec: ClusterSpec = {}, certificate?: ServerCertificate) {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
  const audit = openAuditLog(join(folder, 'audit.jsonl'));
  const time = { now: Date.parse('2026-01-02T03:04:05Z') };
  const store = new MemoryStore({ now: () => time.now });
  store.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  seedAccess(store, NAMESPACE);

  const world = {
    lines: new Map<string, readonly LogLine[]>(),
    proxied: (_path: string): ProxyResponse => ({ status: 200, body: 'ok' }),
    fault: (_request: RequestAttributes): FaultAnswer | undefined => undefined,
    watches: undefined as WatchControl | undefined,
    print: (_line: LogLine): void => {},
  };
  const server = await startKubernetesServer({
    store,
    spec,
    audit,
    ...(certificate === undefined ? {} : { certificate }),
    now: () => time.now,
    world: {
      logs: {
        lines: ({ pod, container, previous }) =>
          world.lines.get(`${pod}/${container}${previous ? '/previous' : ''}`),
        follow: (_container, onLine) => {
          world.print = onLine;
          return () => {};
        },
      },
      proxy: { request: (request) => world.proxied(`${request.through}/${request.name}${request.path}`) },
      faults: {
        intercept: (request) => world.fault(request),
        attach: (watches) => {
          world.watches = watches;
        },
      },
    },
  });

  const headersOf = (options: AskOptions): Record<string, string> => ({
    ...(options.as === 'nobody' ? {} : { authorization: `Bearer sandbox-${options.as ?? 'admin'}` }),
    ...(options.accept === undefined ? {} : { accept: options.accept }),
    ...(options.body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' }),
    'user-agent': options.userAgent ?? 'test/1.0',
  });

  return {
    store,
    world,
    time,
    url: server.url,
    auditEntries: () =>
      readFileSync(audit.path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as AuditEntry),
    async ask(method: string, path: string, options: AskOptions = {}): Promise<Answer> {
      const body =
        options.body === undefined || options.body instanceof Uint8Array || typeof options.body === 'string'
          ? (options.body as string | Uint8Array<ArrayBuffer> | undefined)
          : JSON.stringify(options.body);
      const response = await fetch(server.url + path, {
        method,
        headers: headersOf(options),
        ...(body === undefined ? {} : { body }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
      return {
        code: response.status,
        headers: response.headers,
        text,
        body: isJson ? JSON.parse(text) : undefined,
      };
    },
    /** Lines of a streamed answer, as they come. */
    async *lines(path: string, signal: AbortSignal, options: AskOptions = {}): AsyncGenerator<string> {
      const response = await fetch(server.url + path, { headers: headersOf(options), signal });
      let rest = '';
      for await (const chunk of response.body ?? []) {
        const pieces = (rest + Buffer.from(chunk).toString()).split('\n');
        rest = pieces.pop() ?? '';
        yield* pieces;
      }
    },
    async stop(): Promise<void> {
      await server.close();
      audit.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export type TestCluster = Awaited<ReturnType<typeof startTestCluster>>;

/** A Deployment in the fewest words; the server defaults the rest. */
export function deployment(name: string, replicas = 3, image = `registry.example/${name}:1.0.0`) {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'app', image }] } },
    },
  };
}

export function service(name: string, selector: Record<string, string>) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: NAMESPACE },
    spec: { selector, ports: [{ port: 80, targetPort: 8080 }] },
  };
}

/** A running pod of one container. */
export function pod(name: string, labels: Record<string, string> = {}) {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: NAMESPACE, labels },
    spec: { nodeName: 'node-1', containers: [{ name: 'app', image: 'registry.example/app:1.0.0' }] },
    status: {
      phase: 'Running',
      podIP: '10.0.0.7',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        {
          name: 'app',
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: '2026-01-02T03:00:00Z' } },
        },
      ],
    },
  };
}

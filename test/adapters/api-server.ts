import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';
import { createKubernetes, type KubernetesOptions } from '../../src/adapters/kubernetes/kubernetes.ts';
import type { Kubernetes } from '../../src/ports/kubernetes.ts';

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ApiServer {
  readonly url: string;
  readonly port: number;
  /** Requests beside discovery, in order. */
  readonly seen: Seen[];
  /** How many connections were ever accepted. */
  connections(): number;
  /** Breaks every connection that is open. */
  breakAll(): void;
}

type Handler = (request: Seen, response: ServerResponse) => void;

const DISCOVERY: Readonly<Record<string, unknown>> = {
  '/api/v1': {
    resources: [
      { name: 'pods', namespaced: true },
      { name: 'services', namespaced: true },
      { name: 'namespaces', namespaced: false },
    ],
  },
  '/apis/apps': {
    preferredVersion: { version: 'v1' },
    versions: [{ version: 'v1beta1' }, { version: 'v1' }],
  },
  '/apis/apps/v1': { resources: [{ name: 'deployments', namespaced: true }] },
  '/apis/discovery.k8s.io': { preferredVersion: { version: 'v1beta1' }, versions: [{ version: 'v1beta1' }] },
  '/apis/discovery.k8s.io/v1beta1': { resources: [{ name: 'endpointslices', namespaced: true }] },
};

/** A loopback API server that serves discovery and leaves the rest, misbehaviour included, to the test. */
export async function apiServer(
  handler: Handler,
  discovery: Readonly<Record<string, unknown>> = {},
): Promise<ApiServer> {
  const seen: Seen[] = [];
  return serve(async (incoming, response) => {
    const url = new URL(incoming.url ?? '/', 'http://loopback');
    const known = discovery[url.pathname] ?? DISCOVERY[url.pathname];
    if (known !== undefined) return json(response, 200, known);
    if (/^\/apis\/[^/]+(\/[^/]+)?$/.test(url.pathname))
      return status(response, 404, 'NotFound', '404 page not found');
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const request: Seen = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    };
    seen.push(request);
    handler(request, response);
  }, seen);
}

async function serve(listener: RequestListener, seen: Seen[]): Promise<ApiServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer(listener);
  server.on('connection', (socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const breakAll = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  onTestFinished(async () => {
    breakAll();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, seen, connections: () => connections, breakAll };
}

export function json(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

export function status(
  response: ServerResponse,
  code: number,
  reason: string,
  message: string,
  more: object = {},
): void {
  json(response, code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
    ...more,
  });
}

/** A folder that goes with the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rollbook-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface ConfigParts {
  readonly server: string;
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
}

/** Writes a kubeconfig with one context, `test`, and gives its path. */
export function kubeconfig(
  { server, cluster, user, context }: ConfigParts,
  file = join(temporaryFolder(), 'config'),
): string {
  const config = {
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, ...cluster } }],
    users: [{ name: 'operator', user: user ?? { token: 'let-me-in' } }],
    contexts: [
      { name: 'test', context: { cluster: 'test', user: 'operator', namespace: 'shop', ...context } },
    ],
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

export function connect(server: string | ConfigParts, options: Partial<KubernetesOptions> = {}): Kubernetes {
  const parts = typeof server === 'string' ? { server } : server;
  return createKubernetes({
    kubeconfig: kubeconfig(parts),
    env: {},
    clock: systemClock,
    random: () => 0,
    ...options,
  });
}

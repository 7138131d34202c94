import type { IncomingMessage } from 'node:http';
import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocketServer } from 'ws';
import type { AuditLog } from '../audit.ts';
import type { Cluster } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { authenticate, impersonated } from './authentication.ts';
import { authorizeResource } from './authorization.ts';
import { PODS } from './controllers/keys.ts';
import { serveExec, V4, V5 } from './exec-connection.ts';
import { containerOf } from './pod-log.ts';
import { attributesOf, type ResourceRequest, readResourceRequest } from './request-info.ts';
import { minorVersion } from './resource-types.ts';
import type { StoredObject } from './store.ts';
import type { ExecRequest, FaultAnswer, SandboxUser } from './world-interfaces.ts';

/** From here on a program needs the right to create, however it is asked for. */
const CREATE_SINCE = 35;
/** The first 1.x that can end a program's input. */
const V5_SINCE = 30;

export interface ExecServerOptions {
  readonly cluster: Cluster;
  readonly users: readonly SandboxUser[];
  readonly audit: AuditLog;
}

export interface ExecServer {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  open(): number;
  close(): void;
}

/** Serves pods/exec over WebSockets, as kubectl from 1.30 on and the clients of other languages speak it. */
export function createExecServer({ cluster, users, audit }: ExecServerOptions): ExecServer {
  const protocols = minorVersion(cluster.version) < V5_SINCE ? [V4] : [V5, V4];
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    handleProtocols: (offered) => protocols.find((protocol) => offered.has(protocol)) ?? false,
  });

  async function answer(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const exchange = { user: '', verb: 'get' };
    const record = (code: number) => {
      const time = new Date(cluster.now()).toISOString();
      const path = url.pathname + url.search;
      audit.record({ time, api: 'kubernetes', ...exchange, path, dryRun: false, code });
    };
    const refuse = (code: number, body: unknown) => {
      record(code);
      const text = body === undefined ? '' : JSON.stringify(body);
      socket.end(
        `HTTP/1.1 ${code} ${STATUS_CODES[code] ?? ''}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n${text}`,
      );
    };
    const drop = () => {
      record(0);
      socket.destroy();
    };
    try {
      const caller = authenticate(users, request.headers.authorization);
      const user = impersonated(cluster.store, caller, request.headers);
      exchange.user = user.name;
      const target = execTarget(request, url, cluster);
      exchange.verb = target.verb;
      const command = url.searchParams.getAll('command');
      const fault = cluster.world.faults.intercept({
        ...attributesOf(target, user.name, false),
        command: command.join(' '),
      });
      if (fault !== undefined && 'delayMs' in fault) await delay(fault.delayMs);
      if (fault !== undefined && 'drop' in fault) return drop();
      if (fault !== undefined && 'respond' in fault) return refuse(fault.respond.code, fault.respond);
      authorizeResource(cluster.store, user, target);
      if (minorVersion(cluster.version) >= CREATE_SINCE)
        authorizeResource(cluster.store, user, { ...target, verb: 'create' });
      const exec = execOf(cluster, target, url.searchParams, command);
      checkProtocol(request, protocols);
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        record(101);
        const { world } = cluster;
        if (world.exec === undefined)
          return webSocket.close(1011, 'the containers of this world have no programs');
        breakOff(fault, () => webSocket.terminate());
        void serveExec({
          socket: webSocket,
          target: world.exec,
          request: exec,
          wanted: streamsIn(url.searchParams),
          dropEnd: fault !== undefined && 'dropAnswer' in fault,
        });
      });
    } catch (error) {
      if (error instanceof UnknownProtocol) return refuse(403, undefined);
      const known = error instanceof ApiError ? error : ApiError.internal(String(error));
      refuse(known.code, known.toStatus());
    }
  }

  return {
    upgrade: (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      void answer(request, socket, head);
    },
    open: () => sockets.clients.size,
    close: () => {
      for (const client of sockets.clients) client.terminate();
    },
  };
}

/** The connection is lost while the program goes on. */
function breakOff(fault: FaultAnswer | undefined, terminate: () => void): void {
  if (fault !== undefined && 'dropAfterMs' in fault) setTimeout(terminate, fault.dropAfterMs).unref();
}

function execTarget(request: IncomingMessage, url: URL, { types }: Cluster): ResourceRequest {
  const target = readResourceRequest(request.method ?? 'GET', url.pathname, url.searchParams, types);
  if (target?.type.resource !== 'pods' || target.subresource !== 'exec')
    throw ApiError.badRequest('only pods/exec can be upgraded in this sandbox');
  return target;
}

function checkProtocol({ headers }: IncomingMessage, known: readonly string[]): void {
  if ((headers.upgrade ?? '').toLowerCase() !== 'websocket')
    throw ApiError.badRequest(
      `unable to upgrade: the sandbox speaks WebSocket, not ${headers.upgrade ?? 'nothing'}: kubectl 1.30 or later does`,
    );
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((protocol) => protocol.trim());
  if (!offered.some((protocol) => known.includes(protocol))) throw new UnknownProtocol();
}

/** No Status comes with it: the handshake itself fails. */
class UnknownProtocol extends Error {}

/** What is to be run where. Throws ApiError for a pod or a container that cannot take it. */
function execOf(
  { store }: Cluster,
  { namespace = '', name = '' }: ResourceRequest,
  query: URLSearchParams,
  argv: readonly string[],
): ExecRequest {
  const pod = store.get(PODS, namespace, name);
  if (pod === undefined) throw ApiError.notFound({ group: '', resource: 'pods' }, name);
  const container = containerOf(pod, query.get('container'));
  if (argv.length === 0) throw ApiError.badRequest('you must specify at least 1 command for the container');
  const { stdin, stdout, stderr } = streamsIn(query);
  if (!stdin && !stdout && !stderr)
    throw ApiError.badRequest('you must specify at least 1 of stdin, stdout, stderr');
  const { phase } = pod.status ?? {};
  if (phase === 'Succeeded' || phase === 'Failed')
    throw ApiError.badRequest(`cannot exec into a container in a completed pod; current phase is ${phase}`);
  if (!isRunning(pod, container))
    throw ApiError.internal(`unable to upgrade connection: container not found ("${container}")`);
  return { namespace, pod: name, container, argv };
}

function isRunning({ status }: StoredObject, container: string): boolean {
  const statuses: readonly { name: string; state?: { running?: unknown } }[] =
    status?.containerStatuses ?? [];
  return statuses.find(({ name }) => name === container)?.state?.running !== undefined;
}

function streamsIn(query: URLSearchParams) {
  const isSet = (name: string) => query.get(name) === 'true' || query.get(name) === '1';
  return { stdin: isSet('stdin'), stdout: isSet('stdout'), stderr: isSet('stderr') };
}

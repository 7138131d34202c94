import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { AuditLog } from '../audit.ts';
import type { ServerCertificate } from '../certificate.ts';
import { sendJson, sendReply, setWarnings } from './answer.ts';
import type { ApiCall, Cluster } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { authenticate, impersonated } from './authentication.ts';
import { authorizePath, authorizeResource } from './authorization.ts';
import { parseBody } from './body.ts';
import { DEFAULT_USERS } from './default-access.ts';
import { createExecServer } from './exec.ts';
import { generalPath } from './general-paths.ts';
import { handle } from './handle.ts';
import { isTree } from './json.ts';
import type { MemoryStore } from './memory-store.ts';
import { negotiate } from './negotiate.ts';
import { attributesOf, type ResourceRequest, readResourceRequest } from './request-info.ts';
import { DEFAULT_VERSION, servedTypes } from './resource-types.ts';
import type { ClusterSpec, FaultAnswer, KubernetesWorld, SandboxUser } from './world-interfaces.ts';

export interface KubernetesServerOptions {
  readonly store: MemoryStore;
  readonly world: KubernetesWorld;
  readonly spec: ClusterSpec;
  readonly audit: AuditLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Without it, plain HTTP: then kubectl sends no tokens. */
  readonly certificate?: ServerCertificate;
}

export interface KubernetesServer {
  /** `https://127.0.0.1:PORT`, or http without a certificate. */
  readonly url: string;
  /** Watches and followed logs. */
  openStreams(): number;
  close(): Promise<void>;
}

/** What is known of a request while it is answered, for the audit log. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  user: string;
  verb: string;
  dryRun: boolean;
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function asksForDryRun(query: URLSearchParams, document: unknown): boolean {
  const inBody = isTree(document) && document.kind === 'DeleteOptions' ? document.dryRun : undefined;
  return query.getAll('dryRun').includes('All') || (Array.isArray(inBody) && inBody.includes('All'));
}

/** Starts an API server on a free port of 127.0.0.1. */
export async function startKubernetesServer(options: KubernetesServerOptions): Promise<KubernetesServer> {
  const { store, world, spec, audit, now } = options;
  const version = spec.version ?? DEFAULT_VERSION;
  const users = spec.users ?? DEFAULT_USERS;
  const cluster: Cluster = { store, world, types: servedTypes(version, spec.notServed), version, now };
  const streams = new Map<ServerResponse, 'watch' | 'log'>();

  world.faults.attach?.({
    cut() {
      for (const [response, kind] of streams) if (kind === 'watch') response.destroy();
    },
    expire: () => store.compact(),
  });

  const record = (exchange: Exchange, code: number): void => {
    const { url, user, verb, dryRun } = exchange;
    const time = new Date(now()).toISOString();
    audit.record({ time, api: 'kubernetes', user, verb, path: url.pathname + url.search, dryRun, code });
  };

  const fail = async (exchange: Exchange, error: unknown): Promise<void> => {
    const known = error instanceof ApiError ? error : ApiError.internal(String(error));
    record(exchange, known.code);
    if (exchange.response.headersSent) exchange.response.destroy();
    else await sendJson(exchange.response, known.code, known.toStatus());
  };

  const answerGeneral = async (exchange: Exchange, user: SandboxUser): Promise<void> => {
    const { request, response, url } = exchange;
    authorizePath(store, user, exchange.verb, url.pathname);
    const answer = generalPath(cluster, url.pathname, request.headers.accept, request.headers.host ?? '');
    record(exchange, 200);
    if ('text' in answer) response.end(answer.text);
    else await sendJson(response, 200, answer.body, { contentType: answer.contentType });
  };

  const answerResource = async (
    exchange: Exchange,
    user: SandboxUser,
    target: ResourceRequest,
  ): Promise<void> => {
    const { request, response, url } = exchange;
    exchange.verb = target.verb;
    const contentType = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
    const body = await readBytes(request);
    const document = target.subresource === 'proxy' ? undefined : await parseBody(contentType, body);
    exchange.dryRun = asksForDryRun(url.searchParams, document);
    const fault = world.faults.intercept(attributesOf(target, user.name, exchange.dryRun));
    if (await isCutShort(exchange, fault)) return;
    authorizeResource(store, user, target);
    // Logs and proxied answers are of whatever type they are.
    const isText = target.subresource === 'log' || target.subresource === 'proxy';
    const call: ApiCall = {
      ...target,
      user,
      method: request.method ?? 'GET',
      query: url.searchParams,
      presentation: negotiate(isText ? undefined : request.headers.accept),
      contentType,
      userAgent: request.headers['user-agent'] ?? '',
      body,
      document,
      dryRun: exchange.dryRun,
      warnings: [],
    };
    const reply = handle(cluster, call);
    if (fault !== undefined && 'dropAnswer' in fault) {
      record(exchange, 0);
      response.destroy();
      return;
    }
    setWarnings(response, call.warnings);
    record(exchange, reply.kind === 'stream' ? 200 : reply.code);
    if (reply.kind === 'stream') {
      streams.set(response, reply.watch ? 'watch' : 'log');
      response.once('close', () => streams.delete(response));
    }
    await sendReply(response, reply, call.presentation.format === 'yaml');
  };

  const isCutShort = async (exchange: Exchange, fault: FaultAnswer | undefined): Promise<boolean> => {
    if (fault === undefined) return false;
    if ('delayMs' in fault) await delay(fault.delayMs);
    if ('drop' in fault) {
      record(exchange, 0);
      exchange.response.destroy();
      return true;
    }
    if ('respond' in fault) {
      record(exchange, fault.respond.code);
      await sendJson(exchange.response, fault.respond.code, fault.respond);
      return true;
    }
    return false;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://sandbox');
    const verb = (request.method ?? 'GET').toLowerCase();
    const exchange: Exchange = { request, response, url, user: '', verb, dryRun: false };
    try {
      const caller = authenticate(users, request.headers.authorization);
      exchange.user = caller.name;
      const user = impersonated(store, caller, request.headers);
      exchange.user = user.name;
      const target = readResourceRequest(
        request.method ?? 'GET',
        url.pathname,
        url.searchParams,
        cluster.types,
      );
      if (target === undefined) await answerGeneral(exchange, user);
      else await answerResource(exchange, user, target);
    } catch (error) {
      await fail(exchange, error);
    }
  };

  const { certificate } = options;
  const listener = (request: IncomingMessage, response: ServerResponse) => void answer(request, response);
  const server = certificate === undefined ? createServer(listener) : createTlsServer(certificate, listener);
  const exec = createExecServer({ cluster, users, audit });
  server.on('upgrade', exec.upgrade);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    openStreams: () => streams.size + exec.open(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        exec.close();
        server.closeAllConnections();
      }),
  };
}

import http from 'node:http';
import https from 'node:https';
import { finished, pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { PortFailure } from '../ports/failure.ts';
import { abortable } from './abortable.ts';
import { cancelledFailure, networkFailure, timeoutFailure } from './network-failure.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'DELETE';
  /** Absolute path with its query, as the API defines it. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  readonly accept?: string;
  /** Until the whole answer is there; for `open`, until its first line is. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** More than this of the answer is not read; 64 MiB when absent. */
  readonly maxBytes?: number;
  /** False where a second try would change what is observed. */
  readonly retry?: boolean;
}

export interface ApiResponse {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
  readonly truncated: boolean;
}

export interface ApiStream {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Readable;
}

/** What a request needs besides itself: headers, TLS material, and an agent where a proxy is in the way. */
export type Authorization = Pick<
  https.RequestOptions,
  'auth' | 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'
> & {
  readonly headers: http.OutgoingHttpHeaders;
  readonly agent: http.Agent | undefined;
};

export interface Credentials {
  /** Asked for each request: tokens and certificates rotate. */
  authorize(): Promise<Authorization>;
  /** The server answered 401; true when asking again may give something new. */
  forget(): boolean;
}

export interface TransportOptions {
  /** HTTPS_PROXY, HTTP_PROXY and NO_PROXY are taken from it; none when absent, and never for this machine itself. */
  readonly proxyEnv?: Readonly<Record<string, string | undefined>>;
  /** What the other end is called in sentences: 'the API server'; its address is added. */
  readonly server: string;
  /** 'The request to the cluster' */
  readonly request: string;
}

/** Moves requests to one API server and answers back. Any status is an answer; failures are PortFailures. */
export interface Transport {
  send(request: ApiRequest): Promise<ApiResponse>;
  /** The answer's body as it comes; ends with the signal. */
  open(request: ApiRequest): Promise<ApiStream>;
}

const MAX_BYTES = 64 * 1024 * 1024;
/** What a cluster is called in sentences. */
export const CLUSTER: TransportOptions = { server: 'the API server', request: 'The request to the cluster' };
const POOL = { keepAlive: true, keepAliveMsecs: 30_000, maxFreeSockets: 8, scheduling: 'lifo' } as const;

/** One keep-alive pool for reads; each write gets a connection of its own, so none is lost to one that has idled too long. */
export function createTransport(
  server: string,
  credentials: Credentials,
  options: TransportOptions = CLUSTER,
): Transport {
  const base = new URL(server);
  const secure = base.protocol === 'https:';
  const client = secure ? https : http;
  const proxyEnv = options.proxyEnv === undefined || isThisMachine(base) ? {} : options.proxyEnv;
  const pool = new client.Agent({ ...POOL, proxyEnv });
  const single = new client.Agent({ keepAlive: false, proxyEnv });
  const prefix = base.pathname.replace(/\/+$/, '');

  async function start(
    request: ApiRequest,
    signal: AbortSignal,
    seen: Progress,
  ): Promise<http.IncomingMessage> {
    const auth = await abortable(credentials.authorize(), signal);
    seen.authorized = true;
    const idle = request.method === 'GET' || request.method === 'HEAD' ? pool : single;
    const { headers: authHeaders, agent, ...tls } = auth;
    return new Promise((resolve, reject) => {
      const outgoing = client.request(
        {
          ...tls,
          host: base.hostname.replace(/^\[|\]$/g, ''),
          port: base.port || (secure ? 443 : 80),
          method: request.method,
          path: prefix + request.path,
          agent: agent ?? idle,
          signal,
          headers: {
            ...authHeaders,
            accept: request.accept ?? 'application/json',
            'accept-encoding': request.method === 'GET' ? 'gzip' : 'identity',
            'user-agent': 'rollbook',
            ...(request.body === undefined
              ? {}
              : {
                  'content-type': request.contentType ?? 'application/json',
                  'content-length': Buffer.byteLength(request.body),
                }),
          },
        },
        resolve,
      );
      outgoing.on('socket', (socket) => {
        if (!socket.connecting) seen.connected = true;
        else
          socket.once(secure ? 'secureConnect' : 'connect', () => {
            seen.connected = true;
          });
      });
      outgoing.on('error', reject);
      outgoing.end(request.body);
    });
  }

  /** A 401 is given before anything is done, so that even a write may be tried again with a fresh credential. */
  async function startWithFreshCredential(request: ApiRequest, signal: AbortSignal, seen: Progress) {
    const first = await start(request, signal, seen);
    if (first.statusCode !== 401 || !credentials.forget()) return first;
    first.resume();
    return start(request, signal, seen);
  }

  return {
    async send(request) {
      const deadline = AbortSignal.timeout(request.timeoutMs);
      const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
      const seen: Progress = { authorized: false, connected: false };
      try {
        signal.throwIfAborted();
        const response = await startWithFreshCredential(request, signal, seen);
        const { body, truncated } = await collect(decoded(response), request.maxBytes ?? MAX_BYTES);
        return { status: response.statusCode ?? 0, headers: response.headers, body, truncated };
      } catch (error) {
        throw explain(error, request, `${options.server} at ${base.host}`, deadline.aborted, seen, options);
      }
    },
    async open(request) {
      const deadline = new AbortController();
      const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
      const signal =
        request.signal === undefined ? deadline.signal : AbortSignal.any([deadline.signal, request.signal]);
      const seen: Progress = { authorized: false, connected: false };
      try {
        signal.throwIfAborted();
        const response = await startWithFreshCredential(request, signal, seen);
        return { status: response.statusCode ?? 0, headers: response.headers, body: decoded(response) };
      } catch (error) {
        throw explain(
          error,
          request,
          `${options.server} at ${base.host}`,
          deadline.signal.aborted,
          seen,
          options,
        );
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}

/** How far a request came, for the sentence when it was too late. */
export interface Progress {
  authorized: boolean;
  connected: boolean;
}

/** Why there is no answer. `server`: 'the API server at HOST'. */
export function explain(
  error: unknown,
  request: Pick<ApiRequest, 'signal' | 'timeoutMs'>,
  server: string,
  late: boolean,
  seen: Progress,
  { request: called }: Pick<TransportOptions, 'request'>,
): PortFailure {
  if (error instanceof PortFailure) return error;
  if (request.signal?.aborted) return cancelledFailure(called, error);
  if (!late) return capitalised(networkFailure(error, server));
  if (!seen.authorized) {
    return new PortFailure('The login plugin did not give a credential in time.', {
      reason: 'timeout',
      next: 'Run any kubectl command to log in, then try again.',
    });
  }
  return capitalised(timeoutFailure(server, request.timeoutMs, seen.connected));
}

function capitalised(failure: PortFailure): PortFailure {
  const { message, reason, next, status, cause } = failure;
  return new PortFailure(message.charAt(0).toUpperCase() + message.slice(1), { reason, next, status, cause });
}

function decoded(response: http.IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  // errors of either end reach whoever reads the decoder
  return pipeline(response, createGunzip(), () => undefined);
}

async function collect(stream: Readable, limit: number): Promise<{ body: Buffer; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) {
      finished(stream, () => undefined);
      stream.destroy();
      return { body: Buffer.concat(chunks).subarray(0, limit), truncated: true };
    }
  }
  return { body: Buffer.concat(chunks), truncated: false };
}

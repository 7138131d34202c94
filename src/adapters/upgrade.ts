import type http from 'node:http';
import { WebSocket } from 'ws';
import { PortFailure } from '../ports/failure.ts';
import { abortable } from './abortable.ts';
import { type ApiResponse, CLUSTER, type Credentials, explain, type Progress } from './transport.ts';

export interface UpgradeRequest {
  /** Absolute path with its query, as the API defines it. */
  readonly path: string;
  /** Subprotocols, the best one first. */
  readonly protocols: readonly string[];
  /** Until the connection is a WebSocket. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What became of the request: a WebSocket, paused until somebody listens, or an answer that is none. */
export type Upgraded = { readonly socket: WebSocket } | { readonly refused: ApiResponse };

/** Opens WebSockets to one API server. Any answer is an answer; failures are PortFailures. */
export interface Upgrades {
  open(request: UpgradeRequest): Promise<Upgraded>;
}

const MAX_REFUSAL_BYTES = 64 * 1024;
/** A server sends 32 KiB a message; one that sends far more does not get our memory. */
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

/** Over the same credentials, authorities and proxies as the transport of the same server. */
export function createUpgrades(server: string, credentials: Credentials): Upgrades {
  const base = new URL(server);
  const origin = `${base.protocol === 'https:' ? 'wss' : 'ws'}://${base.host}${base.pathname.replace(/\/+$/, '')}`;
  const called = `${CLUSTER.server} at ${base.host}`;

  async function attempt(request: UpgradeRequest, signal: AbortSignal, seen: Progress): Promise<Upgraded> {
    signal.throwIfAborted();
    const { headers, agent, ...tls } = await abortable(credentials.authorize(), signal);
    seen.authorized = true;
    const socket = new WebSocket(`${origin}${request.path}`, [...request.protocols], {
      ...tls,
      ...(agent === undefined ? {} : { agent }),
      headers: { ...(headers as Record<string, string>), 'user-agent': 'rollbook' },
      perMessageDeflate: false,
      followRedirects: false,
      maxPayload: MAX_MESSAGE_BYTES,
      finishRequest(outgoing) {
        outgoing.once('socket', (plain) => {
          plain.once(base.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
            seen.connected = true;
          });
        });
        outgoing.end();
      },
    });
    return settled(socket, signal);
  }

  return {
    async open(request) {
      const deadline = AbortSignal.timeout(request.timeoutMs);
      const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
      const seen: Progress = { authorized: false, connected: false };
      try {
        const first = await attempt(request, signal, seen);
        // nothing was done yet, so that a fresh credential may try again
        return 'refused' in first && first.refused.status === 401 && credentials.forget()
          ? await attempt(request, signal, seen)
          : first;
      } catch (error) {
        throw mayHaveBegun(explain(error, request, called, deadline.aborted, seen, CLUSTER), seen);
      }
    },
  };
}

/** A server that was reached begins before its answer arrives: what is lost then may be under way. */
function mayHaveBegun(failure: PortFailure, { connected }: Progress): PortFailure {
  if (!connected || !['cancelled', 'timeout', 'disconnected'].includes(failure.reason)) return failure;
  const { message, reason, next, cause } = failure;
  return new PortFailure(message, { reason, next, cause, detail: 'outcome-unknown' });
}

function settled(socket: WebSocket, signal: AbortSignal): Promise<Upgraded> {
  return new Promise<Upgraded>((resolve, reject) => {
    const abort = () => {
      reject(signal.reason);
      socket.terminate();
    };
    signal.addEventListener('abort', abort, { once: true });
    const settle = (upgraded: Upgraded) => {
      signal.removeEventListener('abort', abort);
      resolve(upgraded);
    };
    // stays for the socket's life: whoever follows it hears of its close
    socket.on('error', (error) => {
      signal.removeEventListener('abort', abort);
      reject(error);
    });
    socket.once('open', () => {
      socket.pause();
      settle({ socket });
    });
    socket.once('unexpected-response', (_outgoing, response) => {
      // once the answer is read, the request has let go of it
      const connection = response.socket;
      const answered = bodyOf(response).then((body): Upgraded => {
        connection.destroy();
        const { statusCode: status = 0, headers } = response;
        return { refused: { status, headers, body, truncated: body.length === MAX_REFUSAL_BYTES } };
      });
      answered.then(settle, reject);
    });
  });
}

async function bodyOf(response: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MAX_REFUSAL_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_REFUSAL_BYTES);
}

import http from 'node:http';
import https from 'node:https';
import { PortFailure } from '../ports/failure.ts';
import type { HttpReadRequest, HttpReads, HttpResponse } from '../ports/http.ts';
import { cancelledFailure, networkFailure, timeoutFailure } from './network-failure.ts';

const DEFAULT_BODY_BYTES = 64 * 1024;

/**
 * Plain reads. A redirect is a response like any other: a login page must not pass for health.
 * Not over `fetch`, which refuses ports that browsers must not open and hides whether a connection was made.
 */
export function createHttpReads(): HttpReads {
  const agents = {
    'http:': new http.Agent({ keepAlive: true }),
    'https:': new https.Agent({ keepAlive: true }),
  };
  return { read: (request) => read(request, agents) };
}

type Agents = Readonly<Record<'http:' | 'https:', http.Agent>>;

async function read(request: HttpReadRequest, agents: Agents): Promise<HttpResponse> {
  const url = parsed(request.url);
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
  const started = performance.now();
  const seen = { connected: false };
  try {
    signal.throwIfAborted();
    const response = await open(url, request, agents, signal, seen);
    const { body, truncated } = await readBody(response, request.maxBodyBytes ?? DEFAULT_BODY_BYTES);
    const durationMs = performance.now() - started;
    return { status: response.statusCode ?? 0, headers: flat(response.headers), body, truncated, durationMs };
  } catch (error) {
    if (request.signal?.aborted) throw cancelledFailure(`The request to ${url.host}`, error);
    throw deadline.aborted
      ? timeoutFailure(url.host, request.timeoutMs, seen.connected)
      : networkFailure(error, url.host);
  }
}

function open(
  url: URL,
  { method = 'GET', headers }: HttpReadRequest,
  agents: Agents,
  signal: AbortSignal,
  seen: { connected: boolean },
): Promise<http.IncomingMessage> {
  const secure = url.protocol === 'https:';
  // Node turns user and password of a URL into an Authorization header by itself
  const agent = agents[secure ? 'https:' : 'http:'];
  return new Promise((resolve, reject) => {
    const outgoing = (secure ? https : http).request(
      url,
      { method, agent, signal, headers: { accept: '*/*', 'user-agent': 'rollbook', ...headers } },
      resolve,
    );
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) seen.connected = true;
      else socket.once('connect', () => Object.assign(seen, { connected: true }));
    });
    outgoing.on('error', reject);
    outgoing.end();
  });
}

function parsed(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && /^https?:$/.test(url.protocol)) return url;
  throw new PortFailure(`"${text}" is not an address that can be read.`, {
    reason: 'invalid',
    next: 'It must begin with http:// or https://.',
  });
}

async function readBody(
  response: http.IncomingMessage,
  limit: number,
): Promise<{ body: string; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    // leaving the loop ends the connection
    if (size > limit) break;
  }
  const body = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, limit), { stream: size > limit });
  return { body, truncated: size > limit };
}

function flat(headers: http.IncomingHttpHeaders): Record<string, string> {
  const known = Object.entries(headers).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    known.map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)]),
  );
}

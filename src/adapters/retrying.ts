import type { Clock } from '../ports/clock.ts';
import { PortFailure } from '../ports/failure.ts';
import { cancelledFailure } from './network-failure.ts';
import type { ApiRequest, ApiResponse, Transport } from './transport.ts';

const TRIES = 4;
const FIRST_PAUSE_MS = 200;
const PASSING = new Set([429, 502, 503, 504]);

/** Reads get a few more tries, within their deadline, when the connection breaks or the server is busy. Writes never. */
export function retrying(
  transport: Transport,
  clock: Clock,
  random: () => number,
  called = 'The request to the cluster',
): Transport {
  return {
    open: (request) => transport.open(request),
    async send(request) {
      if (request.retry === false || (request.method !== 'GET' && request.method !== 'HEAD')) {
        return transport.send(request);
      }
      const end = clock.elapsed() + request.timeoutMs;
      for (let attempt = 1; ; attempt += 1) {
        const left = Math.max(1, end - clock.elapsed());
        const result = await attempted(transport, { ...request, timeoutMs: left });
        const pause = pauseBefore(result, attempt, random, clock.now());
        if (pause === undefined || clock.elapsed() + pause >= end) return settled(result);
        try {
          await clock.sleep(pause, request.signal);
        } catch (error) {
          throw cancelledFailure(called, error);
        }
      }
    },
  };
}

type Attempt = { readonly response: ApiResponse } | { readonly failure: PortFailure };

async function attempted(transport: Transport, request: ApiRequest): Promise<Attempt> {
  try {
    return { response: await transport.send(request) };
  } catch (error) {
    if (error instanceof PortFailure) return { failure: error };
    throw error;
  }
}

function settled(attempt: Attempt): ApiResponse {
  if ('failure' in attempt) throw attempt.failure;
  return attempt.response;
}

/** How long to wait before the next try, in milliseconds; undefined when there should be none. */
function pauseBefore(attempt: Attempt, count: number, random: () => number, now: number): number | undefined {
  if (count >= TRIES) return undefined;
  const backoff = FIRST_PAUSE_MS * 2 ** (count - 1) * (0.5 + random() / 2);
  if ('failure' in attempt) return attempt.failure.reason === 'disconnected' ? backoff : undefined;
  if (!PASSING.has(attempt.response.status)) return undefined;
  return askedToWaitMs(attempt.response, now) ?? backoff;
}

/** Retry-After in whole seconds, as the API server gives it. */
export function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d+$/.test(header) ? Number(header) * 1000 : undefined;
}

/**
 * How long a server wants us to stay away, in milliseconds: Retry-After in seconds or as a date; failing that,
 * the moment (epoch seconds) at which its rate limit begins anew. `now` in milliseconds since the epoch.
 */
export function askedToWaitMs(
  { status, headers }: Pick<ApiResponse, 'status' | 'headers'>,
  now: number,
): number | undefined {
  const after = headers['retry-after'];
  const seconds = retryAfterMs(after);
  if (seconds !== undefined) return seconds;
  const date = Date.parse(after ?? '');
  if (!Number.isNaN(date)) return Math.max(0, date - now);
  const reset = headers['ratelimit-reset'] ?? headers['x-ratelimit-reset'];
  if (status >= 500 || typeof reset !== 'string' || !/^\d+$/.test(reset)) return undefined;
  return Math.max(0, Number(reset) * 1000 - now);
}

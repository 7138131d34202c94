import type { Clock } from '../../ports/clock.ts';
import { type FailureReason, PortFailure } from '../../ports/failure.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { cancelledFailure } from '../network-failure.ts';
import { askedToWaitMs } from '../retrying.ts';
import { type ApiResponse, createTransport, type Transport } from '../transport.ts';

export interface ServiceOptions {
  /** What it is called in sentences: 'Slack'. */
  readonly name: string;
  /** 'https://slack.com/api' */
  readonly url: string;
  /** Headers of each request. */
  authorize?(): Promise<Readonly<Record<string, string>>>;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are looked up. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Deadline of a call that sets none, in milliseconds; 10 s when absent: nobody waits long to tell somebody something. */
  readonly timeoutMs?: number;
}

export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'PATCH';
  readonly path: string;
  readonly body?: unknown;
}

/** A service that carries messages. Any status is an answer; failures are PortFailures. */
export interface Service {
  readonly name: string;
  readonly host: string;
  send(request: ServiceRequest, options?: ReadOptions): Promise<ApiResponse>;
}

const TIMEOUT_MS = 10_000;
/** A service that asks for a moment gets it, once. */
const LONGEST_WAIT_MS = 5_000;
const MAX_BYTES = 4 * 1024 * 1024;

/** One attempt for each request, apart from a short wait where the service asks for it and has done nothing yet. */
export function connectTo(options: ServiceOptions): Service {
  const { name, clock, timeoutMs = TIMEOUT_MS } = options;
  const transport = transportTo(options);
  return {
    name,
    host: new URL(options.url).host,
    async send({ method, path, body }, { signal, timeoutMs: given } = {}) {
      const end = clock.elapsed() + (given ?? timeoutMs);
      const attempt = () =>
        transport.send({
          method,
          path,
          signal,
          timeoutMs: Math.max(1, end - clock.elapsed()),
          maxBytes: MAX_BYTES,
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
      const first = await attempt();
      const pause = first.status === 429 ? (askedToWaitMs(first, clock.now()) ?? 0) : 0;
      if (pause === 0 || pause > LONGEST_WAIT_MS || clock.elapsed() + pause >= end) return first;
      try {
        await clock.sleep(pause, signal);
      } catch (error) {
        throw cancelledFailure(`The message to ${name}`, error);
      }
      return attempt();
    },
  };
}

function transportTo({ name, url, authorize, env = {} }: ServiceOptions): Transport {
  const credentials = {
    authorize: async () => ({ headers: (await authorize?.()) ?? {}, agent: undefined }),
    forget: () => false,
  };
  return createTransport(url, credentials, {
    server: name,
    request: `The request to ${name}`,
    proxyEnv: env,
  });
}

/** Reads of a service that cannot write, whoever holds it. */
export function readOnly(service: Service): Service {
  return {
    ...service,
    async send(request, options) {
      if (request.method !== 'GET')
        throw new PortFailure(
          `Refused here: this connection to ${service.name} can only read, and ${request.method} writes.`,
          { reason: 'read-only' },
        );
      return service.send(request, options);
    },
  };
}

export interface Refusal {
  readonly reason: FailureReason;
  /** What the service has against it, a part of a sentence. */
  readonly why: string;
  readonly next?: string;
}

/** A sentence of an answer other than the one hoped for; `refusal` where the service's own words are known. */
export function serviceFailure(
  { name, host }: Pick<Service, 'name' | 'host'>,
  response: ApiResponse,
  now: number,
  refusal?: Refusal,
): PortFailure {
  const { status } = response;
  const retryAfterMs = status === 429 ? askedToWaitMs(response, now) : undefined;
  const { reason, why, next } = refusal ?? byStatus(status, said(response));
  return new PortFailure(neutralise(`${name} at ${host} ${why}.`), {
    reason,
    status,
    retryAfterMs,
    ...(next === undefined ? {} : { next }),
  });
}

function byStatus(status: number, words: string): Refusal {
  const because = words === '' ? '' : `: ${words}`;
  const tell = 'Tell people another way; the session goes on.';
  if (status === 401 || status === 403)
    return {
      reason: status === 401 ? 'unauthorized' : 'forbidden',
      why: `does not let us in (${status})${because}`,
      next: 'Make a new token or webhook, and give it in the environment or rollbook.yaml.',
    };
  if (status === 404 || status === 410)
    return {
      reason: 'not-found',
      why: `knows no such address (${status})${because}`,
      next: 'The webhook, the page or the incident may have been removed: make a new one and configure it.',
    };
  if (status === 429) return { reason: 'throttled', why: 'takes no more messages for now (429)', next: tell };
  if (status >= 400 && status < 500)
    return { reason: 'invalid', why: `refused the message (${status})${because}`, next: tell };
  return { reason: 'unexpected', why: `failed (${status})${because}`, next: tell };
}

const LONGEST_WORDS = 200;

/** The service's own words, shortened; a page of HTML says nothing to an operator. */
function said(response: ApiResponse): string {
  const text = (wordsIn(jsonOf(response)) ?? response.body.toString('utf8')).trim();
  return /^</.test(text) ? '' : neutralise(text).slice(0, LONGEST_WORDS).replace(/\.$/, '');
}

/** `{error}` of Statuspage, one or several; `{error: {message}}` of a workflow. */
function wordsIn(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null || !('error' in answer)) return undefined;
  const { error } = answer;
  if (Array.isArray(error)) return error.map(String).join('; ');
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return typeof error === 'string' ? error : undefined;
}

/** The answer as JSON; undefined where it is none. */
export function jsonOf({ body }: ApiResponse): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

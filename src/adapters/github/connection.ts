import { request } from '@octokit/request';
import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import { following } from '../redirects.ts';
import { retrying } from '../retrying.ts';
import { createToken, type TokenSource } from '../secret-token.ts';
import { type Credentials, createTransport, type Transport } from '../transport.ts';
import { trustedWith } from '../trusted.ts';
import { githubFailure, type Subject, tooLarge, unknownAnswer } from './failure.ts';

export interface GitHubOptions {
  /** Of the API: 'https://api.github.com' when absent, 'https://HOST/api/v3' for an Enterprise server. */
  readonly url?: string;
  /** None is needed for public repositories, but far fewer requests are then allowed. */
  readonly token?: TokenSource;
  readonly caFile?: string;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are looked up. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Hears of every token before it is used, to keep it out of what is written. */
  readonly onToken?: (token: string) => void;
  /** Deadline of a call that sets none, in milliseconds; 30 s when absent. */
  readonly timeoutMs?: number;
  /** 0 ≤ x < 1; spreads retries. */
  readonly random?: () => number;
}

/** GitHub, to read from. */
export interface Connection {
  readonly host: string;
  /** `route` is a path with {names}; gives the answer's body, parsed when it is JSON. */
  get(route: string, parameters: Parameters, subject: Subject, options: Call): Promise<unknown>;
  /** Starts the deadline of a call that may take several requests. */
  call(options?: ReadOptions): Call;
}

export type Parameters = Readonly<Record<string, string | number>>;

export interface Call {
  readonly signal: AbortSignal | undefined;
  /** When it must be over, in milliseconds of `Clock.elapsed`. */
  readonly end: number;
  readonly timeoutMs: number;
}

const MAX_BYTES = 32 * 1024 * 1024;
const REQUEST = 'The request to GitHub';
const RAW = { format: 'raw' } as const;
/** The client would write warnings about deprecations over the screen. */
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Throws PortFailure 'not-configured' for an address that cannot be used. */
export function connectTo(options: GitHubOptions): Connection {
  const { clock, random = Math.random, timeoutMs = 30_000 } = options;
  const baseUrl = (options.url ?? 'https://api.github.com').replace(/\/+$/, '');
  const parsed = URL.parse(baseUrl);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new PortFailure(`"${options.url}" is not the address of GitHub's API.`, {
      reason: 'not-configured',
      next: 'It must begin with https://; correct github.url in rollbook.yaml, or leave it out.',
    });
  }
  const { host } = parsed;
  const ca = trustedWith(options.caFile);
  const token = createToken(options.token ?? {}, 'GitHub', options.onToken);
  let authorized = false;
  const credentials: Credentials = {
    async authorize() {
      const value = await token.get();
      authorized = value !== undefined;
      return {
        headers: {
          'x-github-api-version': '2022-11-28',
          ...(value === undefined ? {} : { authorization: `Bearer ${value}` }),
        },
        agent: undefined,
        ...(ca === undefined ? {} : { ca }),
      };
    },
    forget: () => token.forget(),
  };
  const called = { server: 'GitHub', request: REQUEST, proxyEnv: options.env ?? {} };
  const transport = following(
    retrying(createTransport(baseUrl, credentials, called), clock, random, REQUEST),
    baseUrl,
  );
  return {
    host,
    call: (given = {}) => {
      const limit = given.timeoutMs ?? timeoutMs;
      return { signal: given.signal, end: clock.elapsed() + limit, timeoutMs: limit };
    },
    async get(route, parameters, subject, call) {
      const fetch = fetchOver(transport, baseUrl, call, clock, () => tooLarge(subject, host, MAX_BYTES));
      try {
        const { data } = await request(`GET ${route}`, {
          ...parameters,
          baseUrl,
          mediaType: route.includes('/contents/') ? RAW : {},
          request: { fetch, log: SILENT },
        });
        return data;
      } catch (error) {
        throw failureOf(error, subject, { host, authorized, now: clock.now() });
      }
    },
  };
}

/** What the client takes for fetch: our own transport, with its deadlines, retries and trust. */
function fetchOver(
  transport: Transport,
  baseUrl: string,
  call: Call,
  clock: Clock,
  overflow: () => PortFailure,
) {
  return async (url: string, init: { readonly headers: Readonly<Record<string, string>> }) => {
    const response = await transport.send({
      method: 'GET',
      path: url.slice(baseUrl.length),
      accept: init.headers.accept ?? 'application/json',
      timeoutMs: Math.max(1, call.end - clock.elapsed()),
      maxBytes: MAX_BYTES,
      signal: call.signal,
    });
    if (response.truncated) throw overflow();
    const { status, headers } = response;
    // a redirect that was not followed, and whatever else is no answer, is for the sentences
    const shown = status >= 200 && status < 300 ? status : Math.max(400, status);
    const known = Object.entries(headers).filter(([name]) => name !== 'content-encoding');
    return new Response([204, 205].includes(shown) ? null : new Uint8Array(response.body), {
      status: shown,
      headers: known.map(([name, value]) => [name, String(value)]),
    });
  };
}

interface Refused {
  readonly status: number;
  readonly response?: { readonly headers: Readonly<Record<string, string>>; readonly data: unknown };
}

function failureOf(
  error: unknown,
  subject: Subject,
  asked: { readonly host: string; readonly authorized: boolean; readonly now: number },
): PortFailure {
  if (error instanceof PortFailure) return error;
  const { status, response } = error as Refused;
  // the client wraps what its fetch threw
  const { cause } = error as Error;
  if (cause instanceof PortFailure) return cause;
  if (response === undefined) return unknownAnswer(subject, asked.host, error);
  return githubFailure({ status, headers: response.headers, data: response.data }, subject, asked);
}

function nothing(): void {}

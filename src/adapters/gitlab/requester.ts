import {
  type BaseResourceOptions,
  createRequesterFn,
  type FormattedResponse,
  type ResponseBodyTypes,
} from '@gitbeaker/requester-utils';
import { PortFailure } from '../../ports/failure.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import { cancelledFailure, timeoutFailure } from '../network-failure.ts';
import type { ApiResponse } from '../transport.ts';
import type { Connection } from './connection.ts';
import { gitlabFailure } from './failure.ts';
import { notGitLab, tooLarge } from './strange-answer.ts';
import type { Subject } from './telling.ts';

export interface CallOptions extends ReadOptions {
  /** How many pages of a list may be fetched; 1 when absent. */
  readonly pages?: number;
  /** The answer is a file, whatever its type. */
  readonly raw?: boolean;
}

/** One call of the port: a request, or the pages of a list, under one deadline. */
export interface Call {
  /** A resource of the client, bound to this call. */
  on<R>(Resource: new (options: BaseResourceOptions<false>) => R): R;
  /** True when the server has more pages than were asked for. */
  readonly cut: boolean;
}

const MAX_BYTES = 16 * 1024 * 1024;

/**
 * The client brings endpoints, parameters and pagination; requests go over our own transport, since its own requester
 * repeats writes, loses the server's words and knows no deadline.
 */
export function startCall(connection: Connection, subject: Subject, options: CallOptions = {}): Call {
  const { transport, clock, host } = connection;
  const timeoutMs = options.timeoutMs ?? connection.timeoutMs;
  const end = clock.elapsed() + timeoutMs;
  let pagesLeft = options.pages ?? 1;
  let cut = false;

  async function send(endpoint: string, request: object = {}): Promise<FormattedResponse> {
    const { method, prefixUrl, searchParams, body } = request as WireRequest;
    if (options.signal?.aborted) throw cancelledFailure('The request to GitLab', options.signal.reason);
    const left = end - clock.elapsed();
    if (left <= 0) throw timeoutFailure(`GitLab at ${host}`, timeoutMs, true);
    const response = await transport.send({
      method,
      path: pathOf(prefixUrl, endpoint, searchParams),
      accept: options.raw ? '*/*' : 'application/json',
      timeoutMs: left,
      maxBytes: MAX_BYTES,
      signal: options.signal,
      ...(body === undefined ? {} : { body }),
    });
    if (response.status < 200 || response.status > 299) {
      const authorized = (await connection.token.get()) !== undefined;
      throw gitlabFailure(response, subject, { host, clock, authorized });
    }
    if (response.truncated) throw tooLarge(subject, host, MAX_BYTES);
    return { status: response.status, headers: onward(response), body: bodyOf(response) };
  }

  /** What the client looks at: the link to a next page, as long as there may be one. */
  function onward({ headers }: ApiResponse): Record<string, string> {
    const link = typeof headers.link === 'string' ? headers.link : '';
    pagesLeft -= 1;
    if (pagesLeft > 0) return { link };
    cut ||= /rel="next"/.test(link);
    return {};
  }

  function bodyOf({ body }: ApiResponse): ResponseBodyTypes {
    const text = body.toString('utf8');
    if (options.raw) return text;
    try {
      return JSON.parse(text) as ResponseBodyTypes;
    } catch (error) {
      throw notGitLab(subject, host, error);
    }
  }

  const requesterFn = createRequesterFn(async (_service, request) => request, send);
  return {
    // no address: paths alone reach the transport, which knows it; no limits: the server says when it is too much
    on: (Resource) => new Resource({ host: '', queryTimeout: null, rateLimits: {}, requesterFn }),
    get cut() {
      return cut;
    },
  };
}

interface WireRequest {
  readonly method: 'GET' | 'POST';
  readonly prefixUrl: string;
  readonly searchParams?: string;
  readonly body?: string;
}

function pathOf(prefix: string, endpoint: string, query: string | undefined): string {
  const path = `${prefix.replace(/\/+$/, '')}/${endpoint}`;
  return query === undefined || query === '' ? path : `${path}?${query}`;
}

/** Whatever the client threw that is not a failure of ours came from an answer that it did not understand. */
export function asFailure(error: unknown, subject: Subject, host: string): PortFailure {
  return error instanceof PortFailure ? error : notGitLab(subject, host, error);
}

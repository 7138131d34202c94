import { PortFailure } from '../../ports/failure.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { retryAfterMs } from '../retrying.ts';
import type { ApiResponse } from '../transport.ts';
import { type Cause, deepest, type SearchReply } from './reply.ts';

export interface Refused {
  readonly response: ApiResponse;
  readonly reply: SearchReply | undefined;
  readonly host: string;
  readonly index: string;
  /** Whether the request said who sends it. */
  readonly authorized: boolean;
}

/** An answer that is not 200, as a sentence. */
export function refusal({ response, reply, host, index, authorized }: Refused): PortFailure {
  const { status } = response;
  const error: Cause | undefined = typeof reply?.error === 'string' ? { reason: reply.error } : reply?.error;
  const why = deepest(error);
  const said = why === undefined ? '.' : `: ${why}.`;
  const server = `Elasticsearch at ${host}`;
  const named = neutralise(index);
  switch (status) {
    case 401:
      return new PortFailure(
        authorized
          ? `${server} does not accept the login it was given (401).`
          : `${server} wants to know who asks (401).`,
        {
          reason: 'unauthorized',
          status,
          next: authorized
            ? 'The API key or password may have expired: make a new one.'
            : 'Set ELASTICSEARCH_API_KEY, or elasticsearch.token-file in rollbook.yaml.',
        },
      );
    case 403:
      return new PortFailure(`${server} does not let us search ${named}${said}`, {
        reason: 'forbidden',
        status,
        next: 'The login needs the index privilege read on it.',
      });
    case 404:
      if (error === undefined) return strangeAnswer(status, host);
      return noSuchIndex(index, host, status);
    case 400:
      return new PortFailure(`${server} does not understand the search in ${named}${said}`, {
        reason: 'invalid',
        status,
        next: 'Correct the query in the runbook; Kibana says what is wrong with it, too.',
      });
    case 429:
      return new PortFailure(`${server} has too much to do at the moment${said}`, {
        reason: 'throttled',
        status,
        retryAfterMs: retryAfterMs(response.headers['retry-after']),
        next: 'Try again in a moment, or search a shorter time.',
      });
    default:
      if (error === undefined && status < 500) return strangeAnswer(status, host);
      return new PortFailure(`${server} could not search ${named} (${status})${said}`, {
        reason: 'unexpected',
        status,
        next: 'Look at the health of its cluster; search in Kibana meanwhile.',
      });
  }
}

/** Also what a pattern gets that matches nothing: 200, and not one shard searched. */
export function noSuchIndex(index: string, host: string, status?: number): PortFailure {
  return new PortFailure(`No index at Elasticsearch ${host} matches ${neutralise(index)}.`, {
    reason: 'not-found',
    ...(status === undefined ? {} : { status }),
    next: 'Check its name; one that the login may not read counts as not there.',
  });
}

export function strangeAnswer(status: number, host: string, isTooLarge = false): PortFailure {
  return isTooLarge
    ? new PortFailure(`The answer of Elasticsearch at ${host} is larger than expected.`, {
        reason: 'unexpected',
        status,
        next: 'Ask for fewer lines, or for fewer fields of them.',
      })
    : new PortFailure(`What answers at ${host} (${status}) is not Elasticsearch.`, {
        reason: 'unexpected',
        status,
        next: 'Check the address, and the path that Elasticsearch is served under; Kibana is another server.',
      });
}

import type { Clock } from '../../ports/clock.ts';
import type { Elasticsearch, ElasticsearchResult } from '../../ports/elasticsearch.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { JsonObject } from '../../ports/json.ts';
import { following } from '../redirects.ts';
import { createToken, type TokenSource } from '../secret-token.ts';
import { type Credentials, createTransport } from '../transport.ts';
import { trustedWith } from '../trusted.ts';
import { noSuchIndex, refusal, strangeAnswer } from './failure.ts';
import { resultOf, type SearchReply } from './reply.ts';

/** How requests prove who sends them. */
export type ElasticsearchLogin =
  /** Encoded, or 'id:key' as it was made. */
  | { readonly as: 'api-key' | 'bearer'; readonly token: TokenSource }
  | { readonly as: 'basic'; readonly username: string; readonly token: TokenSource };

export interface ElasticsearchOptions {
  /** 'https://elasticsearch.example.com:9200', with a path where it is served under one. */
  readonly url: string;
  /** Absent: nobody is asked for. */
  readonly login?: ElasticsearchLogin;
  /** PEM file with authorities to trust besides the usual ones. */
  readonly caFile?: string;
  /** Where HTTPS_PROXY, HTTP_PROXY and NO_PROXY are looked up. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Hears of every secret before it is used, to keep it out of what is written. */
  readonly onToken?: (token: string) => void;
  /** Deadline of a search that sets none, in milliseconds; 10 s when absent. */
  readonly timeoutMs?: number;
}

const MAX_BYTES = 8 * 1024 * 1024;

/** Searches in Elasticsearch 6 to 9 and in OpenSearch. Throws PortFailure 'not-configured' for an address that cannot be used. */
export function createElasticsearch(options: ElasticsearchOptions): Elasticsearch {
  const { timeoutMs = 10_000, login } = options;
  const url = options.url.replace(/\/+$/, '');
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new PortFailure(`"${options.url}" is not the address of Elasticsearch.`, {
      reason: 'not-configured',
      next: 'It must begin with https://; set ELASTICSEARCH_URL, or elasticsearch.url in rollbook.yaml.',
    });
  }
  const { host } = parsed;
  const transport = following(
    createTransport(url, credentialsOf(options), {
      server: 'Elasticsearch',
      request: 'The request to Elasticsearch',
      proxyEnv: options.env ?? {},
    }),
    url,
  );

  async function search(
    { index, body }: { readonly index: string; readonly body: JsonObject },
    asked: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
  ): Promise<ElasticsearchResult> {
    if (index.trim() === '')
      throw new PortFailure('No index is named to search in.', {
        reason: 'invalid',
        next: 'Name an index, a data stream or a pattern such as logs-*.',
      });
    const response = await transport.send({
      method: 'POST',
      path: `/${encodeURIComponent(index)}/_search`,
      body: JSON.stringify({ track_total_hits: true, ...body }),
      timeoutMs: asked.timeoutMs ?? timeoutMs,
      maxBytes: MAX_BYTES,
      signal: asked.signal,
    });
    const reply = parse(response.body);
    if (response.status !== 200)
      throw refusal({ response, reply, host, index, authorized: login !== undefined });
    if (response.truncated || reply?.hits === undefined || reply._shards === undefined)
      throw strangeAnswer(response.status, host, response.truncated);
    if (reply._shards.total === 0) throw noSuchIndex(index, host);
    return resultOf(reply);
  }

  return { url, search };
}

function credentialsOf({ login, caFile, onToken }: ElasticsearchOptions): Credentials {
  const ca = trustedWith(caFile);
  const token = createToken(login?.token ?? {}, 'Elasticsearch', onToken);
  return {
    async authorize() {
      const value = await token.get();
      return {
        headers: login === undefined || value === undefined ? {} : authorization(login, value, onToken),
        agent: undefined,
        ...(ca === undefined ? {} : { ca }),
      };
    },
    forget: () => token.forget(),
  };
}

function authorization(
  login: ElasticsearchLogin,
  token: string,
  onToken: ElasticsearchOptions['onToken'],
): Record<string, string> {
  const sent = sentAs(login, token);
  // a proxy that answers with what it was sent would tell it in this form
  onToken?.(sent);
  const scheme = { 'api-key': 'ApiKey', bearer: 'Bearer', basic: 'Basic' }[login.as];
  return { authorization: `${scheme} ${sent}` };
}

function sentAs(login: ElasticsearchLogin, token: string): string {
  if (login.as === 'basic') return base64(`${login.username}:${token}`);
  // an encoded key has no colon
  return login.as === 'api-key' && token.includes(':') ? base64(token) : token;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function parse(body: Buffer): SearchReply | undefined {
  try {
    return JSON.parse(body.toString('utf8')) as SearchReply;
  } catch {
    return undefined;
  }
}

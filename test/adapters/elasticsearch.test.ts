import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';
import {
  createElasticsearch,
  type ElasticsearchOptions,
} from '../../src/adapters/elasticsearch/elasticsearch.ts';
import { apiServer, json, temporaryFolder } from './api-server.ts';

const shards = { total: 3, successful: 3, skipped: 0, failed: 0 };
const empty = {
  took: 1,
  timed_out: false,
  _shards: shards,
  hits: { total: { value: 0, relation: 'eq' }, hits: [] },
};

async function answering(code: number, body: unknown, options: Partial<ElasticsearchOptions> = {}) {
  const server = await apiServer((_request, response) => {
    if (typeof body === 'string') response.writeHead(code).end(body);
    else json(response, code, body);
  });
  const elasticsearch = createElasticsearch({
    url: `${server.url}/es/`,
    clock: systemClock,
    timeoutMs: 2_000,
    ...options,
  });
  const search = (index = 'logs-*') => elasticsearch.search({ index, body: { size: 1 } });
  return { server, search };
}

describe('a search', () => {
  it('is posted to its index, counts all, and gives hits and aggregations', async () => {
    const hit = { _index: 'logs-1', _id: 'a', _source: { message: 'x' } };
    const { server, search } = await answering(200, {
      ...empty,
      hits: { total: { value: 12_000, relation: 'gte' }, hits: [hit] },
      aggregations: { minute: { doc_count: 4 } },
    });
    expect(await search('logs-*,<app-{now/d}>')).toEqual({
      total: 12_000,
      atLeast: true,
      hits: [{ index: 'logs-1', id: 'a', source: { message: 'x' } }],
      aggregations: { minute: { doc_count: 4 } },
    });
    expect(server.seen).toMatchObject([
      {
        method: 'POST',
        url: '/es/logs-*%2C%3Capp-%7Bnow%2Fd%7D%3E/_search',
        headers: { 'content-type': 'application/json' },
      },
    ]);
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({ track_total_hits: true, size: 1 });
    expect(server.seen[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    ['of version 6, with a bare number', { total: 7, hits: [] }, { total: 7, atLeast: false }],
    ['without a count', { hits: [] }, { total: 0, atLeast: true }],
  ])('understands an answer %s', async (_, hits, result) => {
    const { search } = await answering(200, { ...empty, hits });
    expect(await search()).toMatchObject(result);
  });

  const reason = { type: 'x', reason: 'all failed', caused_by: { type: 'y', reason: 'no\u001b[31m field' } };
  it.each([
    [
      'shards failed',
      { _shards: { ...shards, failed: 2, failures: [{ reason }] } },
      '2 of 3 shards could not be searched: no field',
    ],
    ['time ran out', { timed_out: true }, 'Elasticsearch ran out of time before all was searched'],
    [
      'a cluster was skipped',
      { _clusters: { total: 2, skipped: 1 } },
      '1 of 2 clusters could not be searched',
    ],
    ['it was ended early', { terminated_early: true }, 'the search was ended before all was searched'],
  ])('says that it is incomplete when %s', async (_, part, incomplete) => {
    const { search } = await answering(200, { ...empty, ...part });
    expect(await search()).toMatchObject({ incomplete });
  });

  it('finds no index where not one shard was searched: nothing was counted', async () => {
    const { search } = await answering(200, { ...empty, _shards: { ...shards, total: 0 } });
    await expect(search()).rejects.toMatchObject({
      reason: 'not-found',
      message: expect.stringContaining('matches logs-*'),
    });
  });
});

describe('who asks', () => {
  it.each([
    ['an encoded key', { as: 'api-key', token: { value: 'a2V5' } }, 'ApiKey a2V5'],
    ['a key as it was made', { as: 'api-key', token: { value: 'id:key' } }, `ApiKey ${btoa('id:key')}`],
    ['a bearer token', { as: 'bearer', token: { value: 'jwt' } }, 'Bearer jwt'],
    ['a user', { as: 'basic', username: 'jana', token: { value: 'geheim' } }, `Basic ${btoa('jana:geheim')}`],
  ] as const)('is said by %s, and every form of it is known as a secret', async (_, login, header) => {
    const secrets: string[] = [];
    const { server, search } = await answering(200, empty, {
      login,
      onToken: (secret) => secrets.push(secret),
    });
    await search();
    expect(server.seen[0]?.headers.authorization).toBe(header);
    expect(secrets).toContain(login.token.value);
    expect(secrets).toContain(header.split(' ')[1]);
  });
});

describe('what is refused is a sentence', () => {
  const error = (type: string, why: string) => ({
    error: { root_cause: [{ type, reason: why }], type, reason: why },
    status: 0,
  });
  const failed = {
    error: {
      type: 'search_phase_execution_exception',
      reason: 'all shards failed',
      root_cause: [{ type: 'query_shard_exception', reason: 'Failed to parse query [a AND]' }],
      failed_shards: [{ reason: { type: 'query_shard_exception', reason: 'Failed to parse query [a AND]' } }],
    },
  };
  it.each([
    [401, error('security_exception', 'missing credentials'), 'unauthorized', /wants to know who asks/],
    [
      403,
      error('security_exception', 'action [read] is unauthorized'),
      'forbidden',
      /does not let us search logs-\*: action \[read\]/,
    ],
    [
      404,
      error('index_not_found_exception', 'no such index [logs-*]'),
      'not-found',
      /No index at Elasticsearch .* matches logs-\*/,
    ],
    [
      400,
      error('parsing_exception', 'unknown query [foo]'),
      'invalid',
      /does not understand the search in logs-\*: unknown query \[foo\]\.$/,
    ],
    [400, failed, 'invalid', /: Failed to parse query \[a AND\]\.$/],
    [429, error('es_rejected_execution_exception', 'queue is full'), 'throttled', /too much to do/],
    [
      503,
      error('cluster_block_exception', 'no master'),
      'unexpected',
      /could not search logs-\* \(503\): no master/,
    ],
    [502, '<html>Bad Gateway</html>', 'unexpected', /could not search/],
    [200, '<html>Kibana</html>', 'unexpected', /is not Elasticsearch/],
    [404, '404 page not found', 'unexpected', /is not Elasticsearch/],
    [302, '', 'unexpected', /is not Elasticsearch/],
  ])('%i', async (code, body, why, message) => {
    const { search } = await answering(code, body);
    await expect(search()).rejects.toMatchObject({ reason: why, message: expect.stringMatching(message) });
  });

  it('also for a login that is no longer good', async () => {
    const login = { as: 'bearer', token: { value: 'old' } } as const;
    const { search } = await answering(401, error('security_exception', 'expired'), { login });
    await expect(search()).rejects.toMatchObject({
      reason: 'unauthorized',
      message: expect.stringMatching(/does not accept the login/),
    });
  });

  it('and for what never answers, is not there, or is no address', async () => {
    const server = await apiServer(() => undefined);
    const slow = createElasticsearch({ url: server.url, clock: systemClock, timeoutMs: 100 });
    await expect(slow.search({ index: 'a', body: {} })).rejects.toMatchObject({ reason: 'timeout' });
    const nobody = createElasticsearch({ url: 'http://127.0.0.1:1', clock: systemClock });
    await expect(nobody.search({ index: 'a', body: {} })).rejects.toMatchObject({ reason: 'refused' });
    await expect(nobody.search({ index: ' ', body: {} })).rejects.toMatchObject({ reason: 'invalid' });
    expect(() => createElasticsearch({ url: 'here', clock: systemClock })).toThrow(/is not the address/);
    const caFile = join(temporaryFolder(), 'ca.pem');
    writeFileSync(caFile, 'nothing');
    expect(() => createElasticsearch({ url: 'https://a.test', caFile, clock: systemClock })).toThrow(
      /no certificate/,
    );
  });
});

it('a token from a file is read again when the server no longer accepts it', async () => {
  const file = join(temporaryFolder(), 'key');
  writeFileSync(file, 'old\n');
  const server = await apiServer((request, response) => {
    if (request.headers.authorization === 'ApiKey new') return json(response, 200, empty);
    writeFileSync(file, 'new\n');
    return json(response, 401, { error: { type: 'security_exception', reason: 'expired' } });
  });
  const login = { as: 'api-key', token: { file } } as const;
  const elasticsearch = createElasticsearch({ url: server.url, clock: systemClock, login });
  expect(await elasticsearch.search({ index: 'a', body: {} })).toMatchObject({ total: 0 });
});

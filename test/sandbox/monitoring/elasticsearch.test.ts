import { describe, expect, it } from 'vitest';
import type { StoredObject } from '../../../src/sandbox/kubernetes/store.ts';
import { answerElasticsearch } from '../../../src/sandbox/monitoring/elasticsearch/answer.ts';
import { documentOf } from '../../../src/sandbox/monitoring/elasticsearch/document.ts';

const NOW = Date.parse('2026-11-02T03:15:00Z');
const MINUTE = 60_000;

const pod = (name: string, namespace = 'banking-app') =>
  ({
    metadata: { name, namespace, uid: `uid-${name}`, labels: { app: name.split('-')[0] } },
    spec: { containers: [{ name: 'main', image: 'registry/x:1.9.0' }] },
  }) as unknown as StoredObject;

const line = (minutesAgo: number, name: string, fields: object | string, number: number) =>
  documentOf(
    {
      pod: pod(name),
      container: 'main',
      time: NOW - minutesAgo * MINUTE,
      text: typeof fields === 'string' ? fields : JSON.stringify(fields),
    },
    number,
  );

const documents = [
  line(
    20,
    'blue-1',
    { level: 'info', msg: 'request', method: 'GET', path: '/', status: 200, duration_ms: 40 },
    1,
  ),
  line(
    9,
    'green-1',
    { level: 'error', msg: 'request', method: 'GET', path: '/api/x', status: 500, duration_ms: 900 },
    2,
  ),
  line(8, 'green-1', { level: 'error', msg: 'health check failed', cause: 'schema version 41' }, 3),
  line(2, 'green-2', { level: 'warn', msg: 'Retrying the ledger, slowly' }, 4),
  line(1, 'green-2', 'panic: cannot continue', 5),
];

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = answerElasticsearch({
    method,
    url: new URL(path, 'http://loopback'),
    headers: new Headers(headers),
    text: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    documents,
    now: NOW,
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
}

/** Numbers of the documents that match. */
async function found(query: object): Promise<readonly number[]> {
  const { status, json, text } = await ask('POST', '/logs-*/_search', { query });
  if (status !== 200) throw new Error(text);
  return json()
    .hits.hits.map((hit: { _id: string }) => Number.parseInt(hit._id, 36))
    .toSorted();
}

const text = (query: string) => ({ query_string: { query } });

describe('the query DSL', () => {
  it.each<[string, object, readonly number[]]>([
    ['all', { match_all: {} }, [1, 2, 3, 4, 5]],
    ['a keyword', { term: { 'log.level': 'error' } }, [2, 3]],
    ['a keyword is not analysed', { term: { 'log.level': 'ERROR' } }, []],
    ['some keywords', { terms: { 'log.level': ['warn', 'fatal'] } }, [4, 5]],
    ['a number', { term: { 'http.response.status_code': 500 } }, [2]],
    ['words of a text', { match: { message: 'LEDGER nothing' } }, [4]],
    ['all words of a text', { match: { message: { query: 'ledger nothing', operator: 'and' } } }, []],
    ['a phrase', { match_phrase: { message: 'the ledger slowly' } }, [4]],
    ['no phrase', { match_phrase: { message: 'ledger the' } }, []],
    ['a prefix', { prefix: { 'kubernetes.pod.name': 'green' } }, [2, 3, 4, 5]],
    ['a wildcard', { wildcard: { 'kubernetes.pod.name': { value: 'gr*-?' } } }, [2, 3, 4, 5]],
    ['a field that is there', { exists: { field: 'http' } }, [1, 2]],
    ['date math', { range: { '@timestamp': { gte: 'now-10m', lt: 'now-2m' } } }, [2, 3]],
    ['a number in a range', { range: { 'http.response.status_code': { gte: 500 } } }, [2]],
    [
      'bool',
      {
        bool: {
          filter: [{ prefix: { 'kubernetes.pod.name': 'green' } }],
          must_not: { term: { 'log.level': 'error' } },
        },
      },
      [4, 5],
    ],
    [
      'should without must',
      { bool: { should: [{ term: { 'log.level': 'warn' } }, { term: { 'log.level': 'fatal' } }] } },
      [4, 5],
    ],
    [
      'should beside filter',
      { bool: { filter: { match_all: {} }, should: [{ term: { 'log.level': 'warn' } }] } },
      [1, 2, 3, 4, 5],
    ],
    [
      'as many as told',
      {
        bool: {
          filter: { match_all: {} },
          should: [{ term: { 'log.level': 'warn' } }],
          minimum_should_match: 1,
        },
      },
      [4],
    ],
  ])('%s', async (_, query, numbers) => {
    expect(await found(query)).toEqual(numbers);
  });

  it.each<[string, readonly number[]]>([
    ['log.level:error', [2, 3]],
    ['log.level:(error OR fatal)', [2, 3, 5]],
    ['log.level:error AND kubernetes.pod.name:green-1', [2, 3]],
    ['kubernetes.namespace:"banking-app" AND log.level:error', [2, 3]],
    ['log.level:error AND NOT message:health', [2]],
    ['+log.level:error -message:health', [2]],
    ['NOT log.level:error', [1, 4, 5]],
    ['message:"health check"', [3]],
    ['ledger', [4]],
    ['message:retry*', [4]],
    ['kubernetes.pod.name:green-?', [2, 3, 4, 5]],
    ['_exists_:http.response.status_code', [1, 2]],
    ['http.response.status_code:>=500', [2]],
    ['http.response.status_code:[200 TO 499]', [1]],
    ['http.response.status_code:{200 TO 500]', [2]],
    ['@timestamp:[now-10m TO *]', [2, 3, 4, 5]],
    ['url.path:\\/api\\/x', [2]],
    ['log.level:error AND message:health OR log.level:warn', [3]],
    ['*', [1, 2, 3, 4, 5]],
  ])('Lucene: %s', async (query, numbers) => {
    expect(await found(text(query))).toEqual(numbers);
  });

  it.each<[string, readonly number[]]>([
    ['ledger | health', [3, 4]],
    ['ledger + health', []],
    ['"health check"', [3]],
    ['(unclosed AND: [ledger', [4]],
  ])('simple, never an error: %s', async (query, numbers) => {
    expect(await found({ simple_query_string: { query, fields: ['message'] } })).toEqual(numbers);
  });

  it.each([
    [{ query: { fuzzy: { a: 'b' } } }, 400, 'parsing_exception', 'unknown query [fuzzy]'],
    [
      { query: { term: { a: 1 }, match: {} } },
      400,
      'parsing_exception',
      '[term] malformed query, expected [END_OBJECT] but found [FIELD_NAME]',
    ],
    [{ query: { bool: { most: [] } } }, 400, 'parsing_exception', '[bool] unknown field [most]'],
    [{ size: 10_001 }, 400, 'illegal_argument_exception', /Result window is too large/],
    [{ aggs: { a: { magic: {} } } }, 400, 'parsing_exception', 'Unknown aggregation type [magic]'],
    [{ serach: 1 }, 400, 'parsing_exception', /unknown key \[serach\]/],
    ['{', 400, 'parsing_exception', /Failed to parse/],
  ])('refuses %j as Elasticsearch does', async (body, status, type, reason) => {
    const answer = await ask('POST', '/logs-*/_search', body);
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({
      status,
      error: {
        type,
        reason: typeof reason === 'string' ? reason : expect.stringMatching(reason),
        root_cause: [{}],
      },
    });
  });

  it.each(['log.level:(a', 'a AND', '/regexp/', 'a~2', '"open', '@timestamp:[yesterday TO now]'])(
    'says which query string it cannot read: %s',
    async (query) => {
      const { status, json } = await ask('POST', '/logs-*/_search', { query: text(query) });
      expect(status).toBe(400);
      expect(json().error).toMatchObject({
        type: 'search_phase_execution_exception',
        failed_shards: [
          { reason: { type: 'query_shard_exception', reason: expect.stringContaining(query) } },
        ],
      });
    },
  );

  it('is not kept busy by a hostile pattern', async () => {
    const began = performance.now();
    expect(await found({ wildcard: { message: { value: `${'*a'.repeat(30)}!` } } })).toEqual([]);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe('a search', () => {
  it('sorts, pages and goes on after a cursor', async () => {
    const sort = [{ '@timestamp': 'desc' }, { _doc: 'asc' }];
    const first = (await ask('POST', '/_search', { sort, size: 2 })).json().hits.hits;
    const next = (await ask('POST', '/_search', { sort, size: 2, search_after: first[1].sort })).json().hits
      .hits;
    const ids = [...first, ...next].map(({ _id }) => Number.parseInt(_id, 36));
    expect(ids).toEqual([5, 4, 3, 2]);
    const skipped = (await ask('GET', '/_search?q=log.level:error&sort=@timestamp:asc&from=1')).json().hits;
    expect(skipped).toMatchObject({
      total: { value: 2, relation: 'eq' },
      hits: [{ _source: { log: { level: 'error' } } }],
    });
  });

  it('keeps of a document what is asked for', async () => {
    const one = { query: { ids: { values: [documents[1]?.id] } } };
    const hit = async (more: object) =>
      (await ask('POST', '/_search', { ...one, ...more })).json().hits.hits[0];
    expect((await hit({ _source: ['log.level', 'kubernetes.pod.*'] }))._source).toEqual({
      log: { level: 'error' },
      kubernetes: { pod: { name: 'green-1', uid: 'uid-green-1' } },
    });
    expect((await hit({ _source: { excludes: ['kubernetes', 'agent'] } }))._source).not.toHaveProperty(
      'kubernetes',
    );
    expect(await hit({ _source: false, fields: ['log.*'] })).toMatchObject({
      fields: { 'log.level': ['error'] },
    });
  });

  it('counts up to what it is told', async () => {
    const total = async (tracked: unknown) =>
      (await ask('POST', '/_search', { track_total_hits: tracked })).json().hits.total;
    expect(await total(true)).toEqual({ value: 5, relation: 'eq' });
    expect(await total(3)).toEqual({ value: 3, relation: 'gte' });
    expect(await total(false)).toBeUndefined();
    expect((await ask('GET', '/logs-*/_count?q=log.level:error')).json()).toMatchObject({ count: 2 });
  });

  it('puts time into buckets, empty ones too, as far as the bounds go', async () => {
    const aggs = {
      time: {
        date_histogram: {
          field: '@timestamp',
          fixed_interval: '5m',
          min_doc_count: 0,
          extended_bounds: { min: 'now-25m', max: 'now' },
        },
        aggs: { levels: { terms: { field: 'log.level' } } },
      },
      bad: { filter: { term: { 'log.level': 'error' } } },
      both: { filters: { filters: { error: { term: { 'log.level': 'error' } } } } },
    };
    const { aggregations } = (await ask('POST', '/logs-*/_search', { size: 0, aggs })).json();
    expect(aggregations.time.buckets.map((bucket: { doc_count: number }) => bucket.doc_count)).toEqual([
      0, 1, 0, 2, 2, 0,
    ]);
    expect(aggregations.time.buckets[3].levels.buckets).toEqual([{ key: 'error', doc_count: 2 }]);
    expect(aggregations).toMatchObject({
      bad: { doc_count: 2 },
      both: { buckets: { error: { doc_count: 2 } } },
    });
  });
});

describe('the rest of the server', () => {
  it('is known by its clients', async () => {
    const root = await ask('GET', '/');
    expect(root.headers.get('x-elastic-product')).toBe('Elasticsearch');
    expect(root.json()).toMatchObject({
      version: { number: expect.stringMatching(/^9\./) },
      tagline: 'You Know, for Search',
    });
    const accept = 'application/vnd.elasticsearch+json; compatible-with=8';
    expect((await ask('GET', '/', undefined, { accept })).headers.get('content-type')).toBe(accept);
  });

  it('knows its indices by name and by pattern', async () => {
    expect((await ask('GET', '/_cat/indices?v')).text).toMatch(
      /^health +status +index .*\ngreen +open +logs-banking-app-2026\.11\.02 .* 5 /,
    );
    expect((await ask('GET', '/nope/_search')).json()).toMatchObject({
      error: { type: 'index_not_found_exception' },
      status: 404,
    });
    expect((await ask('GET', '/nope*/_search')).json()).toMatchObject({
      _shards: { total: 0 },
      hits: { hits: [] },
    });
    expect((await ask('GET', '/nope,logs-*/_search?ignore_unavailable=true')).json().hits.total.value).toBe(
      5,
    );
    expect((await ask('GET', '/*,-logs-*/_search')).json()._shards.total).toBe(0);
  });

  it('takes no writes', async () => {
    expect((await ask('PUT', '/logs-x/_search', {})).status).toBe(405);
    expect((await ask('DELETE', '/logs-x')).status).toBe(400);
    expect((await ask('POST', '/logs-x/_doc', {})).status).toBe(400);
  });
});

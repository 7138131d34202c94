import { describe, expect, it } from 'vitest';
import type { ElasticsearchResult } from '../../src/ports/elasticsearch.ts';
import { search } from '../../src/steps/elasticsearch/search.ts';
import type { PlanContext } from '../../src/steps/step-kind.ts';
import { FakeElasticsearch, logged } from '../fakes/fake-elasticsearch.ts';
import { fakePorts } from '../fakes/fake-ports.ts';

const { observe = () => Promise.reject(new Error('it observes')) } = search;

async function looking(params: object, ...answers: readonly Partial<ElasticsearchResult>[]) {
  const elasticsearch = new FakeElasticsearch(...answers);
  const context: PlanContext = {
    ports: fakePorts({ elasticsearch }),
    signal: new AbortController().signal,
    namespace: 'banking-app',
  };
  const plan = await search.plan(search.schema.parse(params), context);
  return { plan, elasticsearch, seen: await observe(plan, context) };
}

describe('elasticsearch/search', () => {
  it('counts the lines that match, says how many a minute, and shows the newest', async () => {
    const query = 'log.level:error';
    const { plan, elasticsearch, seen } = await looking(
      { index: 'logs-*', query, since: '2m', size: 2 },
      { total: 7, hits: [logged('no \u001b[31mledger\u202e'), logged('second')] },
    );
    expect(plan).toMatchObject({ summary: 'search logs-* for log.level:error, of the last 2m', effects: [] });
    expect(elasticsearch.searches).toMatchObject([
      {
        index: 'logs-*',
        body: {
          size: 2,
          query: {
            bool: { filter: [{ range: { '@timestamp': { gte: 'now-120s' } } }, { query_string: { query } }] },
          },
        },
      },
    ]);
    expect(seen).toMatchObject({
      holds: true,
      summary: '7 lines, 3.5 a minute',
      outputs: {
        total: 7,
        atLeast: false,
        perMinute: 3.5,
        incomplete: null,
        lines: [
          { time: '2026-11-02T03:00:00.000Z', level: 'error', pod: 'backend-green-1', message: 'no ledger' },
          { message: 'second' },
        ],
      },
    });
    expect(seen.evidence).toEqual([
      '7 lines in logs-* in the last 2m',
      '2026-11-02T03:00:00.000Z  error  backend-green-1  no ledger',
      '2026-11-02T03:00:00.000Z  error  backend-green-1  second',
      'and 5 more',
    ]);
  });

  it('does not hold when some of it was not searched: no line found is no proof then', async () => {
    const incomplete = '2 of 10 shards could not be searched';
    const { seen } = await looking({ index: 'logs-*' }, { total: 0, incomplete });
    expect(seen).toMatchObject({ holds: false, summary: 'not all was searched', outputs: { incomplete } });
  });

  it('says when it could not count to the end', async () => {
    const { seen } = await looking({ index: 'logs-*', since: '1m' }, { total: 10_000, atLeast: true });
    expect(seen.summary).toBe('at least 10000 lines, 10000 a minute');
  });

  it('takes a whole body, and then knows no rate', async () => {
    const body = { query: { term: { 'kubernetes.namespace': 'banking-app' } }, size: 3 };
    const { elasticsearch, seen } = await looking(
      { index: 'logs-*', body },
      { total: 1, hits: [logged('x')] },
    );
    expect(elasticsearch.searches[0]?.body).toEqual(body);
    expect(seen).toMatchObject({ summary: '1 line', outputs: { perMinute: null } });
  });

  it('takes a query or a body', () => {
    const both = search.schema.safeParse({ index: 'a', query: 'b', body: {} });
    expect(both.error?.issues).toMatchObject([{ message: 'expected query or body, not both' }]);
  });
});

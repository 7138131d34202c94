import { describe, expect, it } from 'vitest';
import { answerElasticsearch } from '../../../src/sandbox/monitoring/elasticsearch/answer.ts';
import { type TestWorld, testWorld } from '../world/test-world.ts';

/** How many lines a query finds, between two times ago. */
async function count({ world, clock }: TestWorld, query: string, from: string, to = 'now'): Promise<number> {
  const now = clock.now();
  const body = {
    query: {
      bool: {
        filter: [{ range: { '@timestamp': { gte: from, lt: to } } }, { query_string: { query } }],
      },
    },
  };
  const response = answerElasticsearch({
    method: 'POST',
    url: new URL('http://loopback/logs-*/_count'),
    headers: new Headers(),
    text: JSON.stringify(body),
    documents: world.logDocuments?.all(now) ?? [],
    now,
  });
  return ((await response.json()) as { count: number }).count;
}

const ERRORS = 'kubernetes.namespace:"banking-app" AND log.level:error';

describe('what the pods of the banking app log', () => {
  it('is there since before the release: well, then failing, then found unready', async () => {
    const world = testWorld({ preset: 'banking-app' });
    expect(await count(world, ERRORS, 'now-15m', 'now-10m')).toBeLessThan(5);
    expect(
      await count(world, `${ERRORS} AND http.response.status_code:500`, 'now-9m', 'now-6m'),
    ).toBeGreaterThan(50);
    expect(await count(world, 'message:"health check failed"', 'now-6m')).toBeGreaterThan(200);
    expect(await count(world, 'service.version:1.8.3', 'now-15m', 'now-10m')).toBeGreaterThan(100);
  });

  it('follows the traffic: errors while green serves, none once blue does and green is gone', async () => {
    const world = testWorld({ preset: 'banking-app' });
    world.seconds(60);
    expect(await count(world, ERRORS, 'now-50s')).toBeGreaterThan(60);
    for (const tier of ['frontend', 'backend']) {
      world.select(`${tier}-service`, { app: `${tier}-blue` });
      world.scale(`${tier}-green`, 0);
    }
    world.seconds(90);
    expect(await count(world, ERRORS, 'now-60s')).toBeLessThan(10);
    expect(
      await count(world, 'http.response.status_code:200 AND service.version:1.8.3', 'now-60s'),
    ).toBeGreaterThan(60);
  });

  it('keeps what pods said that are gone, and forgets after half an hour', async () => {
    const world = testWorld({ preset: 'banking-app' });
    world.seconds(30);
    for (const tier of ['frontend', 'backend']) world.scale(`${tier}-green`, 0);
    world.seconds(30);
    expect(await count(world, `${ERRORS} AND service.version:1.9.0`, 'now-2m')).toBeGreaterThan(30);
    world.seconds(31 * 60);
    expect(await count(world, 'service.version:1.9.0', 'now-2h')).toBe(0);
  });

  it('is not there in a world without Elasticsearch', () => {
    expect(testWorld({ preset: 'banking-app', elasticsearch: false }).world.logDocuments).toBeUndefined();
  });
});

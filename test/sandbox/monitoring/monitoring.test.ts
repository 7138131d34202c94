import { describe, expect, test } from 'vitest';
import { type TestWorld, testWorld } from '../world/test-world.ts';

async function query({ world }: TestWorld, text: string): Promise<number> {
  const request = new Request(`http://prometheus/api/v1/query?query=${encodeURIComponent(text)}`);
  const response = await world.prometheusHandler?.(request);
  const body = (await response?.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(body.data.result[0]?.value[1]);
}

function errorRatio(service: string, range: string, ago = ''): string {
  const all = `http_requests_total{service="${service}"}[${range}]${ago}`;
  const bad = `http_requests_total{service="${service}",code=~"5.."}[${range}]${ago}`;
  return `sum(rate(${bad})) / sum(rate(${all}))`;
}

describe('monitoring of the banking app', () => {
  test('remembers that all was well until the release', async () => {
    const world = testWorld({ preset: 'banking-app' });
    world.seconds(2);
    const ratio = (ago: string) => query(world, errorRatio('frontend-service', '1m', ago));
    expect(await ratio(' offset 15m')).toBeLessThan(0.02);
    expect(await ratio(' offset 7m')).toBeGreaterThan(0.3);
    expect(await ratio('')).toBe(1);
    const before = await query(
      world,
      'kube_deployment_status_replicas_available{deployment="backend-green"} offset 8m',
    );
    expect([
      before,
      await query(world, 'kube_deployment_status_replicas_available{deployment="backend-green"}'),
    ]).toEqual([3, 0]);
  });

  test('sees the errors end when traffic goes to blue, and come back without endpoints', async () => {
    const world = testWorld({ preset: 'banking-app' });
    for (const tier of ['frontend', 'backend']) world.select(`${tier}-service`, { app: `${tier}-blue` });
    world.seconds(60);
    expect(await query(world, errorRatio('frontend-service', '30s'))).toBeLessThan(0.02);
    expect(
      await query(world, 'sum(rate(http_requests_total{color="blue",service="backend-service"}[30s]))'),
    ).toBeCloseTo(60, -1);
    world.select('backend-service', { app: 'nobody' });
    world.seconds(60);
    expect(await query(world, errorRatio('backend-service', '30s'))).toBe(1);
    const frontend = await query(world, errorRatio('frontend-service', '30s'));
    expect(frontend).toBeGreaterThan(0.5);
    expect(frontend).toBeLessThan(0.7);
  });

  test('knows which pods run and how fast they answer', async () => {
    const world = testWorld({ preset: 'banking-app' });
    world.seconds(4);
    expect(await query(world, 'sum(up{deployment="backend-blue"})')).toBe(3);
    expect(await query(world, 'sum(up{deployment="backend-green"})')).toBe(0);
    const slow =
      'histogram_quantile(0.95, sum(rate(http_request_duration_seconds_bucket{service="backend-service"}[1m] offset AGO)) by (le))';
    expect(await query(world, slow.replace('AGO', '20m'))).toBeLessThan(0.15);
    expect(await query(world, slow.replace('AGO', '7m'))).toBeGreaterThan(1);
  });

  test('ends the series of a pod that has gone', async () => {
    const world = testWorld({ preset: 'banking-app' });
    world.seconds(4);
    world.scale('frontend-blue', 0);
    world.seconds(6);
    expect(await query(world, 'count(up{deployment="frontend-blue"}) or vector(0)')).toBe(0);
  });

  test('can fail for a while', async () => {
    const world = testWorld({
      preset: 'banking-app',
      faults: [{ id: 'f', when: { after: 1 }, actions: [{ do: 'fail-prometheus', seconds: 5 }] }],
    });
    const status = async () =>
      (await world.world.prometheusHandler?.(new Request('http://p/-/ready')))?.status;
    expect(await status()).toBe(200);
    world.seconds(2);
    expect(await status()).toBe(503);
    world.seconds(5);
    expect(await status()).toBe(200);
  });

  test('is not there in a world without Prometheus', () => {
    expect(testWorld({ preset: 'banking-app', prometheus: false }).world.prometheusHandler).toBeUndefined();
  });

  test('stays bounded in time and memory', async () => {
    const world = testWorld({ preset: 'banking-app' });
    world.seconds(600);
    const oldest = await query(
      world,
      'count_over_time(http_requests_total{service="backend-service",code="503"}[3h])',
    );
    expect(oldest).toBeLessThan(1130);
  });
});

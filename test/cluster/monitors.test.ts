import { describe, expect, it, onTestFinished } from 'vitest';
import type { Alarm } from '../../src/cluster/live.ts';
import { lookOnce } from '../../src/cluster/look-once.ts';
import { type Crossing, type MonitorOptions, startMonitors } from '../../src/cluster/monitors.ts';
import { PortFailure } from '../../src/ports/failure.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { counted, FakeElasticsearch, logged } from '../fakes/fake-elasticsearch.ts';
import { FakePrometheus } from '../fakes/fake-prometheus.ts';

const START = 1_500_000_000_000;
const outage = new PortFailure('Nothing accepts connections.', { reason: 'refused' });

async function watching(given: Partial<MonitorOptions>) {
  const clock = new FakeClock(START);
  const crossings: Crossing[] = [];
  let changes = 0;
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  const monitors = startMonitors(
    {
      prometheus: undefined,
      elasticsearch: undefined,
      clock,
      onCrossing: (crossing) => crossings.push(crossing),
      onChange: () => {
        changes += 1;
      },
      ...given,
    },
    controller.signal,
  );
  await clock.advance(0);
  const metric = () => monitors.metrics()[0];
  const log = () => monitors.logs()[0];
  return { clock, crossings, metric, log, changes: () => changes, stop: () => controller.abort() };
}

const errors = {
  title: 'errors',
  query: 'err',
  unit: 'percent',
  warnAbove: 0.01,
  criticalAbove: 0.05,
} as const;

describe('a figure from Prometheus', () => {
  it('is asked for every five seconds; what was not heard is a gap, and nothing is made up', async () => {
    const prometheus = new FakePrometheus().on('err', 0.5, Number.NaN, outage, [], 0.002);
    const { clock, metric, changes } = await watching({
      metrics: [{ ...errors, sinceMs: 1_000 }],
      prometheus,
    });
    expect(metric()).toMatchObject({
      value: 0.5,
      level: 'critical',
      heardAt: START,
      stepMs: 5_000,
      everyMs: 5_000,
    });
    await clock.advance(5_000);
    expect(metric()).toMatchObject({ level: 'unknown', heardAt: START + 5_000 });
    expect(metric()).not.toHaveProperty('value');
    await clock.advance(5_000);
    expect(metric()).toMatchObject({ heardAt: START + 5_000, problem: 'Nothing accepts connections.' });
    await clock.advance(10_000);
    expect(metric()).toMatchObject({ value: 0.002, level: 'normal' });
    expect(metric()?.points.slice(-5)).toEqual([0.5, null, null, null, 0.002]);
    expect(
      metric()
        ?.points.slice(0, -5)
        .every((point) => point === null),
    ).toBe(true);
    expect(changes()).toBe(5);
  });

  it('begins with what Prometheus remembers, by its own clock', async () => {
    const ahead = 90_000;
    const past = [4, 3, 2, 1].map((steps) => ({ at: START - steps * 15_000 + ahead, value: steps / 10 }));
    const prometheus = new FakePrometheus()
      .on('err', [{ labels: {}, at: START + ahead, value: 0.9 }])
      .remember('err', [{ labels: {}, points: past }]);
    const { metric } = await watching({ metrics: [errors], prometheus });
    expect(metric()?.points.slice(-6)).toEqual([null, 0.4, 0.3, 0.2, 0.1, 0.9]);
    expect(prometheus.ranges).toEqual([
      { from: START + ahead - 600_000, to: START + ahead - 15_000, stepMs: 15_000 },
    ]);
  });

  it('begins now where the past is not to be had', async () => {
    const prometheus = new FakePrometheus().on('err', 0.5).remember('err', outage);
    const { metric } = await watching({ metrics: [errors], prometheus });
    expect(metric()).toMatchObject({ value: 0.5 });
    expect(metric()).not.toHaveProperty('problem');
  });

  it('says so when there are several series, and when no Prometheus is configured', async () => {
    const two = [1, 2].map((value) => ({ labels: {}, at: START, value }));
    const several = await watching({ metrics: [errors], prometheus: new FakePrometheus().on('err', two) });
    expect(several.metric()).toMatchObject({ value: 1, problem: expect.stringContaining('gives 2 series') });
    const without = await watching({ metrics: [errors] });
    expect(without.metric()).toMatchObject({ level: 'unknown', problem: 'No Prometheus is configured.' });
    expect(without.metric()).not.toHaveProperty('heardAt');
    const broken = await watching({ metrics: [errors], prometheus: new Error('The CA file is gone.') });
    expect(broken.metric()).toMatchObject({ level: 'unknown', problem: 'The CA file is gone.' });
  });

  it('is asked for no longer once the signal ends it', async () => {
    const prometheus = new FakePrometheus().on('err', 1);
    const { clock, stop } = await watching({ metrics: [errors], prometheus });
    stop();
    await clock.advance(60_000);
    expect(prometheus.queries).toHaveLength(1);
    expect(clock.sleeping).toBe(0);
  });

  it('waits for no other: one that never answers holds up nothing', async () => {
    const prometheus = new FakePrometheus().on('err', 0.1);
    const query = prometheus.query.bind(prometheus);
    prometheus.query = (expression) =>
      expression === 'slow' ? new Promise(() => undefined) : query(expression);
    const metrics = [{ title: 'slow', query: 'slow' }, errors];
    const { clock } = await watching({ metrics, prometheus });
    await clock.advance(20_000);
    expect(prometheus.queries).toHaveLength(5);
  });
});

describe('a limit', () => {
  const crossed = {
    type: 'threshold-crossed',
    figure: 'errors',
    source: 'prometheus',
    unit: 'percent',
    limit: 0.05,
    side: 'above',
  };

  it('is crossed once, at once; and over when the figure was fine three times in a row', async () => {
    const values = [0.2, 0.3, 0.01, 0.01, 0.2, 0.01, 0.02, 0.001, 0.001] as const;
    const prometheus = new FakePrometheus().on('err', ...values);
    const { clock, crossings } = await watching({ metrics: [errors], prometheus });
    expect(crossings).toEqual([{ ...crossed, value: 0.2 }]);
    await clock.advance(30_000);
    expect(crossings).toHaveLength(1);
    await clock.advance(5_000);
    expect(crossings.slice(1)).toEqual([
      { type: 'threshold-cleared', figure: 'errors', source: 'prometheus', unit: 'percent', value: 0.001 },
    ]);
  });

  it('is not over because nothing is heard', async () => {
    const prometheus = new FakePrometheus().on('err', 0.2, outage, [], Number.NaN, outage);
    const { clock, crossings } = await watching({ metrics: [errors], prometheus });
    await clock.advance(120_000);
    expect(crossings).toEqual([{ ...crossed, value: 0.2 }]);
  });

  it('that was crossed before a resume is not crossed again, but over when it is', async () => {
    const alarms: Pick<Alarm, 'figure' | 'source'>[] = [{ figure: 'errors', source: 'prometheus' }];
    const still = new FakePrometheus().on('err', 0.2);
    const first = await watching({ metrics: [errors], prometheus: still, alarms });
    await first.clock.advance(60_000);
    expect(first.crossings).toEqual([]);
    const over = new FakePrometheus().on('err', 0);
    const second = await watching({ metrics: [errors], prometheus: over, alarms });
    await second.clock.advance(10_000);
    expect(second.crossings).toMatchObject([{ type: 'threshold-cleared', value: 0 }]);
  });

  it('may be one that a figure must stay above', async () => {
    const spec = { title: 'ready', query: 'err', warnBelow: 3, criticalBelow: 1 };
    const prometheus = new FakePrometheus().on('err', 3, 2, 0);
    const { clock, crossings, metric } = await watching({ metrics: [spec], prometheus });
    expect(metric()).toMatchObject({ level: 'normal' });
    await clock.advance(5_000);
    expect(metric()).toMatchObject({ level: 'warning' });
    await clock.advance(5_000);
    expect(crossings).toMatchObject([{ figure: 'ready', value: 0, limit: 1, side: 'below' }]);
  });
});

describe('log lines from Elasticsearch', () => {
  const spec = { title: 'error log', index: 'logs-*', query: 'log.level:error', criticalAbove: 60 };
  const steps = [1, 2, 3, 0, 5, 1];

  it('are counted a minute, the newest kept, by one request every ten seconds', async () => {
    const elasticsearch = new FakeElasticsearch({
      ...counted(steps, 90),
      hits: [logged('no \u001b[31mledger'), logged('timeout'), logged('no ledger')],
    });
    const { clock, log, crossings } = await watching({ logs: [spec], elasticsearch });
    expect(log()).toMatchObject({
      unit: 'per-minute',
      value: 90,
      level: 'critical',
      points: [8, 12, 0, 20, null],
      stepMs: 15_000,
      lines: [
        { level: 'error', pod: 'backend-green-1', message: 'no ledger', count: 2 },
        { message: 'timeout', count: 1 },
      ],
    });
    expect(crossings).toMatchObject([{ source: 'elasticsearch', value: 90, limit: 60, unit: 'per-minute' }]);
    await clock.advance(20_000);
    expect(elasticsearch.searches).toHaveLength(3);
    expect(elasticsearch.searches[0]).toMatchObject({
      index: 'logs-*',
      body: { size: 30, query: { bool: { filter: [{}, { query_string: { query: 'log.level:error' } }] } } },
    });
  });

  it('that may be missing are no good news', async () => {
    const incomplete = '2 of 10 shards could not be searched';
    const elasticsearch = new FakeElasticsearch({ ...counted(steps, 1), incomplete });
    const { log } = await watching({ logs: [spec], elasticsearch });
    expect(log()).toMatchObject({ value: 1, level: 'unknown', problem: incomplete });
  });

  it('stay as they were while nothing is heard, and say since when', async () => {
    const elasticsearch = new FakeElasticsearch(counted(steps, 1), outage);
    const { clock, log } = await watching({ logs: [spec], elasticsearch });
    await clock.advance(40_000);
    expect(log()).toMatchObject({ value: 1, heardAt: START, problem: 'Nothing accepts connections.' });
  });
});

describe('a single look', () => {
  const spec = { title: 'error log', index: 'logs-*', query: '*' };

  it('asks each source once, and is over when all have answered or said why not', async () => {
    const clock = new FakeClock(START);
    const prometheus = new FakePrometheus().on('err', 0.2);
    const elasticsearch = new FakeElasticsearch(outage);
    const options = { metrics: [errors], logs: [spec], prometheus, elasticsearch, clock };
    const figures = await lookOnce(options, new AbortController().signal);
    expect(figures).toMatchObject([
      { value: 0.2, level: 'critical' },
      { problem: 'Nothing accepts connections.' },
    ]);
    await clock.advance(60_000);
    expect([prometheus.queries.length, elasticsearch.searches.length, clock.sleeping]).toEqual([1, 1, 0]);
  });

  it('waits for nobody longer than five seconds', async () => {
    const clock = new FakeClock(START);
    const prometheus = new FakePrometheus();
    prometheus.query = () => new Promise(() => undefined);
    const options = { metrics: [errors], logs: [spec], prometheus, elasticsearch: undefined, clock };
    const looked = lookOnce(options, new AbortController().signal);
    await clock.advance(5_000);
    expect(await looked).toMatchObject([
      { level: 'unknown' },
      { problem: 'No Elasticsearch is configured.' },
    ]);
  });
});

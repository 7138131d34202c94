import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { answerPrometheus } from '../../../src/sandbox/monitoring/prometheus-api.ts';
import { SeriesStore, STALE } from '../../../src/sandbox/monitoring/series.ts';

const NOW = 1_700_000_000_000;
const STEP = 5000;

/** Five minutes of a counter that grows by `perStep` every five seconds. */
function counter(store: SeriesStore, labels: Record<string, string>, perStep: number): void {
  const series = store.series(labels);
  for (let i = 0; i <= 60; i += 1) series.append(NOW - (60 - i) * STEP, i * perStep);
}

function sample(): SeriesStore {
  const store = new SeriesStore(3_600_000);
  counter(store, { __name__: 'requests_total', service: 'a', code: '200' }, 9);
  counter(store, { __name__: 'requests_total', service: 'a', code: '500' }, 1);
  counter(store, { __name__: 'requests_total', service: 'b', code: '200' }, 5);
  for (const [le, perStep] of [
    ['0.1', 5],
    ['0.5', 9],
    ['1', 10],
    ['+Inf', 10],
  ] as const) {
    counter(store, { __name__: 'latency_bucket', le }, perStep);
  }
  store.series({ __name__: 'up', pod: 'x' }).append(NOW - 10_000, 1);
  store.series({ __name__: 'up', pod: 'y' }).append(NOW - 10_000, 0);
  const gone = store.series({ __name__: 'up', pod: 'gone' });
  gone.append(NOW - 20_000, 1);
  gone.append(NOW - 10_000, STALE);
  store.series({ __name__: 'up', pod: 'old' }).append(NOW - 400_000, 1);
  return store;
}

interface Body {
  readonly errorType?: string;
  readonly error?: string;
  // biome-ignore lint/suspicious/noExplicitAny: each path answers with another shape
  readonly data: any;
}

async function ask(path: string, params: Record<string, string>, store = sample()) {
  const request = new Request(`http://prometheus${path}?${new URLSearchParams(params)}`);
  const response = await answerPrometheus(request, store, NOW);
  return { status: response.status, body: (await response.json()) as Body };
}

async function query(text: string, store = sample()) {
  const { status, body } = await ask('/api/v1/query', { query: text }, store);
  if (status !== 200) return `${status} ${body.errorType}: ${body.error}`;
  const { resultType, result } = body.data;
  if (resultType === 'scalar') return result[1];
  return Object.fromEntries(
    result.map((item: { metric: Record<string, string>; value: [number, string] }) => [
      JSON.stringify(item.metric),
      Number(Number(item.value[1]).toPrecision(6)),
    ]),
  );
}

describe('a query', () => {
  test.each([
    ['sum(rate(requests_total[1m]))', { '{}': 3 }],
    ['sum by (service) (rate(requests_total[1m]))', { '{"service":"a"}': 2, '{"service":"b"}': 1 }],
    ['sum without (code) (increase(requests_total{service="a"}[1m]))', { '{"service":"a"}': 120 }],
    [
      'sum(rate(requests_total{code=~"5.."}[1m])) / sum(rate(requests_total{service="a"}[1m]))',
      { '{}': 0.1 },
    ],
    ['sum(rate(requests_total{service="c"}[1m])) or vector(0)', { '{}': 0 }],
    ['sum(rate(requests_total{service="c"}[1m]))', {}],
    ['sum(rate(requests_total{service="c"}[1m])) / sum(rate(requests_total[1m]))', {}],
    ['vector(0) / vector(0)', { '{}': Number.NaN }],
    ['1 / 0', '+Inf'],
    ['0 / 0', 'NaN'],
    ['-2 ^ 2', '-4'],
    ['2 * 3 % 4 - 1', '1'],
    ['3 > bool 2', '1'],
    ['time()', '1700000000'],
    ['scalar(vector(7)) + 1', '8'],
    ['irate(requests_total{code="500"}[1m])', { '{"service":"a","code":"500"}': 0.2 }],
    [
      'requests_total{code="500"} offset 1m',
      { '{"__name__":"requests_total","service":"a","code":"500"}': 48 },
    ],
    ['max_over_time(requests_total{service="b"}[30s])', { '{"service":"b","code":"200"}': 300 }],
    ['count(requests_total) by (code)', { '{"code":"200"}': 2, '{"code":"500"}': 1 }],
    ['avg(up)', { '{}': 0.5 }],
    ['min(up)', { '{}': 0 }],
    ['count(up == 1)', { '{}': 1 }],
    ['up{pod="x"} * 5', { '{"pod":"x"}': 5 }],
    ['up{pod="x"} > 0', { '{"__name__":"up","pod":"x"}': 1 }],
    ['up{pod="y"} > 0', {}],
    ['absent(up{pod="z"})', { '{"pod":"z"}': 1 }],
    ['absent(up{pod="x"})', {}],
    ['clamp_max(requests_total{service="b"}, 100)', { '{"service":"b","code":"200"}': 100 }],
    ['clamp(vector(5), 7, 9)', { '{}': 7 }],
    ['topk(1, requests_total)', { '{"__name__":"requests_total","service":"a","code":"200"}': 540 }],
    ['histogram_quantile(0.5, rate(latency_bucket[1m]))', { '{}': 0.1 }],
    ['histogram_quantile(0.7, sum(rate(latency_bucket[1m])) by (le))', { '{}': 0.3 }],
    ['requests_total{code="500"} / ignoring(code) requests_total{service="b"}', {}],
    [
      'requests_total{code="500"} / on(service) group_left requests_total{service="a",code="200"}',
      { '{"service":"a","code":"500"}': 0.111111 },
    ],
    ['sum(up) unless sum(nothing)', { '{}': 1 }],
    ['sum(up) and sum(nothing)', {}],
    [
      'label_replace(up{pod="x"}, "short", "$1", "pod", "(.).*")',
      { '{"__name__":"up","pod":"x","short":"x"}': 1 },
    ],
    ['{__name__="up",pod!="y",pod!~"z|w"}', { '{"__name__":"up","pod":"x"}': 1 }],
  ])('%s', async (text, expected) => {
    expect(await query(text)).toEqual(expected);
  });

  test.each([
    ['', /^400 bad_data: invalid parameter "query": 1:1: parse error: no expression found in input$/],
    ['sum(', /^400 bad_data: .*1:5: parse error: unexpected end of input$/],
    ['rate(up)', /expected type range vector in call to function "rate", got instant vector/],
    ['nosuch(up)', /unknown function with name "nosuch"/],
    ['up[5m]+1', /must contain only scalar and instant vector/],
    ['1 > 2', /comparisons between scalars must use BOOL modifier/],
    ['1 and 2', /set operator "and" not allowed in binary scalar expression/],
    ['{pod=~".*"}', /at least one non-empty matcher/],
    ['{pod=~"("}', /error parsing regexp/],
    ['up[5m:1m]', /does not know subqueries/],
    ['up @ 12', /does not know the @ modifier/],
    ['count_values("v", up)', /does not know the aggregation "count_values"/],
    ['predict_linear(up[5m], 3)', /does not know the function "predict_linear"/],
    ['topk(up)', /wrong number of arguments for aggregate expression/],
    ['clamp(up, 1)', /expected 3 argument\(s\) in call to "clamp", got 2/],
    ['up + on(pod) requests_total', /^422 execution: found duplicate series for the match group/],
    ['requests_total + on(service) up', /^422|^\{\}/],
    ['rate({__name__=~"requests_total|latency_bucket"}[1m]) or rate(up[1m])', /^\{/],
    ['rate({__name__=~"up|up"}[1m])', /^\{/],
  ])('%j that does not fit is told in a sentence', async (text, expected) => {
    const result = await query(text);
    expect(typeof result === 'string' ? result : JSON.stringify(result)).toMatch(expected);
  });

  test('of a rate counts a reset as a start from zero', async () => {
    const store = new SeriesStore(3_600_000);
    const series = store.series({ __name__: 'c' });
    [10, 20, 30, 0, 10, 20, 30].forEach((value, index) => {
      series.append(NOW - 60_000 + index * 10_000, value);
    });
    expect(await query('resets(c[2m])', store)).toEqual({ '{}': 1 });
    expect(await query('sum_over_time(c[15s])', store)).toEqual({ '{}': 50 });
    // 40 within the window's samples, 50 s apart, stretched to its 60 s.
    expect(await query('increase(c[1m])', store)).toEqual({ '{}': 48 });
  });

  test('of a constant rate finds that rate, whatever the window', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 15, max: 240 }),
        async (perStep, window) => {
          const store = new SeriesStore(3_600_000);
          counter(store, { __name__: 'c' }, perStep);
          const rate = (await query(`rate(c[${window}s])`, store)) as Record<string, number>;
          expect(rate['{}']).toBeCloseTo(perStep / 5, 3);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('the HTTP API', () => {
  test('answers a range as a matrix', async () => {
    const seconds = NOW / 1000;
    const params = {
      query: 'sum(rate(requests_total[1m]))',
      start: `${seconds - 60}`,
      end: `${seconds}`,
      step: '30s',
    };
    const { body } = await ask('/api/v1/query_range', params);
    expect(body.data.resultType).toBe('matrix');
    expect(body.data.result[0].values.map(([time]: [number]) => time)).toEqual([
      seconds - 60,
      seconds - 30,
      seconds,
    ]);
  });

  test.each([
    [{ step: '0' }, /zero or negative query resolution step/],
    [{ step: '0.001' }, /exceeded maximum resolution of 11,000 points/],
    [{ step: 'x' }, /cannot parse "x" to a valid duration/],
    [{ start: 'yesterday' }, /cannot parse "yesterday" to a valid timestamp/],
    [{ end: '1' }, /end timestamp must not be before start time/],
    [{ query: 'up[1m]' }, /invalid expression type "range vector" for range query/],
  ])('refuses a range with %j', async (change, expected) => {
    const params = { query: 'up', start: `${NOW / 1000 - 60}`, end: `${NOW / 1000}`, step: '5', ...change };
    const { status, body } = await ask('/api/v1/query_range', params);
    expect([status, body.errorType]).toEqual([400, 'bad_data']);
    expect(body.error).toMatch(expected);
  });

  test('tells series, labels and their values', async () => {
    expect((await ask('/api/v1/series', { 'match[]': 'requests_total{code="500"}' })).body.data).toEqual([
      { __name__: 'requests_total', service: 'a', code: '500' },
    ]);
    expect((await ask('/api/v1/series', {})).status).toBe(400);
    expect((await ask('/api/v1/labels', { 'match[]': 'up' })).body.data).toEqual(['__name__', 'pod']);
    expect((await ask('/api/v1/label/code/values', {})).body.data).toEqual(['200', '500']);
    expect((await ask('/api/v1/status/buildinfo', {})).body.data.version).toMatch(/^\d/);
  });

  test('takes a query in a form as well', async () => {
    const request = new Request('http://prometheus/api/v1/query', {
      method: 'POST',
      body: new URLSearchParams({ query: '1 + 1' }),
    });
    const body = (await (await answerPrometheus(request, sample(), NOW)).json()) as Body;
    expect(body.data.result[1]).toBe('2');
  });

  test('is ready, and knows what it does not have', async () => {
    const get = async (path: string) =>
      answerPrometheus(new Request(`http://prometheus${path}`), sample(), NOW);
    expect((await get('/-/ready')).status).toBe(200);
    expect((await get('/api/v1/nothing')).status).toBe(404);
  });
});

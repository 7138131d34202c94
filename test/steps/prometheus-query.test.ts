import { describe, expect, it } from 'vitest';
import { isUnavailable } from '../../src/ports/failure.ts';
import { query } from '../../src/steps/prometheus/query.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { FakePrometheus } from '../fakes/fake-prometheus.ts';
import { planContext } from './banking.ts';

async function look(answer: Parameters<FakePrometheus['on']>[1], given: object = {}) {
  const plans = planContext(fakePorts({ prometheus: new FakePrometheus().on('rate', answer) }));
  return query.observe?.(await query.plan(query.schema.parse({ query: 'rate', ...given }), plans), plans);
}

describe('a query', () => {
  it.each([
    [0.004, 'percent', '0.4 %'],
    [0.38, 'percent', '38 %'],
    [0.0123, 'seconds', '0.0123 s'],
    [123456, 'count', '123456'],
    [0, 'count', '0'],
  ])('shows %d as %s: %s', async (value, unit, summary) => {
    expect(await look(value, { unit })).toMatchObject({ holds: true, summary, outputs: { value, count: 1 } });
  });

  it('never holds on an empty result, and says so', async () => {
    expect(await look([])).toMatchObject({
      holds: false,
      summary: 'no data',
      evidence: ['rate yields no series'],
      outputs: { value: null, values: [], labels: [], count: 0 },
    });
  });

  it('takes the value that the runbook gives for an empty result, and says so', async () => {
    expect(await look([], { 'if-empty': 0, unit: 'percent' })).toMatchObject({
      holds: true,
      evidence: ['rate yields no series; taken as 0 %, as the runbook says'],
      outputs: { value: 0, count: 0 },
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('never holds on %d', async (value) => {
    expect(await look(value)).toMatchObject({ holds: false, summary: `${value}`, outputs: { value: null } });
  });

  it('gives every series with its labels', async () => {
    const samples = ['blue', 'green'].map((color, at) => ({ labels: { color }, at, value: at }));
    expect(await look(samples)).toMatchObject({
      evidence: ['{color="blue"} 0', '{color="green"} 1'],
      outputs: { values: [0, 1], labels: [{ color: 'blue' }, { color: 'green' }] },
    });
  });

  it('is unavailable where no Prometheus is configured', async () => {
    const plans = planContext(fakePorts({ prometheus: null }));
    const failure = await query
      .plan(query.schema.parse({ query: 'rate' }), plans)
      .catch((error: unknown) => error);
    expect(isUnavailable(failure)).toBe(true);
  });
});

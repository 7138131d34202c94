import { z } from 'zod';
import type { PrometheusSample } from '../../ports/prometheus.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';

const SAMPLES_KEPT = 200;
const LINES_AS_EVIDENCE = 5;

const units = z.enum(['percent', 'seconds', 'count']);
type Unit = z.infer<typeof units>;

const data = z.object({ query: z.string(), unit: units, ifEmpty: z.number().nullable() });

/** Asks Prometheus once; what the value must be is said in the step's `verify`. */
export const query = defineKind({
  kind: 'prometheus/query',
  description:
    'Asks Prometheus for a value; verify.expect says what it must be, for as long as verify.for says.',
  schema: z.strictObject({
    query: z.string().min(1).describe('A PromQL expression.'),
    unit: units.default('count').describe('How the value is shown; percent takes 0.05 as 5 %.'),
    'if-empty': z
      .number()
      .optional()
      .describe('The value to take when the query yields no series; without it such a result never holds.'),
  }),
  risk: 'safe',
  outputs: {
    value: 'The value of the first series; null when there is none, or when it is not a finite number.',
    values: 'The value of each series.',
    labels: 'The labels of each series.',
    count: 'How many series there are.',
  },
  window: { forMs: 0, withinMs: 60_000, everyMs: 5_000 },
  describe: (params) => `Query ${params.query}`,
  plan: async (params, context) => {
    const { url } = await context.ports.prometheus();
    return readingPlan(
      `query ${params.query}`,
      { query: params.query, unit: params.unit, ifEmpty: params['if-empty'] ?? null },
      [],
      [`asks ${url}`],
    );
  },
  observe: async (plan, context) => {
    const { query: expression, unit, ifEmpty } = data.parse(plan.data);
    const prometheus = await context.ports.prometheus();
    const samples = await prometheus.query(expression, { signal: context.signal });
    const first = samples[0]?.value ?? ifEmpty ?? undefined;
    const value = first === undefined || !Number.isFinite(first) ? null : first;
    return {
      holds: value !== null,
      summary: samples.length === 0 && ifEmpty === null ? 'no data' : shown(first, unit),
      evidence: evidenceOf(expression, samples, unit, ifEmpty),
      outputs: {
        value,
        values: samples
          .slice(0, SAMPLES_KEPT)
          .map((sample) => (Number.isFinite(sample.value) ? sample.value : null)),
        labels: samples.slice(0, SAMPLES_KEPT).map(({ labels }) => labels),
        count: samples.length,
      },
    };
  },
});

function evidenceOf(
  expression: string,
  samples: readonly PrometheusSample[],
  unit: Unit,
  ifEmpty: number | null,
): readonly string[] {
  if (samples.length === 0) {
    const taken = ifEmpty === null ? '' : `; taken as ${shown(ifEmpty, unit)}, as the runbook says`;
    return [`${expression} yields no series${taken}`];
  }
  return [
    ...samples
      .slice(0, LINES_AS_EVIDENCE)
      .map(({ labels, value }) => `${labelText(labels)}${shown(value, unit)}`),
    ...(samples.length > LINES_AS_EVIDENCE ? [`and ${samples.length - LINES_AS_EVIDENCE} more series`] : []),
  ];
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}} `;
}

function shown(value: number | undefined, unit: Unit): string {
  if (value === undefined || !Number.isFinite(value)) return `${value ?? 'no data'}`;
  switch (unit) {
    case 'percent':
      return `${round(value * 100)} %`;
    case 'seconds':
      return `${round(value)} s`;
    case 'count':
      return `${round(value)}`;
  }
}

/** Three significant digits, without an exponent for what an operator reads. */
function round(value: number): number {
  return Number(value.toPrecision(Math.max(3, Math.trunc(Math.abs(value)).toString().length)));
}

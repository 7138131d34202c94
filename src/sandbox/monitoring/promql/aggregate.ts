import { seriesId } from '../series.ts';
import type { Grouping } from './ast.ts';
import { omit, pick, type Sample } from './value.ts';

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

function variance(values: readonly number[]): number {
  const mean = sum(values) / values.length;
  return sum(values.map((value) => (value - mean) ** 2)) / values.length;
}

/** NaN loses against any number, as in Prometheus. */
function extreme(values: readonly number[], better: (a: number, b: number) => boolean): number {
  return values.reduce((best, value) => (Number.isNaN(best) || better(value, best) ? value : best));
}

const REDUCERS: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum,
  avg: (values) => sum(values) / values.length,
  count: (values) => values.length,
  group: () => 1,
  max: (values) => extreme(values, (a, b) => a > b),
  min: (values) => extreme(values, (a, b) => a < b),
  stddev: (values) => Math.sqrt(variance(values)),
  stdvar: variance,
};

function quantileOf(quantile: number, values: readonly number[]): number {
  if (values.length === 0 || Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return Number.NEGATIVE_INFINITY;
  if (quantile > 1) return Number.POSITIVE_INFINITY;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = quantile * (sorted.length - 1);
  const low = sorted[Math.floor(rank)] ?? Number.NaN;
  const high = sorted[Math.ceil(rank)] ?? low;
  return low + (high - low) * (rank - Math.floor(rank));
}

/** `sum by (…) (…)` and its kin. `parameter` is the k of topk or the φ of quantile. */
export function aggregate(
  operator: string,
  grouping: Grouping,
  samples: readonly Sample[],
  parameter: number,
): Sample[] {
  const groups = new Map<string, { labels: Record<string, string>; members: Sample[] }>();
  for (const sample of samples) {
    const labels = grouping.by
      ? pick(sample.labels, grouping.labels)
      : omit(sample.labels, [...grouping.labels, '__name__']);
    const id = seriesId(labels);
    const group = groups.get(id) ?? { labels, members: [] };
    groups.set(id, group);
    group.members.push(sample);
  }
  return [...groups.values()].flatMap(({ labels, members }) => {
    if (operator === 'topk' || operator === 'bottomk') return ranked(members, operator, parameter);
    const values = members.map(({ value }) => value);
    const value = operator === 'quantile' ? quantileOf(parameter, values) : REDUCERS[operator]?.(values);
    return value === undefined ? [] : [{ labels, value }];
  });
}

function ranked(members: readonly Sample[], operator: string, count: number): Sample[] {
  const sign = operator === 'topk' ? -1 : 1;
  const rank = ({ value }: Sample) => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : sign * value);
  return [...members].sort((a, b) => rank(a) - rank(b)).slice(0, Math.max(0, Math.floor(count)));
}

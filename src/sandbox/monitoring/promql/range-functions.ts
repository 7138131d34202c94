import type { RangeSeries } from './value.ts';

interface Window {
  readonly start: number;
  readonly end: number;
}

type RangeFunction = (series: RangeSeries, window: Window) => number | undefined;

const first = (values: readonly number[]) => values[0] ?? Number.NaN;
const last = (values: readonly number[]) => values.at(-1) ?? Number.NaN;
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** How much a counter grew, resets counted as a start from zero. */
function growth(values: readonly number[]): number {
  let total = last(values) - first(values);
  for (let i = 1; i < values.length; i += 1) {
    const before = values[i - 1] ?? 0;
    if ((values[i] ?? 0) < before) total += before;
  }
  return total;
}

/**
 * The change over the whole window from the samples inside it, extrapolated to its edges as Prometheus
 * does: as far as half an interval when the series seems to begin or end there, never below zero for counters.
 */
function extrapolated({ times, values }: RangeSeries, window: Window, counter: boolean): number | undefined {
  if (times.length < 2) return undefined;
  const change = counter ? growth(values) : last(values) - first(values);
  const sampled = (last(times) - first(times)) / 1000;
  const interval = sampled / (times.length - 1);
  const threshold = interval * 1.1;
  let toStart = (first(times) - window.start) / 1000;
  let toEnd = (window.end - last(times)) / 1000;
  if (toStart >= threshold) toStart = interval / 2;
  if (counter && change > 0 && first(values) >= 0) {
    toStart = Math.min(toStart, sampled * (first(values) / change));
  }
  if (toEnd >= threshold) toEnd = interval / 2;
  return change * ((sampled + toStart + toEnd) / sampled);
}

function rate(series: RangeSeries, window: Window): number | undefined {
  const increase = extrapolated(series, window, true);
  return increase === undefined ? undefined : increase / ((window.end - window.start) / 1000);
}

/** Of the last two samples: their difference, and the seconds between them. */
function lastStep({
  times,
  values,
}: RangeSeries): { change: number; value: number; seconds: number } | undefined {
  if (times.length < 2) return undefined;
  const value = last(values);
  const seconds = (last(times) - (times.at(-2) ?? 0)) / 1000;
  return { change: value - (values.at(-2) ?? 0), value, seconds };
}

function countSteps(values: readonly number[], test: (before: number, now: number) => boolean): number {
  let count = 0;
  for (let i = 1; i < values.length; i += 1) {
    if (test(values[i - 1] ?? Number.NaN, values[i] ?? Number.NaN)) count += 1;
  }
  return count;
}

/** Functions over `[5m]`; undefined where a series has too few samples. */
export const RANGE_FUNCTIONS: Readonly<Record<string, RangeFunction>> = {
  rate,
  increase: (series, window) => extrapolated(series, window, true),
  delta: (series, window) => extrapolated(series, window, false),
  irate(series) {
    const step = lastStep(series);
    if (step === undefined) return undefined;
    return (step.change < 0 ? step.value : step.change) / step.seconds;
  },
  idelta: (series) => lastStep(series)?.change,
  changes: ({ values }) =>
    countSteps(values, (before, now) => before !== now && !(Number.isNaN(before) && Number.isNaN(now))),
  resets: ({ values }) => countSteps(values, (before, now) => now < before),
  avg_over_time: ({ values }) => sum(values) / values.length,
  sum_over_time: ({ values }) => sum(values),
  count_over_time: ({ values }) => values.length,
  min_over_time: ({ values }) => Math.min(...values),
  max_over_time: ({ values }) => Math.max(...values),
  last_over_time: ({ values }) => last(values),
  present_over_time: () => 1,
};

/** The only one that keeps the metric's name. */
export function keepsName(name: string): boolean {
  return name === 'last_over_time';
}

import type { Clock } from '../ports/clock.ts';
import type { Prometheus } from '../ports/prometheus.ts';
import type { LiveMetric } from './live.ts';

export interface MetricSpec {
  readonly title: string;
  readonly query: string;
  readonly unit?: 'percent' | 'seconds' | 'count';
  readonly warnAbove?: number;
}

export interface MetricOptions {
  readonly specs: readonly MetricSpec[];
  readonly prometheus: Prometheus | undefined;
  readonly clock: Clock;
  readonly onChange: () => void;
}

const EVERY_MS = 5_000;
const POINTS = 60;

/** Samples each expression every five seconds, for as long as the signal lets it. Returns a look at the points so far. */
export function sampleMetrics(options: MetricOptions, signal: AbortSignal): () => readonly LiveMetric[] {
  const { specs, prometheus, clock, onChange } = options;
  const current: LiveMetric[] = specs.map((spec) => ({
    title: spec.title,
    unit: spec.unit ?? 'count',
    points: [],
    ...(spec.warnAbove === undefined ? {} : { warnAbove: spec.warnAbove }),
    ...(prometheus === undefined ? { problem: 'No Prometheus is configured.' } : {}),
  }));

  async function sample(index: number, source: Prometheus): Promise<void> {
    const [spec, last] = [specs[index], current[index]];
    if (spec === undefined || last === undefined) return;
    const { problem: _, ...metric } = last;
    const add = (point: number | null) => [...metric.points, point].slice(-POINTS);
    try {
      const [first, ...more] = await source.query(spec.query, { signal });
      const points = add(first === undefined || !Number.isFinite(first.value) ? null : first.value);
      const problem =
        more.length === 0
          ? {}
          : { problem: `The expression gives ${more.length + 1} series; the first is shown.` };
      current[index] = { ...metric, points, ...problem };
    } catch (error) {
      current[index] = { ...metric, points: add(null), problem: (error as Error).message };
    }
  }

  async function sampleForEver(source: Prometheus): Promise<void> {
    while (!signal.aborted) {
      await Promise.all(specs.map((_, index) => sample(index, source)));
      if (signal.aborted) return;
      onChange();
      await clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }

  if (prometheus !== undefined && specs.length > 0) void sampleForEver(prometheus);
  return () => [...current];
}

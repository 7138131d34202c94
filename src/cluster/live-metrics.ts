import type { Clock } from '../ports/clock.ts';
import type { Prometheus } from '../ports/prometheus.ts';
import { neutralise } from '../prose/neutralise.ts';
import { levelOf, whyNone } from './figures.ts';
import { createHistory, type History } from './history.ts';
import type { FigureUnit, Limits, LiveFigure } from './live.ts';

export interface MetricSpec extends Limits {
  readonly title: string;
  readonly query: string;
  readonly unit?: Exclude<FigureUnit, 'per-minute'>;
  readonly sinceMs?: number;
}

export interface MetricOptions {
  readonly spec: MetricSpec;
  /** An error says why there is none; undefined: none is configured. */
  readonly prometheus: Prometheus | Error | undefined;
  readonly clock: Clock;
  /** After each answer, and each that did not come. */
  readonly onChange: () => void;
}

const EVERY_MS = 5_000;

/** Asks for one figure every five seconds, for as long as the signal lets it. Returns a look at it. */
export function sampleMetric(options: MetricOptions, signal: AbortSignal): () => LiveFigure {
  const { spec, prometheus, clock, onChange } = options;
  const { title, query: _, sinceMs, unit = 'count', ...limits } = spec;
  const history = createHistory(sinceMs);
  let heardAt: number | undefined;
  let value: number | undefined;
  let problem = whyNone(prometheus, 'Prometheus');

  async function sample(source: Prometheus): Promise<void> {
    try {
      const [first, ...more] = await source.query(spec.query, { signal });
      if (signal.aborted) return;
      const isFirst = heardAt === undefined;
      heardAt = clock.now();
      value = first !== undefined && Number.isFinite(first.value) ? first.value : undefined;
      history.add(heardAt, value ?? null);
      problem =
        more.length === 0
          ? undefined
          : `gives ${more.length + 1} series where one is needed; the first is shown`;
      if (isFirst)
        await recall(source, history, { query: spec.query, now: heardAt, serverNow: first?.at }, signal);
    } catch (error) {
      problem = neutralise((error as Error).message);
    }
  }

  async function sampleForEver(source: Prometheus): Promise<void> {
    while (!signal.aborted) {
      await sample(source);
      if (signal.aborted) return;
      onChange();
      await clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }

  if (prometheus !== undefined && !(prometheus instanceof Error)) void sampleForEver(prometheus);
  return () => ({
    title: neutralise(title),
    unit,
    ...limits,
    points: history.points(clock.now()),
    stepMs: history.stepMs,
    ...(value === undefined ? {} : { value }),
    level: levelOf(value, limits),
    ...(heardAt === undefined ? {} : { heardAt }),
    everyMs: EVERY_MS,
    ...(problem === undefined ? {} : { problem }),
  });
}

/** What Prometheus remembers of before the session. Without it the line begins now: nothing else depends on it. */
async function recall(
  source: Prometheus,
  history: History,
  asked: { readonly query: string; readonly now: number; readonly serverNow: number | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { stepMs, spanMs } = history;
  // its clock may be another one than ours
  const ahead = (asked.serverNow ?? asked.now) - asked.now;
  const to = Math.floor(asked.now / stepMs) * stepMs - stepMs;
  const span = { from: to - spanMs + stepMs + ahead, to: to + ahead, stepMs };
  const [first] = await source.range(asked.query, span, { signal }).catch(() => []);
  for (const { at, value } of first?.points ?? [])
    history.add(at - ahead, Number.isFinite(value) ? value : null);
}

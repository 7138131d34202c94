import type { Clock } from '../ports/clock.ts';
import type { Elasticsearch } from '../ports/elasticsearch.ts';
import type { Prometheus } from '../ports/prometheus.ts';
import { createAlarmWatch, crossed } from './figures.ts';
import type { Alarm, LiveFigure, LiveLog } from './live.ts';
import { type LogSpec, sampleLog } from './live-logs.ts';
import { type MetricSpec, sampleMetric } from './live-metrics.ts';

/** A figure that became critical, or that is no longer. */
export type Crossing =
  | ({ readonly type: 'threshold-crossed' } & Alarm)
  | ({ readonly type: 'threshold-cleared' } & Omit<Alarm, 'limit' | 'side'>);

export interface MonitorOptions {
  readonly metrics?: readonly MetricSpec[] | undefined;
  readonly logs?: readonly LogSpec[] | undefined;
  /** Where there is none, an error says why; so does each figure. */
  readonly prometheus: Prometheus | Error | undefined;
  readonly elasticsearch: Elasticsearch | Error | undefined;
  readonly clock: Clock;
  /** Figures that are critical already, as far as the session knows. */
  readonly alarms?: readonly Pick<Alarm, 'figure' | 'source'>[];
  readonly onChange?: () => void;
  readonly onCrossing?: (crossing: Crossing) => void;
}

export interface Monitors {
  metrics(): readonly LiveFigure[];
  logs(): readonly LiveLog[];
}

/** Figures and logs, each asked for by itself: one that is slow or away holds up no other. Ends with the signal. */
export function startMonitors(options: MonitorOptions, signal: AbortSignal): Monitors {
  const { prometheus, elasticsearch, clock } = options;
  const metrics = (options.metrics ?? []).map((spec) =>
    watched('prometheus', (onChange) => sampleMetric({ spec, prometheus, clock, onChange }, signal)),
  );
  const logs = (options.logs ?? []).map((spec) =>
    watched('elasticsearch', (onChange) => sampleLog({ spec, elasticsearch, clock, onChange }, signal)),
  );

  function watched<Figure extends LiveFigure>(
    source: Alarm['source'],
    start: (onChange: () => void) => () => Figure,
  ): () => Figure {
    let judge: ReturnType<typeof createAlarmWatch> | undefined;
    let judgedAt: number | undefined;
    const look = start(() => {
      const figure = look();
      // an answer that did not come says nothing new
      if (figure.heardAt !== judgedAt) {
        judgedAt = figure.heardAt;
        judge ??= createAlarmWatch(isOpen(figure.title, source));
        const crossing = crossingOf(figure, source, judge(figure.level));
        if (crossing !== undefined) options.onCrossing?.(crossing);
      }
      options.onChange?.();
    });
    return look;
  }

  function isOpen(figure: string, source: Alarm['source']): boolean {
    return (options.alarms ?? []).some((alarm) => alarm.figure === figure && alarm.source === source);
  }

  return { metrics: () => metrics.map((look) => look()), logs: () => logs.map((look) => look()) };
}

function crossingOf(
  { title, value, unit, ...limits }: LiveFigure,
  source: Alarm['source'],
  news: 'crossed' | 'cleared' | undefined,
): Crossing | undefined {
  if (value === undefined || news === undefined) return undefined;
  const common = { figure: title, source, value, unit };
  if (news === 'cleared') return { type: 'threshold-cleared', ...common };
  const beyond = crossed(value, limits);
  return beyond && { type: 'threshold-crossed', ...common, ...beyond };
}

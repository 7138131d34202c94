import type { Clock } from '../ports/clock.ts';
import type { Elasticsearch, ElasticsearchResult } from '../ports/elasticsearch.ts';
import type { Json, JsonObject } from '../ports/json.ts';
import { neutralise } from '../prose/neutralise.ts';
import { levelOf, whyNone } from './figures.ts';
import { createHistory } from './history.ts';
import type { Limits, LiveLog, LogLine, RepeatedLine } from './live.ts';
import { LOG_FIELDS, logLine } from './log-line.ts';

/** Its limits are lines a minute. */
export interface LogSpec extends Limits {
  readonly title: string;
  readonly index: string;
  readonly query: string;
  readonly timeField?: string;
  readonly sinceMs?: number;
}

export interface LogOptions {
  readonly spec: LogSpec;
  /** An error says why there is none; undefined: none is configured. */
  readonly elasticsearch: Elasticsearch | Error | undefined;
  readonly clock: Clock;
  readonly onChange: () => void;
}

const EVERY_MS = 10_000;
/** Fetched, and shown of them once those that repeat are one. */
const NEWEST = 30;
const SHOWN = 5;
const TIME = '@timestamp';

/** Counts and fetches log lines every ten seconds, one request each, for as long as the signal lets it. */
export function sampleLog(options: LogOptions, signal: AbortSignal): () => LiveLog {
  const { spec, elasticsearch, clock, onChange } = options;
  const { title, index, query: _, timeField = TIME, sinceMs, ...limits } = spec;
  const { stepMs, spanMs } = createHistory(sinceMs);
  const body = searchBody(spec, stepMs, spanMs);
  let heardAt: number | undefined;
  let found: Found = { points: [], lines: [] };
  let problem = whyNone(elasticsearch, 'Elasticsearch');
  let isWhole = true;

  async function sampleForEver(source: Elasticsearch): Promise<void> {
    while (!signal.aborted) {
      try {
        const result = await source.search({ index, body }, { signal });
        if (signal.aborted) return;
        found = foundIn(result, timeField, stepMs);
        heardAt = clock.now();
        problem = result.incomplete;
        isWhole = problem === undefined;
      } catch (error) {
        problem = neutralise((error as Error).message);
      }
      if (signal.aborted) return;
      onChange();
      await clock.sleep(EVERY_MS, signal).catch(() => undefined);
    }
  }

  if (elasticsearch !== undefined && !(elasticsearch instanceof Error)) void sampleForEver(elasticsearch);
  return () => {
    const level = levelOf(found.lastMinute, limits);
    return {
      title: neutralise(title),
      unit: 'per-minute',
      ...limits,
      points: found.points,
      stepMs,
      ...(found.lastMinute === undefined ? {} : { value: found.lastMinute }),
      // what was not searched may hold any number of lines
      level: isWhole || level === 'critical' ? level : 'unknown',
      ...(heardAt === undefined ? {} : { heardAt }),
      everyMs: EVERY_MS,
      ...(problem === undefined ? {} : { problem }),
      lines: found.lines,
    };
  };
}

interface Found {
  /** Lines a minute, for each step. */
  readonly points: readonly (number | null)[];
  readonly lastMinute?: number;
  readonly lines: readonly RepeatedLine[];
}

/** By the clock of the server alone: documents carry the time of where they were written. */
function searchBody({ query, timeField = TIME }: LogSpec, stepMs: number, spanMs: number): JsonObject {
  const since = `now-${Math.round(spanMs / 1000)}s`;
  return {
    size: NEWEST,
    track_total_hits: false,
    _source: [timeField, ...LOG_FIELDS],
    sort: [{ [timeField]: { order: 'desc', unmapped_type: 'date' } }],
    query: {
      bool: {
        filter: [
          { range: { [timeField]: { gte: since } } },
          { query_string: { query, analyze_wildcard: true } },
        ],
      },
    },
    aggs: {
      steps: {
        date_histogram: {
          field: timeField,
          fixed_interval: `${Math.round(stepMs / 1000)}s`,
          min_doc_count: 0,
          extended_bounds: { min: since, max: 'now' },
        },
      },
      minute: { filter: { range: { [timeField]: { gte: 'now-60s' } } } },
    },
  };
}

function foundIn({ hits, aggregations }: ElasticsearchResult, timeField: string, stepMs: number): Found {
  const { steps, minute } = aggregations as {
    readonly steps?: { readonly buckets?: readonly { readonly doc_count?: Json }[] };
    readonly minute?: { readonly doc_count?: Json };
  };
  // the first and the last step are not whole
  const counts = (steps?.buckets ?? []).slice(1, -1).map(({ doc_count: count }) => Number(count));
  return {
    // the step that is under way has no figure yet
    points: [...counts.map((count) => (count * 60_000) / stepMs), null],
    ...(typeof minute?.doc_count === 'number' ? { lastMinute: minute.doc_count } : {}),
    lines: repeated(hits.map(({ source }) => logLine(source, timeField))).slice(0, SHOWN),
  };
}

/** What many pods say is one line, with the pod and the time of the newest. */
function repeated(lines: readonly LogLine[]): readonly RepeatedLine[] {
  const groups = Map.groupBy(lines, ({ level, message }) => `${level} ${message}`);
  return [...groups.values()].flatMap(([newest, ...others]) =>
    newest === undefined ? [] : [{ ...newest, count: others.length + 1 }],
  );
}

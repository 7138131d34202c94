import { z } from 'zod';
import { LOG_FIELDS, logLine } from '../../cluster/log-line.ts';
import type { ElasticsearchResult } from '../../ports/elasticsearch.ts';
import { formatDuration } from '../../prose/duration.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { durationField, durationMs } from '../fields.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';

const LINES_AS_EVIDENCE = 5;
const MINUTE = 60_000;

const data = z.object({
  index: z.string(),
  body: z.record(z.string(), z.json()),
  /** Null for a body of the runbook's own: only it knows what time it looks at. */
  sinceMs: z.number().nullable(),
  timeField: z.string(),
});
type Search = z.infer<typeof data>;

const schema = z
  .strictObject({
    index: z.string().min(1).describe('Index, data stream or pattern: "logs-*".'),
    query: z
      .string()
      .min(1)
      .optional()
      .describe('Which lines, in the syntax of Lucene, as in the search bar of Kibana; all when absent.'),
    since: durationField.default('5m').describe('How far back it looks, by the clock of Elasticsearch.'),
    size: z.int().min(0).max(100).default(10).describe('How many of the newest lines are fetched.'),
    fields: z.array(z.string().min(1)).optional().describe('Fields of hits; those of log lines when absent.'),
    'time-field': z.string().min(1).default('@timestamp').describe('The time of a line.'),
    body: z
      .record(z.string(), z.json())
      .optional()
      .describe('The whole body of the search instead, as Elasticsearch takes it.'),
  })
  .refine(({ query, body }) => query === undefined || body === undefined, {
    error: 'expected query or body, not both',
    path: ['body'],
  });

/** Counts and fetches log lines; how many are too many is said in the step's `verify`. */
export const search = defineKind({
  kind: 'elasticsearch/search',
  description:
    'Counts log lines in Elasticsearch or OpenSearch and fetches the newest; verify.expect says how many are too many, for as long as verify.for says.',
  schema,
  risk: 'safe',
  outputs: {
    total: 'How many match.',
    atLeast: 'Whether there may be more than total.',
    perMinute: 'How many a minute, over the time looked at; null with a body of your own.',
    hits: 'What was found: index, id and source of each.',
    lines: 'The same as log lines, newest first: time, level, pod, message.',
    incomplete: 'Why some may be missing; null when none are.',
  },
  window: { forMs: 0, withinMs: MINUTE, everyMs: 5_000 },
  describe: ({ index, query }) => `Search ${index}${query === undefined ? '' : ` for ${query}`}`,
  plan: async (params, context) => {
    const { url } = await context.ports.elasticsearch();
    const wanted = searchOf(params);
    const what = params.query ?? (params.body === undefined ? 'every line' : 'what the runbook says');
    const when = wanted.sinceMs === null ? '' : `, of the last ${params.since}`;
    return readingPlan(`search ${params.index} for ${what}${when}`, wanted, [], [`asks ${url}`]);
  },
  observe: async (plan, context) => {
    const wanted = data.parse(plan.data);
    const elasticsearch = await context.ports.elasticsearch();
    const { index, body } = wanted;
    return observation(await elasticsearch.search({ index, body }, { signal: context.signal }), wanted);
  },
});

function searchOf(params: z.output<typeof schema>): Search {
  const { index, query, since, size, fields, 'time-field': timeField, body } = params;
  if (body !== undefined) return { index, body: { size, ...body }, sinceMs: null, timeField };
  const sinceMs = durationMs(since);
  const within = { range: { [timeField]: { gte: `now-${Math.max(1, Math.round(sinceMs / 1000))}s` } } };
  const words = query === undefined ? [] : [{ query_string: { query, analyze_wildcard: true } }];
  return {
    index,
    body: {
      size,
      _source: [timeField, ...(fields ?? LOG_FIELDS)],
      sort: [{ [timeField]: { order: 'desc', unmapped_type: 'date' } }],
      query: { bool: { filter: [within, ...words] } },
    },
    sinceMs,
    timeField,
  };
}

function observation(result: ElasticsearchResult, { index, sinceMs, timeField }: Search) {
  const { total, atLeast, hits, incomplete } = result;
  const lines = hits.map(({ source }) => logLine(source, timeField));
  const perMinute = sinceMs === null || sinceMs === 0 ? null : (total * MINUTE) / sinceMs;
  const count = `${atLeast ? 'at least ' : ''}${total} ${total === 1 ? 'line' : 'lines'}`;
  const rate = perMinute === null ? '' : `, ${rounded(perMinute)} a minute`;
  const over = sinceMs === null ? '' : ` in the last ${formatDuration(sinceMs)}`;
  return {
    // what was not searched may hold any number of lines
    holds: incomplete === undefined,
    summary: incomplete === undefined ? `${count}${rate}` : 'not all was searched',
    evidence: [
      ...(incomplete === undefined ? [] : [neutralise(`Not all was searched: ${incomplete}.`)]),
      `${count} in ${index}${over}`,
      ...lines
        .slice(0, LINES_AS_EVIDENCE)
        .map(({ at, level, pod, message }) =>
          [at === undefined ? '' : new Date(at).toISOString(), level, pod, message]
            .filter(Boolean)
            .join('  '),
        ),
      ...(total > LINES_AS_EVIDENCE ? [`and ${total - Math.min(lines.length, LINES_AS_EVIDENCE)} more`] : []),
    ],
    outputs: {
      total,
      atLeast,
      perMinute,
      hits: hits.map((hit) => ({ ...hit })),
      lines: lines.map(({ at, level, pod, message }) => ({
        time: at === undefined ? null : new Date(at).toISOString(),
        level,
        pod,
        message,
      })),
      incomplete: incomplete ?? null,
    },
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(value >= 100 ? 4 : 2));
}

import { dateOf } from './date-math.ts';
import type { LogDocument } from './document.ts';
import { DATE_FIELDS, type Scalar, valuesOf } from './fields.ts';
import { compare, type QueryContext } from './matchers.ts';
import { ElasticsearchProblem, parsingProblem } from './problem.ts';
import { readQuery } from './query.ts';

type Body = Readonly<Record<string, unknown>>;
type Documents = readonly LogDocument[];

const MOST_BUCKETS = 65_536;

/** The aggregations of a request, by name, each over the documents that match. */
export function aggregate(aggs: unknown, documents: Documents, context: QueryContext): Body {
  return Object.fromEntries(
    Object.entries((aggs ?? {}) as Body).map(([name, given]) => [
      name,
      one(name, given as Body, documents, context),
    ]),
  );
}

function one(name: string, given: Body, documents: Documents, context: QueryContext): Body {
  const { aggs, aggregations = aggs, meta: _meta, ...kinds } = given;
  const [kind, body] = Object.entries(kinds)[0] ?? [];
  if (kind === undefined) throw parsingProblem(`Missing definition for aggregation [${name}]`);
  const calculate = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (calculate === undefined) throw parsingProblem(`Unknown aggregation type [${kind}]`);
  const inner = (some: Documents) => ({ doc_count: some.length, ...aggregate(aggregations, some, context) });
  return calculate((body ?? {}) as Body, documents, inner, context);
}

type Inner = (documents: Documents) => Body;
type Kind = (body: Body, documents: Documents, inner: Inner, context: QueryContext) => Body;

const KINDS: Readonly<Record<string, Kind>> = {
  filter: (body, documents, inner, context) => inner(documents.filter(readQuery(body, context))),
  filters: ({ filters }, documents, inner, context) => {
    const counted = (query: unknown) => inner(documents.filter(readQuery(query, context)));
    return Array.isArray(filters)
      ? { buckets: filters.map(counted) }
      : {
          buckets: Object.fromEntries(
            Object.entries(filters as Body).map(([key, query]) => [key, counted(query)]),
          ),
        };
  },
  terms,
  date_histogram: dateHistogram,
  value_count: ({ field }, documents) => ({ value: numbersOrTexts(documents, field).length }),
  cardinality: ({ field }, documents) => ({ value: new Set(numbersOrTexts(documents, field)).size }),
  min: ({ field }, documents) => extreme(documents, field, Math.min),
  max: ({ field }, documents) => extreme(documents, field, Math.max),
  avg: ({ field }, documents) => {
    const all = numbers(documents, field);
    return { value: all.length === 0 ? null : all.reduce((sum, value) => sum + value, 0) / all.length };
  },
  sum: ({ field }, documents) => ({
    value: numbers(documents, field).reduce((sum, value) => sum + value, 0),
  }),
};

function terms({ field, size = 10, order, missing }: Body, documents: Documents, inner: Inner): Body {
  const groups = new Map<Scalar, LogDocument[]>();
  for (const document of documents) {
    const values = valuesOf(document, String(field));
    const keys = values.length === 0 && missing !== undefined ? [missing as Scalar] : values;
    for (const key of new Set(keys)) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [document]);
      else group.push(document);
    }
  }
  const [by, direction] = Object.entries((order ?? { _count: 'desc' }) as Body)[0] ?? [];
  const sign = direction === 'asc' ? 1 : -1;
  const sorted = [...groups].sort(
    ([key, some], [other, more]) =>
      (by === '_key' ? 0 : sign * (some.length - more.length)) ||
      (by === '_key' ? sign : 1) * compare(key, other),
  );
  const kept = sorted.slice(0, Number(size));
  return {
    doc_count_error_upper_bound: 0,
    sum_other_doc_count: sorted.slice(kept.length).reduce((sum, [, some]) => sum + some.length, 0),
    buckets: kept.map(([key, some]) => ({ key, ...inner(some) })),
  };
}

const INTERVALS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const CALENDAR: Readonly<Record<string, string>> = { second: '1s', minute: '1m', hour: '1h', day: '1d' };

function dateHistogram(body: Body, documents: Documents, inner: Inner, { now }: QueryContext): Body {
  const {
    fixed_interval: fixed,
    calendar_interval: calendar,
    extended_bounds: bounds,
    min_doc_count: least = 0,
  } = body;
  if (body.interval !== undefined)
    throw parsingProblem(
      '[date_histogram] unknown field [interval] did you mean any of [fixed_interval, calendar_interval]?',
    );
  if (fixed === undefined && calendar === undefined)
    throw new ElasticsearchProblem(
      400,
      'illegal_argument_exception',
      'Invalid interval specified, must be non-null and non-empty',
    );
  const step = intervalOf(String(fixed ?? CALENDAR[String(calendar)] ?? calendar));
  const groups = Map.groupBy(documents, ({ time }) => Math.floor(time / step) * step);
  const { min, max } = (bounds ?? {}) as Body;
  const edges = [dateOf(min, now), dateOf(max, now)].filter((time) => time !== undefined);
  const keys = [...groups.keys(), ...edges.map((time) => Math.floor(time / step) * step)];
  if (keys.length === 0) return { buckets: [] };
  const [first, last] = [Math.min(...keys), Math.max(...keys)];
  if ((last - first) / step > MOST_BUCKETS)
    throw new ElasticsearchProblem(
      400,
      'too_many_buckets_exception',
      `Trying to create too many buckets. Must be less than or equal to: [${MOST_BUCKETS}]`,
      { max_buckets: MOST_BUCKETS },
    );
  const buckets = [];
  for (let key = first; key <= last; key += step) {
    const some = groups.get(key) ?? [];
    if (some.length >= Number(least))
      buckets.push({ key_as_string: new Date(key).toISOString(), key, ...inner(some) });
  }
  return { buckets };
}

function intervalOf(text: string): number {
  const [, count, unit = ''] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? [];
  const step = Number(count) * (INTERVALS[unit] ?? Number.NaN);
  if (step > 0) return step;
  throw new ElasticsearchProblem(
    400,
    'illegal_argument_exception',
    `failed to parse setting [date_histogram.fixedInterval] with value [${text}] as a time value: unit is missing or unrecognized`,
  );
}

function extreme(documents: Documents, field: unknown, pick: (...values: number[]) => number): Body {
  const all = numbers(documents, field);
  const value = all.reduce<number | null>((best, next) => (best === null ? next : pick(best, next)), null);
  const isDate = value !== null && DATE_FIELDS.has(String(field));
  return { value, ...(isDate ? { value_as_string: new Date(value).toISOString() } : {}) };
}

function numbers(documents: Documents, field: unknown): readonly number[] {
  if (DATE_FIELDS.has(String(field))) return documents.map(({ time }) => time);
  return numbersOrTexts(documents, field).map(Number).filter(Number.isFinite);
}

function numbersOrTexts(documents: Documents, field: unknown): readonly Scalar[] {
  return documents.flatMap((document) => valuesOf(document, String(field)));
}

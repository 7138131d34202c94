import { aggregate } from './aggregate.ts';
import type { LogDocument } from './document.ts';
import { DATE_FIELDS, leavesOf, type Scalar, valuesOf, wildcard } from './fields.ts';
import { compare, type QueryContext } from './matchers.ts';
import { ElasticsearchProblem, parsingProblem } from './problem.ts';
import { readQuery } from './query.ts';

type Body = Readonly<Record<string, unknown>>;

const WINDOW = 10_000;
const KNOWN = new Set([
  'query',
  'size',
  'from',
  'sort',
  'aggs',
  'aggregations',
  '_source',
  'fields',
  'track_total_hits',
  'search_after',
  'timeout',
  'version',
  'seq_no_primary_term',
  'stored_fields',
  'docvalue_fields',
  'script_fields',
  'runtime_mappings',
  'highlight',
  'track_scores',
  'min_score',
  'explain',
  'terminate_after',
  'pit',
  'post_filter',
]);

export interface Searched {
  readonly body: Body;
  readonly documents: readonly LogDocument[];
  /** How many indices were looked at: each is one shard. */
  readonly shards: number;
  readonly context: QueryContext;
}

/** The answer to POST /INDEX/_search. Throws ElasticsearchProblem. */
export function search({ body, documents, shards, context }: Searched): Body {
  for (const name of Object.keys(body))
    if (!KNOWN.has(name)) throw parsingProblem(`unknown key [${name}] in the search request`);
  const size = wholeNumber(body.size ?? 10, 'size');
  const from = wholeNumber(body.from ?? 0, 'from');
  if (from + size > WINDOW)
    throw new ElasticsearchProblem(
      400,
      'illegal_argument_exception',
      `Result window is too large, from + size must be less than or equal to: [${WINDOW}] but was [${from + size}]. See the scroll api for a more efficient way to request large data sets.`,
    );
  const found = documents.filter(readQuery(body.query ?? { match_all: {} }, context));
  const keys = sortKeys(body.sort);
  const sorted = keys.length === 0 ? found : found.toSorted((a, b) => order(keys, a, b));
  const rest = afterCursor(sorted, keys, body.search_after);
  const aggregations = body.aggs ?? body.aggregations;
  return {
    took: 1,
    timed_out: false,
    _shards: { total: shards, successful: shards, skipped: 0, failed: 0 },
    hits: {
      ...totalOf(found.length, body.track_total_hits),
      max_score: keys.length > 0 || size === 0 || found.length === 0 ? null : 1,
      hits: rest.slice(from, from + size).map((document) => hit(document, body, keys)),
    },
    ...(aggregations === undefined ? {} : { aggregations: aggregate(aggregations, found, context) }),
  };
}

function totalOf(count: number, tracked: unknown): Body {
  if (tracked === false) return {};
  const limit = tracked === true ? Number.POSITIVE_INFINITY : typeof tracked === 'number' ? tracked : WINDOW;
  return { total: count > limit ? { value: limit, relation: 'gte' } : { value: count, relation: 'eq' } };
}

interface SortKey {
  readonly field: string;
  readonly sign: 1 | -1;
}

function sortKeys(sort: unknown): readonly SortKey[] {
  const given = sort === undefined ? [] : Array.isArray(sort) ? sort : [sort];
  return given.flatMap((one: unknown) => {
    if (typeof one === 'string')
      return [{ field: one, sign: one === '_score' ? (-1 as const) : (1 as const) }];
    return Object.entries(one as Body).map(([field, how]) => {
      const direction = typeof how === 'string' ? how : ((how ?? {}) as Body).order;
      return { field, sign: direction === 'desc' ? (-1 as const) : (1 as const) };
    });
  });
}

/** A document without the field comes last, whichever the direction. */
function order(keys: readonly SortKey[], a: LogDocument, b: LogDocument): number {
  for (const { field, sign } of keys) {
    const [one, other] = [sortValue(a, field), sortValue(b, field)];
    if (one === other) continue;
    if (one === null) return 1;
    if (other === null) return -1;
    const compared = sign * compare(one, other);
    if (compared !== 0) return compared;
  }
  return 0;
}

function sortValue(document: LogDocument, field: string): Scalar | null {
  if (DATE_FIELDS.has(field)) return document.time;
  if (field === '_score') return 1;
  if (field === '_doc' || field === '_shard_doc') return document.id;
  return valuesOf(document, field)[0] ?? null;
}

function afterCursor(
  sorted: readonly LogDocument[],
  keys: readonly SortKey[],
  cursor: unknown,
): readonly LogDocument[] {
  if (cursor === undefined) return sorted;
  if (!Array.isArray(cursor) || cursor.length !== keys.length)
    throw new ElasticsearchProblem(
      400,
      'illegal_argument_exception',
      `search_after has ${Array.isArray(cursor) ? cursor.length : 0} value(s) but sort has ${keys.length}.`,
    );
  return sorted.filter((document) => {
    for (const [place, { field, sign }] of keys.entries()) {
      const value = sortValue(document, field);
      const at = cursor[place] as Scalar;
      const compared =
        value === null
          ? 1
          : sign * compare(value, DATE_FIELDS.has(field) && typeof at === 'string' ? Date.parse(at) : at);
      if (compared !== 0) return compared > 0;
    }
    return false;
  });
}

function hit(document: LogDocument, body: Body, keys: readonly SortKey[]): Body {
  const source = sourceOf(document, body._source);
  return {
    _index: document.index,
    _id: document.id,
    _score: keys.length > 0 ? null : 1,
    ...(source === undefined ? {} : { _source: source }),
    ...(Array.isArray(body.fields) ? { fields: fieldsOf(document, body.fields) } : {}),
    ...(keys.length === 0 ? {} : { sort: keys.map(({ field }) => sortValue(document, field)) }),
  };
}

function sourceOf({ source }: LogDocument, filter: unknown): Body | undefined {
  if (filter === undefined || filter === true) return source;
  if (filter === false) return undefined;
  const {
    includes,
    include = includes,
    excludes,
    exclude = excludes,
  } = typeof filter === 'object' && filter !== null && !Array.isArray(filter)
    ? (filter as Body)
    : { include: filter };
  const [wanted, unwanted] = [patterns(include), patterns(exclude)];
  const fits = (list: readonly RegExp[], name: string) => list.some((pattern) => pattern.test(name));
  return nested(
    leavesOf(source).filter(([name]) => (wanted.length === 0 || fits(wanted, name)) && !fits(unwanted, name)),
  );
}

/** A name stands for all that is within it, too. */
function patterns(given: unknown): readonly RegExp[] {
  const names = given === undefined ? [] : Array.isArray(given) ? given : [given];
  return names.flatMap((name) => [wildcard(String(name)), wildcard(`${String(name)}.*`)]);
}

function nested(leaves: readonly (readonly [string, Scalar])[]): Body {
  const root: Record<string, unknown> = {};
  for (const [name, value] of leaves) {
    const path = name.split('.');
    let place = root;
    for (const part of path.slice(0, -1)) {
      place[part] ??= {};
      place = place[part] as Record<string, unknown>;
    }
    place[path.at(-1) ?? ''] = value;
  }
  return root;
}

function fieldsOf({ source }: LogDocument, wanted: readonly unknown[]): Body {
  const tests = wanted.map((one) =>
    wildcard(String(typeof one === 'object' && one !== null ? (one as Body).field : one)),
  );
  const leaves = leavesOf(source).filter(([name]) => tests.some((test) => test.test(name)));
  return Object.fromEntries(leaves.map(([name, value]) => [name, [value]]));
}

function wholeNumber(value: unknown, name: string): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new ElasticsearchProblem(
    400,
    'illegal_argument_exception',
    `[${name}] parameter cannot be negative, found [${String(value)}]`,
  );
}

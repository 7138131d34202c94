import { dateOf } from './date-math.ts';
import { DATE_FIELDS, type Scalar, wildcard } from './fields.ts';
import {
  any,
  anyField,
  exists,
  inRange,
  type Matches,
  matchPhrase,
  matchTerm,
  matchWords,
  type QueryContext,
  termsOf,
} from './matchers.ts';
import { parsingProblem, shardProblem } from './problem.ts';
import { readQueryString } from './query-string.ts';

type Body = Readonly<Record<string, unknown>>;

const ALL: Matches = () => true;
const NONE: Matches = () => false;

/** A query of the DSL as a test of documents. Throws ElasticsearchProblem in Elasticsearch's words. */
export function readQuery(query: unknown, context: QueryContext): Matches {
  const body = asObject(query, 'query');
  const names = Object.keys(body);
  const [name = ''] = names;
  if (names.length === 0) throw parsingProblem('query malformed, empty clause found');
  if (names.length > 1)
    throw parsingProblem(`[${name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]`);
  const read = Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
  if (read === undefined) throw parsingProblem(`unknown query [${name}]`);
  return read(asObject(body[name], name), context);
}

type Reader = (body: Body, context: QueryContext) => Matches;

const KINDS: Readonly<Record<string, Reader>> = {
  match_all: () => ALL,
  match_none: () => NONE,
  bool: readBool,
  match: (body, context) => {
    const [field, { query, operator = 'or' }] = fieldOf(body, 'match', 'query');
    return matchWords(field, String(query), operator === 'and' ? 'and' : 'or', context);
  },
  match_phrase: (body) => {
    const [field, { query }] = fieldOf(body, 'match_phrase', 'query');
    return matchPhrase(field, String(query));
  },
  match_phrase_prefix: (body) => {
    const [field, { query }] = fieldOf(body, 'match_phrase_prefix', 'query');
    return matchPhrase(field, String(query), true);
  },
  multi_match: (body, context) => {
    const fields = Array.isArray(body.fields) ? body.fields.map(String) : ['*'];
    return any(
      fields.map((field) => anyField(field, (one) => matchWords(one, String(body.query), 'or', context))),
    );
  },
  term: (body) => {
    const [field, { value }] = fieldOf(body, 'term', 'value');
    return matchTerm(field, value as Scalar);
  },
  terms: (body) => {
    const [field, values] = Object.entries(body).find(([name]) => name !== 'boost') ?? [''];
    if (!Array.isArray(values)) throw parsingProblem('[terms] query requires an array of terms');
    return any(values.map((value: Scalar) => matchTerm(String(field), value)));
  },
  ids: ({ values }) =>
    any((Array.isArray(values) ? values : []).map((value: Scalar) => matchTerm('_id', value))),
  range: readRange,
  exists: ({ field }) => exists(String(field)),
  prefix: (body) => {
    const [field, { value }] = fieldOf(body, 'prefix', 'value');
    return (document) => termsOf(document, field).some((term) => term.startsWith(String(value)));
  },
  wildcard: (body) => {
    const [field, { value, wildcard: older, case_insensitive: insensitive }] = fieldOf(
      body,
      'wildcard',
      'value',
    );
    const pattern = wildcard(String(value ?? older), insensitive === true);
    return (document) => termsOf(document, field).some((term) => pattern.test(term));
  },
  query_string: (body, context) => stringQuery(body, context, false),
  simple_query_string: (body, context) => stringQuery(body, context, true),
  constant_score: ({ filter }, context) => readQuery(filter, context),
};

function readBool(body: Body, context: QueryContext): Matches {
  const clause = (name: string) => {
    const given = body[name] ?? [];
    return (Array.isArray(given) ? given : [given]).map((one) => readQuery(one, context));
  };
  for (const name of Object.keys(body))
    if (!['must', 'filter', 'should', 'must_not', 'minimum_should_match', 'boost'].includes(name))
      throw parsingProblem(`[bool] unknown field [${name}]`);
  const needed = [...clause('must'), ...clause('filter')];
  const excluded = clause('must_not');
  const should = clause('should');
  const least = Number(body.minimum_should_match ?? (needed.length > 0 ? 0 : Math.min(1, should.length)));
  return (document) =>
    needed.every((matches) => matches(document)) &&
    !excluded.some((matches) => matches(document)) &&
    (least <= 0 || should.filter((matches) => matches(document)).length >= least);
}

function readRange(body: Body, { now, index }: QueryContext): Matches {
  const [field = '', given] = Object.entries(body)[0] ?? [];
  const limits = asObject(given, 'range');
  const bound = (name: string, roundUp: boolean): Scalar | undefined => {
    const value = limits[name] ?? undefined;
    if (value === undefined) return undefined;
    if (!DATE_FIELDS.has(field)) return value as Scalar;
    const time = dateOf(value, now, roundUp);
    if (time !== undefined) return time;
    throw shardProblem(
      `failed to parse date field [${String(value)}] with format [strict_date_optional_time||epoch_millis]`,
      index,
    );
  };
  for (const name of Object.keys(limits))
    if (!['gt', 'gte', 'lt', 'lte', 'from', 'to', 'format', 'time_zone', 'boost', 'relation'].includes(name))
      throw parsingProblem(`[range] query does not support [${name}]`);
  return inRange(field, {
    gt: bound('gt', true),
    gte: bound('gte', false),
    lt: bound('lt', false),
    lte: bound('lte', true),
  });
}

function stringQuery(body: Body, context: QueryContext, isSimple: boolean): Matches {
  if (typeof body.query !== 'string')
    throw parsingProblem(`[${isSimple ? 'simple_' : ''}query_string] must be provided with a [query]`);
  const fields = Array.isArray(body.fields)
    ? body.fields.map((name) => String(name).replace(/\^.*$/, ''))
    : [String(body.default_field ?? '*')];
  const operator = String(body.default_operator ?? 'or').toLowerCase() === 'and' ? 'and' : 'or';
  return readQueryString(body.query, { ...context, fields, operator, isSimple });
}

/** `{field: {query: …}}`, or short `{field: …}`. */
function fieldOf(body: Body, name: string, short: string): readonly [string, Body] {
  const entries = Object.entries(body);
  const [field, value] = entries[0] ?? [];
  if (field === undefined || entries.length > 1)
    throw parsingProblem(
      `[${name}] query doesn't support multiple fields, found [${entries.map(([key]) => key).join('] and [')}]`,
    );
  return [field, typeof value === 'object' && value !== null ? (value as Body) : { [short]: value }];
}

function asObject(value: unknown, name: string): Body {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Body;
  throw parsingProblem(`[${name}] query malformed, no start_object after query name`);
}

import type { LogDocument } from './document.ts';
import { catIndices, resolveIndices } from './indices.ts';
import { ElasticsearchProblem, parsingProblem, problemBody } from './problem.ts';
import { readQuery } from './query.ts';
import { search } from './search.ts';

const VERSION = '9.1.4';
const JSON_TYPE = 'application/json';

export interface Question {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly text: string;
  readonly documents: readonly LogDocument[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Answers one request as Elasticsearch does, as far as logs are read. */
export function answerElasticsearch(question: Question): Response {
  try {
    return answer(question);
  } catch (error) {
    if (!(error instanceof ElasticsearchProblem)) throw error;
    return json(question, problemBody(error), error.status);
  }
}

/** Clients check the product by a header before they trust an answer. */
export function json({ headers }: Pick<Question, 'headers'>, body: unknown, status = 200): Response {
  const accepted = headers.get('accept') ?? '';
  const type = accepted.startsWith('application/vnd.elasticsearch+json') ? accepted : JSON_TYPE;
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': type, 'x-elastic-product': 'Elasticsearch' },
  });
}

function answer(question: Question): Response {
  const { method, url } = question;
  const path = url.pathname.split('/').slice(1).map(decodeURIComponent);
  const [first = '', second = ''] = path;
  if (url.pathname === '/') return allowed(question, ['GET', 'HEAD']) ?? json(question, root());
  if (first === '_cluster' && second === 'health') return json(question, health(question));
  if (first === '_cat' && second === 'indices') return cat(question, path[2] ?? '');
  const index = first.startsWith('_') && first !== '_all' ? '' : first;
  const endpoint = index === '' && first !== '_all' ? first : second;
  if (endpoint === '_search' || endpoint === '_count')
    return allowed(question, ['GET', 'POST']) ?? look(question, index, endpoint);
  throw new ElasticsearchProblem(
    400,
    'illegal_argument_exception',
    `no handler found for uri [${url.pathname}${url.search}] and method [${method}]`,
  );
}

function look(question: Question, index: string, endpoint: '_search' | '_count'): Response {
  const { url, documents, now } = question;
  const body = { ...bodyOf(question), ...parametersOf(url.searchParams) };
  const isLenient = url.searchParams.get('ignore_unavailable') === 'true';
  const known = [...new Set(documents.map((document) => document.index))];
  const indices = resolveIndices(index, known, isLenient);
  if (indices.size === 0 && url.searchParams.get('allow_no_indices') === 'false')
    throw new ElasticsearchProblem(404, 'index_not_found_exception', `no such index [${index}]`, { index });
  const searched = documents.filter((document) => indices.has(document.index));
  const context = { now, index: [...indices][0] ?? index };
  const shards = indices.size;
  if (endpoint === '_search') return json(question, search({ body, documents: searched, shards, context }));
  const matches = readQuery(body.query ?? { match_all: {} }, context);
  const count = searched.filter(matches).length;
  return json(question, { count, _shards: { total: shards, successful: shards, skipped: 0, failed: 0 } });
}

function bodyOf({ text }: Question): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && !Array.isArray(body))
      return body as Record<string, unknown>;
  } catch {
    // said below
  }
  throw parsingProblem('Failed to parse content to map');
}

/** `?q=` and its companions stand over the body. */
function parametersOf(params: URLSearchParams): Record<string, unknown> {
  const query = params.get('q');
  const sort = params.get('sort');
  const size = params.get('size');
  const total = params.get('track_total_hits');
  return {
    ...(query === null ? {} : { query: { query_string: { query } } }),
    ...(size === null ? {} : { size: Number(size) }),
    ...(params.has('from') ? { from: Number(params.get('from')) } : {}),
    ...(total === null
      ? {}
      : { track_total_hits: total === 'true' ? true : total === 'false' ? false : Number(total) }),
    ...(sort === null
      ? {}
      : {
          sort: sort.split(',').map((key) => {
            const [field = '', order = 'asc'] = key.split(':');
            return { [field]: order };
          }),
        }),
  };
}

function allowed({ method, url, headers }: Question, methods: readonly string[]): Response | undefined {
  if (methods.includes(method)) return undefined;
  const error = `Incorrect HTTP method for uri [${url.pathname}] and method [${method}], allowed: [${methods.join(', ')}]`;
  const refused = json({ headers }, { error, status: 405 }, 405);
  refused.headers.set('allow', methods.join(', '));
  return refused;
}

function cat({ headers, url, documents }: Question, expression: string): Response {
  const all = catIndices(documents);
  const wanted = resolveIndices(
    expression,
    all.map(({ index = '' }) => index),
    false,
  );
  const rows = all.filter(({ index = '' }) => wanted.has(index));
  if (url.searchParams.get('format') === 'json' || headers.get('accept')?.includes('json'))
    return json({ headers }, rows);
  const columns = Object.keys(all[0] ?? {});
  const lines = url.searchParams.has('v')
    ? [Object.fromEntries(columns.map((name) => [name, name])), ...rows]
    : rows;
  const widths = columns.map((name) => Math.max(...lines.map((line) => line[name]?.length ?? 0), 0));
  const text = lines.map((line) =>
    columns
      .map((name, at) => (line[name] ?? '').padEnd(widths[at] ?? 0))
      .join(' ')
      .trimEnd(),
  );
  return new Response(text.map((line) => `${line}\n`).join(''), {
    headers: { 'content-type': 'text/plain; charset=UTF-8', 'x-elastic-product': 'Elasticsearch' },
  });
}

function root(): object {
  return {
    name: 'sandbox',
    cluster_name: 'rollbook-sandbox',
    cluster_uuid: 'c2FuZGJveC1yb2xsYm9vaw',
    version: {
      number: VERSION,
      build_flavor: 'default',
      build_type: 'docker',
      build_hash: '0000000000000000000000000000000000000000',
      build_date: '2025-09-16T22:05:19.073893347Z',
      build_snapshot: false,
      lucene_version: '10.2.2',
      minimum_wire_compatibility_version: '8.19.0',
      minimum_index_compatibility_version: '8.0.0',
    },
    tagline: 'You Know, for Search',
  };
}

function health({ documents }: Question): object {
  const shards = new Set(documents.map(({ index }) => index)).size;
  return {
    cluster_name: 'rollbook-sandbox',
    status: 'green',
    timed_out: false,
    number_of_nodes: 1,
    number_of_data_nodes: 1,
    active_primary_shards: shards,
    active_shards: shards,
    relocating_shards: 0,
    initializing_shards: 0,
    unassigned_shards: 0,
  };
}

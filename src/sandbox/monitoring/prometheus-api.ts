import { formatValue } from './number-format.ts';
import type { Expression } from './promql/ast.ts';
import { typeOf } from './promql/check.ts';
import { Evaluator } from './promql/evaluate.ts';
import { durationMs } from './promql/literals.ts';
import { parseQuery, parseSelector } from './promql/parse.ts';
import { QueryProblem } from './promql/problem.ts';
import type { Sample, Value } from './promql/value.ts';
import { type Labels, type Series, type SeriesStore, seriesId } from './series.ts';

const MOST_POINTS = 11_000;
const VERSION = '3.5.0';

interface Question {
  readonly path: string;
  readonly params: URLSearchParams;
  readonly series: SeriesStore;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Answers one request of Prometheus' HTTP API. */
export async function answerPrometheus(
  request: Request,
  series: SeriesStore,
  now: number,
): Promise<Response> {
  const url = new URL(request.url);
  if (request.method !== 'GET' && request.method !== 'POST') return text(405, 'Method Not Allowed');
  const params = new URLSearchParams(url.searchParams);
  if (request.method === 'POST') {
    for (const [name, value] of new URLSearchParams(await request.text())) params.append(name, value);
  }
  try {
    return answer({ path: url.pathname, params, series, now });
  } catch (error) {
    if (!(error instanceof QueryProblem)) throw error;
    const parse = error.stage === 'parse';
    const status = { status: 'error', errorType: parse ? 'bad_data' : 'execution', error: error.message };
    return Response.json(status, { status: parse ? 400 : 422 });
  }
}

function answer(question: Question): Response {
  const { path, params } = question;
  const values = /^\/api\/v1\/label\/([^/]+)\/values$/.exec(path);
  if (values !== null) return success(labelValues(question, decodeURIComponent(values[1] ?? '')));
  switch (path) {
    case '/-/ready':
      return text(200, 'Prometheus Server is Ready.');
    case '/-/healthy':
      return text(200, 'Prometheus Server is Healthy.');
    case '/api/v1/query':
      return success(instantQuery(question));
    case '/api/v1/query_range':
      return success(rangeQuery(question));
    case '/api/v1/labels':
      return success([...new Set(matched(question).flatMap(({ labels }) => Object.keys(labels)))].sort());
    case '/api/v1/series':
      if (!params.has('match[]')) throw badData('no match[] parameter provided');
      return success(matched(question).map(({ labels }) => labels));
    case '/api/v1/status/buildinfo':
      return success({
        version: VERSION,
        revision: '',
        branch: '',
        buildUser: '',
        buildDate: '',
        goVersion: '',
      });
    case '/api/v1/rules':
      return success({ groups: [] });
    case '/api/v1/alerts':
      return success({ alerts: [] });
    default:
      return text(404, '404 page not found');
  }
}

function queryOf(params: URLSearchParams): Expression {
  try {
    return parseQuery(params.get('query') ?? '');
  } catch (error) {
    if (error instanceof QueryProblem) throw badData(`invalid parameter "query": ${error.message}`);
    throw error;
  }
}

function instantQuery({ params, series, now }: Question) {
  const expression = queryOf(params);
  const time = params.has('time') ? timeOf(params, 'time') : now;
  const value = new Evaluator(series, time).evaluate(expression);
  return { resultType: value.type, result: instantResult(value, time / 1000) };
}

function instantResult(value: Value, time: number): unknown {
  switch (value.type) {
    case 'scalar':
      return [time, formatValue(value.value)];
    case 'string':
      return [time, value.value];
    case 'vector':
      return value.samples.map(({ labels, value: number }) => ({
        metric: labels,
        value: [time, formatValue(number)],
      }));
    case 'matrix':
      return value.series.map(({ labels, times, values }) => ({
        metric: labels,
        values: times.map((at, index) => [at / 1000, formatValue(values[index] ?? Number.NaN)]),
      }));
    default:
      return value satisfies never;
  }
}

function rangeQuery({ params, series }: Question) {
  const start = timeOf(params, 'start');
  const end = timeOf(params, 'end');
  const step = stepOf(params);
  if (end < start) throw badData('invalid parameter "end": end timestamp must not be before start time');
  if ((end - start) / step > MOST_POINTS) {
    throw badData(
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  const expression = queryOf(params);
  const type = typeOf(expression);
  if (type !== 'scalar' && type !== 'instant vector') {
    throw badData(
      `invalid parameter "query": invalid expression type "${type}" for range query, must be Scalar or instant Vector`,
    );
  }
  const result = new Map<string, { metric: Labels; values: [number, string][] }>();
  for (let time = start; time <= end; time += step) {
    const value = new Evaluator(series, time).evaluate(expression);
    for (const { labels, value: number } of pointsOf(value)) {
      const id = seriesId(labels);
      const line = result.get(id) ?? { metric: labels, values: [] };
      result.set(id, line);
      line.values.push([time / 1000, formatValue(number)]);
    }
  }
  return { resultType: 'matrix', result: [...result.values()] };
}

function pointsOf(value: Value): readonly Sample[] {
  if (value.type === 'vector') return value.samples;
  return value.type === 'scalar' ? [{ labels: {}, value: value.value }] : [];
}

function matched({ params, series }: Question): Series[] {
  const selectors = params.getAll('match[]');
  if (selectors.length === 0) return series.select([]);
  const found = new Set<Series>();
  for (const selector of selectors) {
    try {
      for (const item of series.select(parseSelector(selector))) found.add(item);
    } catch (error) {
      if (error instanceof QueryProblem) throw badData(`invalid parameter "match[]": ${error.message}`);
      throw error;
    }
  }
  return [...found];
}

function labelValues(question: Question, name: string): string[] {
  const values = matched(question).flatMap(({ labels }) =>
    labels[name] === undefined ? [] : [labels[name]],
  );
  return [...new Set(values)].sort();
}

/** Unix seconds or RFC 3339; milliseconds come back. */
function timeOf(params: URLSearchParams, name: string): number {
  const given = params.get(name) ?? '';
  const seconds = given.trim() === '' ? Number.NaN : Number(given);
  const time = Number.isNaN(seconds) ? Date.parse(given) : Math.round(seconds * 1000);
  if (Number.isFinite(time)) return time;
  throw badData(`invalid parameter "${name}": cannot parse ${JSON.stringify(given)} to a valid timestamp`);
}

function stepOf(params: URLSearchParams): number {
  const given = params.get('step') ?? '';
  const step = durationMs(given) ?? (given.trim() === '' ? Number.NaN : Number(given) * 1000);
  if (Number.isNaN(step)) {
    throw badData(`invalid parameter "step": cannot parse ${JSON.stringify(given)} to a valid duration`);
  }
  if (step > 0) return step;
  throw badData(
    'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
  );
}

function badData(message: string): QueryProblem {
  return new QueryProblem('parse', message);
}

function success(result: unknown): Response {
  return Response.json({ status: 'success', data: result });
}

function text(status: number, body: string): Response {
  return new Response(`${body}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

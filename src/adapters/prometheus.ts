import { PortFailure } from '../ports/failure.ts';
import type { HttpReads, HttpResponse } from '../ports/http.ts';
import type { Prometheus, PrometheusSample, PrometheusSeries } from '../ports/prometheus.ts';
import { neutralise } from '../prose/neutralise.ts';
import { createToken, type TokenSource } from './secret-token.ts';

export interface PrometheusOptions {
  /** With a path where it is served under one; `/api/v1/query` is appended. */
  readonly url: string;
  readonly http: HttpReads;
  /** Sent as a bearer token. */
  readonly token?: TokenSource;
  /** Hears of every token before it is used, to keep it out of what is written. */
  readonly onToken?: (token: string) => void;
  /** Milliseconds; 10 s when absent. */
  readonly timeoutMs?: number;
}

type Point = readonly [seconds: number, value: string];
interface Series {
  readonly metric?: Readonly<Record<string, string>>;
  readonly value?: Point;
  readonly values?: readonly Point[];
}
type Data =
  | { readonly resultType: 'vector' | 'matrix'; readonly result: readonly Series[] }
  | { readonly resultType: 'scalar' | 'string'; readonly result: Point };

interface Reply {
  readonly status?: 'success' | 'error';
  readonly errorType?: string;
  readonly error?: string;
  readonly data?: Data;
}

const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Queries against anything that speaks Prometheus' HTTP API. */
export function createPrometheus(options: PrometheusOptions): Prometheus {
  const { url, http, timeoutMs = 10_000 } = options;
  const token = createToken(options.token ?? {}, 'Prometheus', options.onToken);
  const base = url.replace(/\/+$/, '');
  const host = URL.parse(url)?.host ?? url;
  const read = async (path: string, asked: Asked, signal: AbortSignal | undefined): Promise<HttpResponse> => {
    const bearer = await token.get();
    return http.read({
      url: `${base}/api/v1/${path}?${new URLSearchParams(asked)}`,
      timeoutMs,
      maxBodyBytes: MAX_BODY_BYTES,
      headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
      ...(signal === undefined ? {} : { signal }),
    });
  };
  const ask = async (path: string, asked: Asked, signal: AbortSignal | undefined): Promise<Data> => {
    const response = await read(path, asked, signal);
    const isRefused = response.status === 401 && token.forget();
    return dataOf(isRefused ? await read(path, asked, signal) : response, asked.query, host);
  };
  return {
    url,
    async query(expression, options = {}) {
      return samples(await ask('query', { query: expression }, options.signal), expression);
    },
    async range(expression, { from, to, stepMs }, options = {}) {
      const span = { start: seconds(from), end: seconds(to), step: seconds(stepMs) };
      const data = await ask('query_range', { query: expression, ...span }, options.signal);
      return data.resultType === 'matrix' ? data.result.map(series) : [];
    },
  };
}

type Asked = Readonly<Record<string, string>> & { readonly query: string };

function seconds(milliseconds: number): string {
  return String(milliseconds / 1000);
}

function dataOf(response: HttpResponse, expression: string, host: string): Data {
  const reply = parse(response.body);
  if (response.status === 401 || response.status === 403) {
    throw new PortFailure(`Prometheus at ${host} does not let us in (${response.status}).`, {
      reason: response.status === 401 ? 'unauthorized' : 'forbidden',
      status: response.status,
      next: 'Check the token that is configured for it.',
    });
  }
  if (reply?.status === 'error') throw refused(reply, response.status, expression, host);
  if (response.status >= 500) {
    throw new PortFailure(`Prometheus at ${host} cannot answer at the moment (${response.status}).`, {
      reason: 'unexpected',
      status: response.status,
      next: 'Look at Prometheus, and at the proxy before it; look at the dashboards meanwhile.',
    });
  }
  if (response.status !== 200 || reply?.data === undefined) {
    throw new PortFailure(`What answers at ${host} (${response.status}) is not Prometheus.`, {
      reason: 'unexpected',
      status: response.status,
      next: 'Check the address, and the path that Prometheus is served under.',
    });
  }
  return reply.data;
}

function samples(data: Data, expression: string): readonly PrometheusSample[] {
  switch (data.resultType) {
    case 'vector':
      return data.result.flatMap(({ metric = {}, value }) =>
        value === undefined ? [] : [sample(metric, value)],
      );
    case 'scalar':
    case 'string':
      return [sample({}, data.result)];
    case 'matrix':
      throw new PortFailure(`«${expression}» gives a range of values where one each is needed.`, {
        reason: 'invalid',
        next: 'Put it into a function such as rate(), avg_over_time() or last_over_time().',
      });
  }
}

function series({ metric = {}, values = [] }: Series): PrometheusSeries {
  const points = values.map((point) => sample({}, point)).map(({ at, value }) => ({ at, value }));
  return { labels: metric, points };
}

function refused(
  { errorType, error = '' }: Reply,
  status: number,
  expression: string,
  host: string,
): PortFailure {
  const said = neutralise(error);
  switch (errorType) {
    case 'bad_data':
      return new PortFailure(`Prometheus at ${host} does not understand «${expression}»: ${said}.`, {
        reason: 'invalid',
        status,
        next: 'Correct the expression in the runbook.',
      });
    case 'timeout':
    case 'canceled':
      return new PortFailure(`Prometheus at ${host} took too long over «${expression}»: ${said}.`, {
        reason: 'timeout',
        status,
        next: 'Narrow the expression down, or try again.',
      });
    default:
      return new PortFailure(`Prometheus at ${host} could not answer «${expression}»: ${said}.`, {
        reason: 'unexpected',
        status,
      });
  }
}

function sample(labels: Readonly<Record<string, string>>, [seconds, value]: Point): PrometheusSample {
  return { labels, at: Math.round(seconds * 1000), value: numberOf(value) };
}

function numberOf(text: string): number {
  if (text === '+Inf') return Number.POSITIVE_INFINITY;
  if (text === '-Inf') return Number.NEGATIVE_INFINITY;
  return Number(text);
}

function parse(body: string): Reply | undefined {
  try {
    return JSON.parse(body) as Reply;
  } catch {
    return undefined;
  }
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createHttpReads } from '../../src/adapters/http.ts';
import { createPrometheus } from '../../src/adapters/prometheus.ts';
import { apiServer, json, temporaryFolder } from './api-server.ts';

async function answering(code: number, body: unknown) {
  const server = await apiServer((_request, response) => {
    if (typeof body === 'string') response.writeHead(code).end(body);
    else json(response, code, body);
  });
  const prometheus = createPrometheus({
    url: `${server.url}/prom/`,
    http: createHttpReads(),
    token: { value: 't0ken' },
    timeoutMs: 2_000,
  });
  return { server, prometheus };
}

const success = (data: object) => ({ status: 'success', data });

describe('prometheus', () => {
  it('reads a vector, odd numbers included', async () => {
    const values = ['0.25', 'NaN', '+Inf', '-Inf'];
    const result = values.map((value, index) => ({
      metric: { pod: `p${index}` },
      value: [1_700_000_000.5, value],
    }));
    const { server, prometheus } = await answering(200, success({ resultType: 'vector', result }));
    expect(await prometheus.query('rate(x[1m]) > 0')).toEqual([
      { labels: { pod: 'p0' }, at: 1_700_000_000_500, value: 0.25 },
      { labels: { pod: 'p1' }, at: 1_700_000_000_500, value: Number.NaN },
      { labels: { pod: 'p2' }, at: 1_700_000_000_500, value: Number.POSITIVE_INFINITY },
      { labels: { pod: 'p3' }, at: 1_700_000_000_500, value: Number.NEGATIVE_INFINITY },
    ]);
    expect(server.seen).toMatchObject([
      { path: '/prom/api/v1/query', headers: { authorization: 'Bearer t0ken' } },
    ]);
    expect(server.seen[0]?.query.get('query')).toBe('rate(x[1m]) > 0');
  });

  it('reads a scalar as one sample without labels', async () => {
    const { prometheus } = await answering(200, success({ resultType: 'scalar', result: [1, '42'] }));
    expect(await prometheus.query('42')).toEqual([{ labels: {}, at: 1000, value: 42 }]);
  });

  it.each([
    [
      400,
      { status: 'error', errorType: 'bad_data', error: 'parse error:\u001b[31m unexpected' },
      'invalid',
      /does not understand «up\{»: parse error: unexpected\./,
    ],
    [
      422,
      { status: 'error', errorType: 'execution', error: 'too many samples' },
      'unexpected',
      /could not answer/,
    ],
    [503, { status: 'error', errorType: 'timeout', error: 'query timed out' }, 'timeout', /took too long/],
    [401, 'Unauthorized', 'unauthorized', /does not let us in \(401\)/],
    [403, { status: 'error' }, 'forbidden', /does not let us in/],
    [200, '<html>Grafana</html>', 'unexpected', /is not Prometheus/],
    [503, 'Service Unavailable', 'unexpected', /cannot answer at the moment \(503\)/],
    [404, '404 page not found', 'unexpected', /is not Prometheus/],
    [200, success({ resultType: 'matrix', result: [] }), 'invalid', /gives a range of values/],
  ])('turns %i into a sentence', async (code, body, reason, message) => {
    const { prometheus } = await answering(code, body);
    const failure = await prometheus.query('up{').catch((error: Error) => error);
    expect(failure).toMatchObject({ reason, message: expect.stringMatching(message) });
  });

  it('gives what it remembers, series by series', async () => {
    const values = [
      [1_700_000_000, '1'],
      [1_700_000_015, 'NaN'],
    ];
    const { server, prometheus } = await answering(
      200,
      success({ resultType: 'matrix', result: [{ metric: { pod: 'a' }, values }] }),
    );
    const span = { from: 1_700_000_000_000, to: 1_700_000_015_500, stepMs: 15_000 };
    expect(await prometheus.range('up', span)).toEqual([
      {
        labels: { pod: 'a' },
        points: [
          { at: 1_700_000_000_000, value: 1 },
          { at: 1_700_000_015_000, value: Number.NaN },
        ],
      },
    ]);
    expect(Object.fromEntries(server.seen[0]?.query ?? [])).toEqual({
      query: 'up',
      start: '1700000000',
      end: '1700000015.5',
      step: '15',
    });
  });

  it('reads its token again when it is no longer accepted', async () => {
    const file = join(temporaryFolder(), 'token');
    writeFileSync(file, 'old');
    const server = await apiServer((request, response) => {
      const isNew = request.headers.authorization === 'Bearer new';
      writeFileSync(file, 'new');
      json(response, isNew ? 200 : 401, success({ resultType: 'vector', result: [] }));
    });
    const heard: string[] = [];
    const onToken = (token: string) => heard.push(token);
    const prometheus = createPrometheus({
      url: server.url,
      http: createHttpReads(),
      token: { file },
      onToken,
    });
    expect(await prometheus.query('up')).toEqual([]);
    expect(heard).toEqual(['old', 'new']);
  });

  it('says so when it cannot be reached', async () => {
    const prometheus = createPrometheus({ url: 'http://127.0.0.1:1', http: createHttpReads() });
    await expect(prometheus.query('up')).rejects.toMatchObject({ reason: 'refused' });
  });
});

import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { createGitHubHistory } from '../../../src/adapters/github/github.ts';
import { apiServer, json, type Seen } from '../api-server.ts';
import { failureOf, stillClock } from '../gitlab/loopback.ts';
import { BASE, comparison, github, NEW, OLD, serving } from './loopback.ts';

describe('a file on GitHub', () => {
  it.each<[string, (seen: Seen) => { readonly type: string; readonly body: string }]>([
    ['as it is', () => ({ type: 'application/vnd.github.raw+json; charset=utf-8', body: 'päckage' })],
    ['as bytes', () => ({ type: 'application/octet-stream', body: 'päckage' })],
    ['without a type', () => ({ type: '', body: 'päckage' })],
    [
      'wrapped',
      () => ({
        type: 'application/json',
        body: JSON.stringify({ encoding: 'base64', content: Buffer.from('päckage').toString('base64') }),
      }),
    ],
  ])('is read %s', async (_name, answer) => {
    const server = await apiServer((request, response) => {
      const { type, body } = answer(request);
      response.writeHead(200, type === '' ? {} : { 'content-type': type }).end(body);
    });
    expect(await github(server.url).file('pkg/{a} b.go', NEW)).toBe('päckage');
    expect(server.seen[0]?.url).toBe(`${BASE}/contents/pkg/%7Ba%7D%20b.go?ref=${NEW}`);
    expect(server.seen[0]?.headers.accept).toContain('raw');
  });

  it('is no folder', async () => {
    const server = await apiServer((_request, response) => json(response, 200, [{ name: 'a.go' }]));
    expect(await failureOf(github(server.url).file('pkg', NEW))).toMatchObject({ reason: 'unexpected' });
  });
});

describe('what GitHub refuses', () => {
  const reset = String(Date.parse('2026-11-02T03:20:00Z') / 1000);
  const used = { 'x-ratelimit-remaining': '0', 'x-ratelimit-limit': '60', 'x-ratelimit-reset': reset };

  it.each([
    [
      403,
      used,
      { message: 'API rate limit exceeded' },
      'throttled',
      /60 requests an hour without a token\.$/,
      /Wait 20 min, or give a token/,
    ],
    [429, used, { message: 'API rate limit exceeded' }, 'throttled', /60 requests an hour/, /20 min/],
    [
      403,
      { 'retry-after': '45' },
      { message: 'You have exceeded a secondary rate limit.' },
      'throttled',
      /too much at once/,
      /Wait 45 s/,
    ],
    [401, {}, { message: 'Bad credentials' }, 'unauthorized', /does not accept the token/, /GITHUB_TOKEN/],
    [
      403,
      {},
      { message: 'Resource not accessible by personal access token' },
      'forbidden',
      /does not compare .* without a token: Resource not/,
      /GITHUB_TOKEN/,
    ],
    [
      403,
      { 'x-github-sso': 'required; url=https://x.test' },
      { message: 'SAML' },
      'forbidden',
      /single sign-on/,
      /Authorise/,
    ],
    [
      404,
      {},
      { message: 'Not Found' },
      'not-found',
      /repository or the commit is not there, or not public/,
      /GITHUB_TOKEN/,
    ],
    [
      422,
      {},
      { message: 'No commit found for SHA' },
      'invalid',
      /: No commit found for SHA\./,
      /never have been pushed/,
    ],
    [500, {}, '<h1>Unicorn!</h1>', 'unexpected', /answered 500 .*Unicorn!/, /local clone/],
    [418, {}, null, 'unexpected', /answered 418/, /local clone/],
  ] as const)(
    'is said in a sentence of its own: %i %j %j',
    async (code, headers, body, reason, says, next) => {
      const server = await apiServer((_request, response) => json(response, code, body, headers));
      const failure = await failureOf(github(server.url, { clock: stillClock() }).compare(OLD, NEW));
      expect(failure).toMatchObject({ reason, status: code });
      expect(failure.message).toMatch(says);
      expect(failure.next).toMatch(next);
    },
  );

  it('is the fault of the token where one was sent', async () => {
    const server = await apiServer((_request, response) =>
      json(response, 403, { message: 'Resource not accessible by personal access token' }),
    );
    const failure = await failureOf(github(server.url, { token: { value: 'ghp_x' } }).compare(OLD, NEW));
    expect(failure).toMatchObject({
      reason: 'forbidden',
      message: expect.stringMatching(/^The token may not compare /),
      next: expect.stringContaining('read the contents'),
    });
  });

  it.each([
    ['text/html', '<h1>Sign in</h1>'],
    ['application/json', '{"files": ['],
    ['application/json', '{}'],
    ['nonsense/; =', 'x'],
  ])('may not come from GitHub at all: %s', async (type, body) => {
    const server = await apiServer((_request, response) =>
      response.writeHead(200, { 'content-type': type }).end(body),
    );
    expect(await failureOf(github(server.url).compare(OLD, NEW))).toMatchObject({ reason: 'unexpected' });
  });

  it('takes its token nowhere else', async () => {
    const thief = await serving({});
    const server = await apiServer((_request, response) =>
      response.writeHead(301, { location: `${thief.url}/x` }).end(),
    );
    const failure = await failureOf(github(server.url, { token: { value: 'ghp_x' } }).compare(OLD, NEW));
    expect(failure.message).toContain(`sends requests on to ${thief.url}`);
    expect(thief.seen).toEqual([]);
  });

  it('follows a renamed repository', async () => {
    const server = await apiServer((request, response) =>
      request.path.startsWith(BASE)
        ? response.writeHead(301, { location: '/repositories/7/compare' }).end()
        : json(response, 200, comparison),
    );
    expect(await github(server.url).compare(OLD, NEW)).toMatchObject({ complete: true });
  });

  it('has a deadline, and can be cancelled', async () => {
    const controller = new AbortController();
    const silent = await apiServer(() => undefined);
    expect(await failureOf(github(silent.url).compare(OLD, NEW, { timeoutMs: 100 }))).toMatchObject({
      reason: 'timeout',
    });
    const leaving = await apiServer(() => controller.abort());
    expect(
      await failureOf(github(leaving.url).compare(OLD, NEW, { signal: controller.signal })),
    ).toMatchObject({ reason: 'cancelled' });
  });

  it('writes no warning over the screen', async () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue();
    const server = await apiServer((_request, response) =>
      json(response, 200, comparison, { deprecation: 'true', link: '<https://x.test>; rel="deprecation"' }),
    );
    expect(await github(server.url).compare(OLD, NEW)).toMatchObject({ complete: true });
    expect(warned).not.toHaveBeenCalled();
  });

  it.each([
    ['../x', 'shop'],
    ['example', 'a/b'],
    ['', 'shop'],
    ['example', '..'],
  ])('is not asked for %j/%j', (owner, repository) => {
    expect(() => createGitHubHistory({ clock: systemClock }, { owner, repository })).toThrow(
      expect.objectContaining({ reason: 'invalid' }),
    );
  });
});

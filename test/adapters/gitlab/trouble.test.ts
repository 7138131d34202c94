import { writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServerCertificate } from '../../../src/sandbox/certificate.ts';
import { apiServer, json, temporaryFolder } from '../api-server.ts';
import { COMMIT, failureOf, gitlabAt, MERGE_REQUEST, stillClock } from './loopback.ts';

const P = 'service/app';
const SHA = 'a'.repeat(40);
const olga = { username: 'olga', name: 'Olga' };

describe('a GitLab that has too much to do', () => {
  it('is asked again for a read, after as long as it wants', async () => {
    const clock = stillClock();
    const asked: number[] = [];
    const server = await apiServer((_request, response) => {
      asked.push(clock.now());
      if (asked.length > 1) json(response, 200, olga);
      else response.writeHead(429, { 'content-type': 'text/plain', 'retry-after': '7' }).end('Retry later\n');
    });
    const gitlab = gitlabAt(server.url, { clock });
    const me = gitlab.me();
    await until(() => clock.sleeping === 1);
    await clock.advance(7_000);
    expect(await me).toEqual(olga);
    expect(asked.map((at) => at - (asked[0] ?? 0))).toEqual([0, 7_000]);
  });

  it('may say when its limit begins anew instead', async () => {
    const clock = stillClock();
    let count = 0;
    const server = await apiServer((_request, response) => {
      count += 1;
      const reset = String(Math.floor(clock.now() / 1000) + 5);
      if (count > 1) json(response, 200, olga);
      else json(response, 429, { message: { error: 'Too many requests' } }, { 'ratelimit-reset': reset });
    });
    const me = gitlabAt(server.url, { clock }).me();
    await until(() => clock.sleeping === 1);
    await clock.advance(4_999);
    expect(count).toBe(1);
    await clock.advance(1);
    expect(await me).toEqual(olga);
  });

  it('is not waited for beyond the deadline; how long it wants is passed on', async () => {
    const server = await apiServer((_request, response) =>
      response.writeHead(429, { 'content-type': 'text/plain', 'retry-after': '60' }).end('Retry later\n'),
    );
    expect(await failureOf(gitlabAt(server.url).me())).toMatchObject({
      reason: 'throttled',
      status: 429,
      retryAfterMs: 60_000,
      next: 'It asks to wait 60 s; then try again.',
    });
    expect(server.seen).toHaveLength(1);
  });

  it('may forget to say how long: a few tries, then a sentence', async () => {
    const server = await apiServer((_request, response) =>
      response.writeHead(429, { 'content-type': 'text/plain' }).end('Retry later\n'),
    );
    expect(await failureOf(gitlabAt(server.url).me())).toMatchObject({
      reason: 'throttled',
      retryAfterMs: undefined,
      next: 'Wait a minute, then try again.',
    });
    expect(server.seen).toHaveLength(4);
  });
});

describe('a write', () => {
  it.each([
    [502, 'disconnected'],
    [503, 'disconnected'],
    [504, 'timeout'],
    [500, 'unexpected'],
    [429, 'throttled'],
  ])('is sent once, whatever comes back: %i', async (code, reason) => {
    const server = await apiServer((_request, response) =>
      response.writeHead(code, { 'content-type': 'text/html', 'retry-after': '0' }).end('<h1>Oops</h1>'),
    );
    expect(await failureOf(gitlabAt(server.url).revert(P, SHA, 'x'))).toMatchObject({ reason, status: code });
    expect(server.seen).toHaveLength(1);
  });

  it('is sent once when the connection breaks', async () => {
    const server = await apiServer((_request, response) => response.socket?.resetAndDestroy());
    expect(await failureOf(gitlabAt(server.url).comment(P, 7, '/hold'))).toMatchObject({
      reason: 'disconnected',
    });
    expect(server.seen).toHaveLength(1);
  });

  it('does not follow a redirect', async () => {
    const server = await apiServer((_request, response) =>
      response.writeHead(307, { location: '/api/v4/elsewhere' }).end(),
    );
    expect(await failureOf(gitlabAt(server.url).comment(P, 7, 'x'))).toMatchObject({ status: 307 });
    expect(server.seen).toHaveLength(1);
  });
});

describe('a read', () => {
  it('is tried again when the connection breaks', async () => {
    let count = 0;
    const server = await apiServer((_request, response) => {
      count += 1;
      if (count < 3) response.socket?.resetAndDestroy();
      else json(response, 200, olga);
    });
    expect(await gitlabAt(server.url).me()).toEqual(olga);
  });

  it('follows a renamed project within the server', async () => {
    const server = await apiServer((request, response) => {
      if (request.path.includes('old'))
        response.writeHead(301, { location: '/git/api/v4/projects/7?x=1' }).end();
      else
        json(response, 200, { id: 7, path_with_namespace: 'new/app', web_url: '', default_branch: 'main' });
    });
    expect(await gitlabAt(`${server.url}/git`).project('old/app')).toMatchObject({ path: 'new/app' });
    expect(server.seen.at(-1)?.url).toBe('/git/api/v4/projects/7?x=1');
  });

  it('takes its token nowhere else', async () => {
    const thief = await apiServer((_request, response) => json(response, 200, olga));
    const server = await apiServer((_request, response) =>
      response.writeHead(302, { location: `${thief.url}/api/v4/user` }).end(),
    );
    const failure = await failureOf(gitlabAt(server.url).me());
    expect(failure.message).toContain(`sends requests on to ${thief.url}`);
    expect(thief.seen).toEqual([]);
  });

  it('knows a login page', async () => {
    const server = await apiServer((_request, response) =>
      response.writeHead(302, { location: '/users/sign_in' }).end(),
    );
    const failure = await failureOf(gitlabAt(`${server.url}/git`).me());
    expect(failure).toMatchObject({ reason: 'unauthorized', next: expect.stringContaining('GITLAB_TOKEN') });
  });

  it('has one deadline for all of its pages', async () => {
    const server = await apiServer((request, response) => {
      const page = Number(request.query.get('page') ?? 1);
      if (page === 3) return;
      json(response, 200, [COMMIT], { link: `<http://x.test/x?per_page=100&page=${page + 1}>; rel="next"` });
    });
    const failure = await failureOf(
      gitlabAt(server.url).commits({ project: P, limit: 900 }, { timeoutMs: 300 }),
    );
    expect(failure).toMatchObject({
      reason: 'timeout',
      message: expect.stringContaining('did not answer within'),
    });
    expect(server.seen).toHaveLength(3);
  });

  it('can be cancelled', async () => {
    const controller = new AbortController();
    const server = await apiServer(() => controller.abort());
    expect(await failureOf(gitlabAt(server.url).me({ signal: controller.signal }))).toMatchObject({
      reason: 'cancelled',
    });
  });

  it.each([
    ['text/html', '<h1>Welcome</h1>'],
    ['application/json', '{"username": "ol'],
    ['application/json', ''],
  ])('knows what is no answer of GitLab: %s %j', async (type, body) => {
    const server = await apiServer((_request, response) =>
      response.writeHead(200, { 'content-type': type }).end(body),
    );
    expect((await failureOf(gitlabAt(server.url).me())).message).toMatch(
      /^What answered at .* when asked to say whose token this is is not GitLab's API\.$/,
    );
  });

  it.each([
    [{ user: 'olga' }, '"username"'],
    [[], 'what is'],
    ['olga', 'what is'],
  ])('says what is missing in an answer: %j', async (body, where) => {
    const server = await apiServer((_request, response) => json(response, 200, body));
    expect((await failureOf(gitlabAt(server.url).me())).message).toContain(
      `but ${where} in it is not as expected`,
    );
  });

  it.each([[{ message: 'not a list' }], [null], [[null]], [[{ ...MERGE_REQUEST, iid: 'seven' }]]])(
    'takes %j for no list of merge requests',
    async (body) => {
      const server = await apiServer((_request, response) => json(response, 200, body));
      expect(await failureOf(gitlabAt(server.url).mergeRequestsOf(P, SHA))).toMatchObject({
        reason: 'unexpected',
      });
    },
  );

  it('reads no more than it can hold', async () => {
    const server = await apiServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1_000_000)));
      };
      response.on('drain', more);
      more();
    });
    const failure = await failureOf(gitlabAt(server.url).file(P, 'big.bin', 'master'));
    expect(failure.message).toContain('gave more than 16 MiB');
  });

  it('says when what listens there does not speak HTTP', async () => {
    const server = createTcpServer((socket) => socket.resume().end('SSH-2.0-OpenSSH_9.2\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
    const { port } = server.address() as AddressInfo;
    expect((await failureOf(gitlabAt(`http://127.0.0.1:${port}`).me())).message).toContain('is not HTTP');
  });
});

describe('a certificate of its own', () => {
  async function secure() {
    const own = createServerCertificate(Date.now());
    const server = createServer(own, (_request, response) => json(response, 200, olga));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    });
    return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, cert: own.cert };
  }

  it('is trusted by way of a file', async () => {
    const { url, cert } = await secure();
    const caFile = join(temporaryFolder(), 'ca.pem');
    writeFileSync(caFile, cert);
    expect(await gitlabAt(url, { caFile }).me()).toEqual(olga);
  });

  it('is refused without one, with what to do', async () => {
    const { url } = await secure();
    expect(await failureOf(gitlabAt(url).me())).toMatchObject({
      reason: 'tls',
      next: expect.stringContaining('ca-file'),
    });
  });

  it.each([
    ['is not there', undefined],
    ['has no certificate', 'hello'],
  ])('is not trusted by way of a file that %s', (_name, text) => {
    const caFile = join(temporaryFolder(), 'ca.pem');
    if (text !== undefined) writeFileSync(caFile, text);
    expect(() => gitlabAt('https://127.0.0.1:1', { caFile })).toThrow(
      expect.objectContaining({ reason: 'not-configured' }),
    );
  });
});

/** Lets I/O run until something is so; fails by the test's own time limit. */
async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

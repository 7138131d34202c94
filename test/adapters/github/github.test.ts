import { describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { createGitHubHistory, type GitHubOptions } from '../../../src/adapters/github/github.ts';
import type { CodeHistory } from '../../../src/ports/comparison.ts';
import { apiServer, json, type Seen } from '../api-server.ts';
import { failureOf, stillClock } from '../gitlab/loopback.ts';

const OLD = '1'.repeat(40);
const NEW = '2'.repeat(40);
const BASE = '/repos/example/shop';

function github(url: string, options: Partial<GitHubOptions> = {}): CodeHistory {
  return createGitHubHistory(
    { url, clock: systemClock, random: () => 0, ...options },
    { owner: 'example', repository: 'shop' },
  );
}

function commitsFrom(first: number, count: number) {
  return Array.from({ length: count }, (_, index) => ({
    sha: String(first + index).padStart(40, '0'),
    commit: {
      message: `Commit ${first + index}\n\nWhy.`,
      author: { name: 'Olga', date: '2026-11-01T09:00:00Z' },
      committer: { name: 'GitHub', date: '2026-11-01T10:00:00Z' },
    },
  }));
}

function filesNamed(count: number) {
  return Array.from({ length: count }, (_, index) => ({ filename: `pkg/${index}.go`, status: 'modified' }));
}

const comparison = {
  html_url: 'https://github.test/example/shop/compare/1...2',
  status: 'ahead',
  behind_by: 0,
  total_commits: 1,
  commits: commitsFrom(0, 1),
  files: [] as readonly object[],
};

type Trees = Readonly<Record<string, { readonly truncated?: boolean; readonly tree: readonly object[] }>>;

/** Serves a comparison, page by page, and trees. */
async function serving(answer: object, trees: Trees = {}) {
  const whole = { ...comparison, ...answer };
  return apiServer((request, response) => {
    const tree = trees[/\/git\/trees\/(\w+)$/.exec(request.path)?.[1] ?? ''];
    if (tree !== undefined) return json(response, 200, tree);
    if (!request.path.startsWith(`${BASE}/compare/`)) return json(response, 404, { message: 'Not Found' });
    const page = Number(request.query.get('page'));
    const size = Number(request.query.get('per_page'));
    json(response, 200, {
      ...whole,
      commits: whole.commits.slice((page - 1) * size, page * size),
      files: page === 1 ? whole.files : undefined,
    });
  });
}

describe('a comparison by GitHub', () => {
  it('has commits and files, with what was renamed, under the path of an Enterprise server', async () => {
    const server = await apiServer((_request, response) =>
      json(response, 200, {
        ...comparison,
        files: [
          { filename: 'a.go', status: 'added' },
          { filename: 'b.go', status: 'removed' },
          { filename: 'new.go', status: 'renamed', previous_filename: 'old.go' },
          { filename: 'c.go', status: 'changed' },
          { filename: 'd.go', status: 'copied', previous_filename: 'a.go' },
        ],
      }),
    );
    expect(await github(`${server.url}/api/v3`, { token: { value: 'ghp_x' } }).compare(OLD, NEW)).toEqual({
      from: OLD,
      to: NEW,
      commits: [{ sha: '0'.repeat(40), title: 'Commit 0', author: 'Olga', date: '2026-11-01T10:00:00Z' }],
      files: [
        { path: 'a.go', status: 'added' },
        { path: 'b.go', status: 'deleted' },
        { path: 'new.go', previousPath: 'old.go', status: 'renamed' },
        { path: 'c.go', status: 'modified' },
        { path: 'd.go', status: 'added' },
      ],
      complete: true,
      source: 'github',
      webUrl: comparison.html_url,
    });
    expect(server.seen).toMatchObject([
      {
        method: 'GET',
        path: `/api/v3${BASE}/compare/${OLD}...${NEW}`,
        headers: { authorization: 'Bearer ghp_x', 'x-github-api-version': '2022-11-28' },
      },
    ]);
  });

  it('goes without a token', async () => {
    const server = await serving({});
    await github(server.url).compare(OLD, NEW);
    expect(server.seen[0]?.headers.authorization).toBeUndefined();
  });

  it('fetches commits page by page', async () => {
    const server = await serving({ total_commits: 270, commits: commitsFrom(0, 270) });
    const { commits, complete } = await github(server.url).compare(OLD, NEW);
    expect([commits.length, complete]).toEqual([270, true]);
    expect(commits.at(-1)?.title).toBe('Commit 269');
    expect(server.seen.map(({ query }) => query.get('page'))).toEqual(['1', '2', '3']);
  });

  it('is not complete when commits are held back', async () => {
    const server = await serving({ total_commits: 400, commits: commitsFrom(0, 250) });
    expect(await github(server.url).compare(OLD, NEW)).toMatchObject({
      complete: false,
      incompleteBecause: 'GitHub gave 250 of 400 commits.',
    });
  });

  it('does not go in circles where pages are not known', async () => {
    const server = await apiServer((_request, response) =>
      json(response, 200, { ...comparison, total_commits: 9, commits: commitsFrom(0, 3) }),
    );
    expect(await github(server.url).compare(OLD, NEW)).toMatchObject({ complete: false });
    expect(server.seen).toHaveLength(2);
  });

  const blob = (path: string, sha: string, mode = '100644') => ({ path, sha, mode, type: 'blob' });
  const trees: Trees = {
    [OLD]: {
      truncated: false,
      tree: [
        blob('a.go', 'a1'),
        blob('old.go', 'm1'),
        blob('gone.go', 'g1'),
        { path: 'pkg', sha: 't1', mode: '040000', type: 'tree' },
      ],
    },
    [NEW]: {
      truncated: false,
      tree: [
        blob('a.go', 'a2'),
        blob('new.go', 'm1'),
        blob('db/migrations/20260101000000_x.go', 'n1'),
        { path: 'pkg', sha: 't2', mode: '040000', type: 'tree' },
      ],
    },
  };
  const byTrees = [
    { path: 'a.go', status: 'modified' },
    { path: 'db/migrations/20260101000000_x.go', status: 'added' },
    { path: 'gone.go', status: 'deleted' },
    { path: 'new.go', previousPath: 'old.go', status: 'renamed' },
  ];

  it.each([
    ['as many files as it ever shows', { files: filesNamed(300) }],
    ['files counted from where the two parted', { status: 'diverged', behind_by: 2, files: filesNamed(1) }],
    ['no files at all', { files: null }],
  ])('compares whole trees when there are %s', async (_name, answer) => {
    const server = await serving(answer, trees);
    expect(await github(server.url).compare(OLD, NEW)).toMatchObject({ files: byTrees, complete: true });
    const asked = server.seen.filter(({ path }) => path.includes('/git/trees/'));
    expect(asked.map(({ query }) => query.get('recursive'))).toEqual(['1', '1']);
  });

  it('believes 299 files', async () => {
    const server = await serving({ files: filesNamed(299) }, trees);
    expect((await github(server.url).compare(OLD, NEW)).files).toHaveLength(299);
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    [
      'are cut, too',
      { ...trees, [NEW]: { truncated: true, tree: [blob('a.go', 'a2')] } },
      'more files than GitHub lists',
    ],
    [
      'cannot be had',
      {},
      'GitHub shows 300 files, the most it ever shows; the whole trees could not be compared: ',
    ],
  ])('is not complete when the trees %s', async (_name, given, because) => {
    const server = await serving({ files: filesNamed(300) }, given);
    const found = await github(server.url).compare(OLD, NEW);
    expect(found.complete).toBe(false);
    expect(found.incompleteBecause).toContain(because);
  });

  it('of two whole SHAs is asked for once; of branches, each time', async () => {
    const server = await serving({});
    const code = github(server.url);
    await code.compare(OLD, NEW);
    await code.compare(OLD, NEW);
    expect(server.seen).toHaveLength(1);
    await code.compare('main', NEW);
    await code.compare('main', NEW);
    expect(server.seen).toHaveLength(3);
  });

  it('takes a ref for nothing but a ref', async () => {
    const server = await serving({});
    await github(server.url).compare('release/1?x=1#y', NEW);
    expect(server.seen[0]?.url).toContain('/compare/release%2F1%3Fx%3D1%23y...');
  });
});

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
      /may not compare .*: Resource not/,
      /read the contents/,
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

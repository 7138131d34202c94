import { describe, expect, it } from 'vitest';
import { apiServer, json } from '../api-server.ts';
import {
  BASE,
  commitsFrom,
  comparison,
  filesNamed,
  github,
  NEW,
  OLD,
  serving,
  type Trees,
} from './loopback.ts';

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

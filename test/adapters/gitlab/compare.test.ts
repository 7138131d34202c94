import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { createGitLabHistory } from '../../../src/adapters/gitlab/gitlab.ts';
import { apiServer, json } from '../api-server.ts';
import { COMMIT } from './loopback.ts';

const diff = { a_mode: '100644', b_mode: '100644', diff: '@@ -1 +1 @@\n-a\n+b\n' };

async function comparing(answer: object) {
  const server = await apiServer((request, response) =>
    request.path.endsWith('/raw')
      ? response.writeHead(200, { 'content-type': 'text/plain' }).end('package migrations')
      : json(response, 200, { commits: [COMMIT], diffs: [], compare_timeout: false, ...answer }),
  );
  const code = createGitLabHistory({ url: server.url, clock: systemClock }, 'service/shop');
  return { code, seen: server.seen };
}

describe('a comparison by GitLab', () => {
  it('is of the two trees, with commits and files', async () => {
    const { code, seen } = await comparing({
      diffs: [
        { ...diff, old_path: 'a.go', new_path: 'a.go' },
        { ...diff, old_path: 'old.go', new_path: 'new.go', renamed_file: true, diff: '' },
        { ...diff, old_path: 'b.go', new_path: 'b.go', new_file: true },
        { ...diff, old_path: 'c.go', new_path: 'c.go', deleted_file: true },
      ],
      web_url: 'https://gitlab.test/service/shop/-/compare/v1...v2',
    });
    expect(await code.compare('v1', 'v2')).toEqual({
      from: 'v1',
      to: 'v2',
      commits: [{ sha: COMMIT.id, title: COMMIT.title, author: 'Olga Ops', date: '2026-11-01T10:00:00Z' }],
      files: [
        { path: 'a.go', status: 'modified' },
        { path: 'new.go', previousPath: 'old.go', status: 'renamed' },
        { path: 'b.go', status: 'added' },
        { path: 'c.go', status: 'deleted' },
      ],
      complete: true,
      source: 'gitlab',
      webUrl: 'https://gitlab.test/service/shop/-/compare/v1...v2',
    });
    expect(seen[0]?.url).toBe(
      '/api/v4/projects/service%2Fshop/repository/compare?from=v1&to=v2&straight=true',
    );
  });

  const some = { ...diff, old_path: 'a', new_path: 'a' };
  it.each([
    ['ran out of time', { compare_timeout: true, diffs: [some] }, 'ran out of time'],
    ['has a file that is too large', { diffs: [{ ...some, too_large: true }] }, 'of 1 file: its limits'],
    [
      'has files that are collapsed',
      {
        diffs: [
          { ...some, collapsed: true, diff: '' },
          { ...some, collapsed: true },
        ],
      },
      'of 2 files: its limits',
    ],
    [
      'has as many files as are ever shown',
      { diffs: Array.from({ length: 1_000 }, () => some) },
      '1000 files',
    ],
    [
      'has as many commits as are ever shown',
      { commits: Array.from({ length: 1_000 }, () => COMMIT), diffs: [some] },
      '1000 commits',
    ],
    ['has commits and no file', {}, 'no file'],
  ])('is not complete when it %s', async (_name, answer, because) => {
    const { code } = await comparing(answer);
    const comparison = await code.compare('v1', 'v2');
    expect(comparison.complete).toBe(false);
    expect(comparison.incompleteBecause).toContain(because);
  });

  it('of a version with itself is complete, and empty', async () => {
    const { code } = await comparing({ commits: [], compare_same_ref: true });
    expect(await code.compare('v1', 'v1')).toMatchObject({ complete: true, files: [], commits: [] });
  });

  it('has the files at either end beside it', async () => {
    const { code } = await comparing({});
    expect(await code.file('pkg/a.go', 'v1')).toBe('package migrations');
  });
});

import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { createGitLabReads } from '../../../src/adapters/gitlab/gitlab.ts';
import { apiServer, json, type Seen } from '../api-server.ts';
import { COMMIT, failureOf, gitlabAt, MERGE_REQUEST, TOKEN } from './loopback.ts';

const P = 'service/app';
const BASE = '/api/v4/projects/service%2Fapp';

async function answering(body: unknown, headers: Record<string, string> = {}) {
  const server = await apiServer((_request, response) => json(response, 200, body, headers));
  return { gitlab: gitlabAt(server.url), seen: server.seen };
}

describe('reads of GitLab', () => {
  it('ask with the token, for JSON, under the path that GitLab is served at', async () => {
    const server = await apiServer((_request, response) =>
      json(response, 200, { username: 'olga', name: 'Olga' }),
    );
    expect(await gitlabAt(`${server.url}/git/`).me()).toEqual({ username: 'olga', name: 'Olga' });
    expect(server.seen).toMatchObject([
      {
        method: 'GET',
        url: '/git/api/v4/user',
        headers: { 'private-token': TOKEN, accept: 'application/json' },
      },
    ]);
  });

  it('send the token of a CI job in a header of its own', async () => {
    const server = await apiServer((_request, response) => json(response, 200, { username: 'ci' }));
    await gitlabAt(server.url, { tokenKind: 'job' }).me();
    expect(server.seen[0]?.headers).toMatchObject({ 'job-token': TOKEN });
    expect(server.seen[0]?.headers['private-token']).toBeUndefined();
  });

  it('send the token of a login in the browser as such; its scopes are not asked for', async () => {
    const server = await apiServer((_request, response) => json(response, 200, { username: 'olga' }));
    const gitlab = gitlabAt(server.url, { token: { value: 'ab'.repeat(32) } });
    await gitlab.me();
    expect(await gitlab.tokenScopes()).toBeUndefined();
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${'ab'.repeat(32)}`]);
  });

  it('give a project with the higher of both access levels, and what it is a fork of', async () => {
    const { gitlab, seen } = await answering({
      id: 2,
      path_with_namespace: 'olga/app',
      web_url: 'https://gitlab.test/olga/app',
      default_branch: 'master',
      permissions: { project_access: { access_level: 30 }, group_access: { access_level: 40 } },
      forked_from_project: { id: 1 },
    });
    expect(await gitlab.project(P)).toEqual({
      id: 2,
      path: 'olga/app',
      webUrl: 'https://gitlab.test/olga/app',
      defaultBranch: 'master',
      archived: false,
      accessLevel: 40,
      forkedFrom: 1,
    });
    expect(seen[0]?.url).toBe(BASE);
  });

  it('give the commits of a file', async () => {
    const { gitlab, seen } = await answering([COMMIT]);
    expect(await gitlab.commits({ project: P, path: 'data/app.yml', ref: 'master', limit: 20 })).toEqual([
      {
        id: 'a'.repeat(40),
        parents: ['b'.repeat(40)],
        title: COMMIT.title,
        message: COMMIT.message,
        author: 'Olga Ops',
        committedAt: '2026-11-01T10:00:00Z',
        webUrl: COMMIT.web_url,
      },
    ]);
    expect(seen[0]?.path).toBe(`${BASE}/repository/commits`);
    expect(Object.fromEntries(seen[0]?.query ?? [])).toEqual({
      ref_name: 'master',
      path: 'data/app.yml',
      per_page: '20',
    });
  });

  it('give the text of a file whatever its type, even when it is JSON', async () => {
    const server = await apiServer((_request, response) => json(response, 200, { a: 1 }));
    expect(await gitlabAt(server.url).file(P, 'dir/ä b.json', 'feature/x')).toBe('{"a":1}');
    expect(server.seen[0]?.url).toBe(`${BASE}/repository/files/dir%2F%C3%A4%20b.json/raw?ref=feature%2Fx`);
  });

  it('say which diffs were left out', async () => {
    const file = { old_path: 'a', new_path: 'a', a_mode: '100644', b_mode: '100644' };
    const { gitlab } = await answering([
      { ...file, diff: '@@ -1 +1 @@\n-a\n+b\n' },
      { ...file, new_path: 'b', renamed_file: true, diff: '' },
      { ...file, new_file: true, diff: '', too_large: true },
      { ...file, deleted_file: true, diff: '', collapsed: true },
      { ...file, diff: '' },
      { ...file, b_mode: '100755', diff: '' },
    ]);
    const diffs = await gitlab.commitDiff(P, 'a'.repeat(40));
    expect(diffs.map(({ status, incomplete }) => [status, incomplete])).toEqual([
      ['modified', false],
      ['renamed', false],
      ['added', true],
      ['deleted', true],
      ['modified', true],
      ['modified', false],
    ]);
  });

  it.each([
    [{ detailed_merge_status: 'need_rebase', merge_status: 'can_be_merged' }, 'need_rebase'],
    [{ detailed_merge_status: 'a_word_of_next_year' }, 'a_word_of_next_year'],
    [{ merge_status: 'can_be_merged' }, 'mergeable'],
    [{ merge_status: 'cannot_be_merged' }, 'conflict'],
    [{ merge_status: 'cannot_be_merged_recheck' }, 'checking'],
    [{ merge_status: undefined }, 'unchecked'],
  ])('read the merge status %j as %s', async (given, expected) => {
    const { gitlab, seen } = await answering({ ...MERGE_REQUEST, ...given });
    const request = await gitlab.mergeRequest(P, 7);
    expect(request).toMatchObject({ detailedMergeStatus: expected, description: '', labels: ['lgtm'] });
    expect(seen[0]?.url).toBe(`${BASE}/merge_requests/7?include_rebase_in_progress=true`);
  });

  it('look for merge requests, newest first', async () => {
    const { gitlab, seen } = await answering([
      MERGE_REQUEST,
      { ...MERGE_REQUEST, iid: 6, source_project_id: null },
    ]);
    const found = await gitlab.findMergeRequests({
      project: 1,
      sourceBranch: 'revert-1',
      state: 'opened',
      limit: 5,
    });
    expect(found.map(({ iid, sourceProjectId }) => [iid, sourceProjectId])).toEqual([
      [7, 2],
      [6, 0],
    ]);
    expect(seen[0]?.path).toBe('/api/v4/projects/1/merge_requests');
    expect(Object.fromEntries(seen[0]?.query ?? [])).toEqual({
      order_by: 'created_at',
      sort: 'desc',
      per_page: '5',
      source_branch: 'revert-1',
      state: 'opened',
    });
  });

  it('do not filter by a state when all are wanted', async () => {
    const { gitlab, seen } = await answering([]);
    await gitlab.findMergeRequests({ project: 1, state: 'all', search: 'revert', limit: 5 });
    expect(seen[0]?.query.get('state')).toBeNull();
    expect(seen[0]?.query.get('search')).toBe('revert');
  });

  it('give notes oldest first, those of deleted users among them', async () => {
    const { gitlab, seen } = await answering([
      { id: 3, author: null, body: '/lgtm', created_at: '2026-11-02T03:02:00Z', system: false },
      { id: 2, author: { username: 'bot' }, body: 'hello', created_at: '2026-11-02T03:01:00Z', system: true },
    ]);
    expect((await gitlab.notes(P, 7)).map(({ id, author, system }) => [id, author, system])).toEqual([
      [2, 'bot', true],
      [3, 'a deleted user', false],
    ]);
    expect(seen[0]?.query.get('sort')).toBe('desc');
  });

  it('give label events and pipelines', async () => {
    const server = await apiServer((request, response) =>
      json(
        response,
        200,
        request.path.endsWith('pipelines')
          ? [{ id: 9, sha: 'c'.repeat(40), status: 'running', web_url: 'https://gitlab.test/p/9' }]
          : [{ action: 'add', label: null, user: { username: 'bot' }, created_at: '2026-11-02T03:00:00Z' }],
      ),
    );
    const gitlab = gitlabAt(server.url);
    expect(await gitlab.labelEvents(P, 7)).toEqual([
      { action: 'add', label: '', user: 'bot', createdAt: '2026-11-02T03:00:00Z' },
    ]);
    expect(await gitlab.pipelines(P, 7)).toMatchObject([{ id: 9, status: 'running' }]);
  });

  it.each([
    ['404 Branch Not Found', undefined],
    ['404 Not found', undefined],
  ])('take «%s» for a branch that is not there', async (message, expected) => {
    const server = await apiServer((_request, response) => json(response, 404, { message }));
    expect(await gitlabAt(server.url).branchHead(P, 'x')).toBe(expected);
  });

  it('do not take a missing project for a missing branch', async () => {
    const server = await apiServer((_request, response) =>
      json(response, 404, { message: '404 Project Not Found' }),
    );
    expect(await failureOf(gitlabAt(server.url).branchHead(P, 'x'))).toMatchObject({ detail: 'project' });
  });

  it.each([
    [200, { scopes: ['api'] }, ['api']],
    [404, { message: '404 Not Found' }, undefined],
    [403, { error: 'insufficient_scope', scope: 'api read_api' }, undefined],
  ])('ask for the scopes of the token: %i', async (code, body, expected) => {
    const server = await apiServer((_request, response) => json(response, code, body));
    expect(await gitlabAt(server.url).tokenScopes()).toEqual(expected);
    expect(server.seen[0]?.url).toBe('/api/v4/personal_access_tokens/self');
  });

  it('do not hide that the token is not accepted when asked for its scopes', async () => {
    const server = await apiServer((_request, response) =>
      json(response, 401, { message: '401 Unauthorized' }),
    );
    expect(await failureOf(gitlabAt(server.url).tokenScopes())).toMatchObject({ reason: 'unauthorized' });
  });
});

describe('pages', () => {
  const pageOf = (request: Seen) => Number(request.query.get('page') ?? 1);

  function linked(total: number) {
    return apiServer((request, response) => {
      const page = pageOf(request);
      const size = Number(request.query.get('per_page'));
      const items = Array.from({ length: size }, (_, index) => ({
        ...COMMIT,
        id: String((page - 1) * size + index).padStart(40, '0'),
      }));
      const next = `<http://elsewhere.test/api/v4/x?per_page=${size}&page=${page + 1}>; rel="next"`;
      json(response, 200, items, page < total ? { link: next } : {});
    });
  }

  it('are followed by Link, at the address that was asked, as far as needed and no further', async () => {
    const server = await linked(50);
    const commits = await gitlabAt(server.url).commits({ project: P, limit: 250 });
    expect(commits).toHaveLength(250);
    expect(commits.at(-1)?.id).toBe('249'.padStart(40, '0'));
    expect(server.seen.map(pageOf)).toEqual([1, 2, 3]);
  });

  it('end when the server has no more', async () => {
    const server = await linked(2);
    expect(await gitlabAt(server.url).commits({ project: P, limit: 1_000 })).toHaveLength(200);
    expect(server.seen).toHaveLength(2);
  });

  it('that lead in a circle end all the same', async () => {
    const server = await apiServer((_request, response) =>
      json(response, 200, [COMMIT], { link: '<http://x.test/api/v4/x?page=1>; rel="next"' }),
    );
    await gitlabAt(server.url).commits({ project: P, limit: 300 });
    expect(server.seen).toHaveLength(3);
  });

  it('of a list that must be whole are a failure when there are too many', async () => {
    const file = { old_path: 'a', new_path: 'a', diff: 'x' };
    const server = await apiServer((request, response) =>
      json(response, 200, [file], {
        link: `<http://x.test/x?per_page=100&page=${pageOf(request) + 1}>; rel="next"`,
      }),
    );
    expect(await failureOf(gitlabAt(server.url).commitDiff(P, 'a'.repeat(40)))).toMatchObject({
      reason: 'unexpected',
      message: expect.stringContaining('has more than'),
    });
    expect(server.seen).toHaveLength(10);
  });
});

describe('a GitLab made to be read', () => {
  it('has nothing that writes', async () => {
    const reads = createGitLabReads({ url: 'http://127.0.0.1:1', clock: systemClock });
    expect(Object.keys(reads).filter((name) => /create|revert|comment|commitFile/.test(name))).toEqual([]);
  });

  it.each(['ftp://gitlab.test', 'gitlab.test', ''])('is not made of %j', (url) => {
    expect(() => createGitLabReads({ url, clock: systemClock })).toThrow(
      expect.objectContaining({ reason: 'not-configured' }),
    );
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PROJECT, SAAS, testGitLab } from './test-gitlab.ts';

const FILE = encodeURIComponent(SAAS);

describe('access', () => {
  it.each([
    ['', '/user', 401, { message: '401 Unauthorized' }],
    ['wrong', '/user', 401, { message: '401 Unauthorized' }],
    ['', `/projects/${encodeURIComponent(PROJECT)}`, 404, { message: '404 Project Not Found' }],
    ['stranger-token', `/projects/${encodeURIComponent(PROJECT)}`, 404, { message: '404 Project Not Found' }],
    ['operator-token', '/projects/no%2Fsuch', 404, { message: '404 Project Not Found' }],
    ['operator-token', '/no/such/thing', 404, { error: '404 Not Found' }],
  ])('%j asking for %s gets %i', async (token, path, status, body) => {
    const { api } = await testGitLab();
    const answer = await api('GET', path, undefined, token);
    expect([answer.status, answer.body]).toEqual([status, body]);
  });

  it('tells a revoked token from a wrong one', async () => {
    const { api, forge } = await testGitLab();
    forge.addToken({ token: 'old', username: 'operator', scopes: ['api'], revoked: true });
    expect((await api('GET', '/user', undefined, 'old')).body).toMatchObject({ error: 'invalid_token' });
  });

  it('lets a token of read_api read and nothing else, and says which scope is needed', async () => {
    const { call, api } = await testGitLab();
    expect((await call('GET', '', undefined, 'reader-token')).status).toBe(200);
    const answer = await call('POST', '/repository/branches', { branch: 'b', ref: 'master' }, 'reader-token');
    expect([answer.status, answer.body]).toMatchObject([403, { error: 'insufficient_scope', scope: 'api' }]);
    const self = await api('GET', '/personal_access_tokens/self', undefined, 'reader-token');
    expect(self.body).toMatchObject({ scopes: ['read_api'], active: true });
  });

  it.each([
    ['private-token', 'operator-token'],
    ['job-token', 'operator-token'],
    ['authorization', 'Bearer operator-token'],
  ])('takes a token in %s', async (header, value) => {
    const { url } = await testGitLab();
    const response = await fetch(`${url}/api/v4/user`, { headers: { [header]: value } });
    expect(await response.json()).toMatchObject({ username: 'operator' });
  });

  it('takes a token in the query, and repeats it nowhere', async () => {
    const { url, auditPath } = await testGitLab();
    const query = 'private_token=operator-token&per_page=1';
    const response = await fetch(`${url}/api/v4/projects?${query}`);
    expect(response.status).toBe(200);
    const said = `${response.headers.get('link')}${readFileSync(auditPath, 'utf8')}`;
    expect(said).toContain('per_page=1');
    expect(said).not.toContain('operator-token');
  });

  it('writes who asked what into the audit log before it answers', async () => {
    const { call, auditPath, project } = await testGitLab();
    await call('GET', '/repository/branches/none?x=1');
    const path = `/api/v4/projects/${encodeURIComponent(PROJECT)}/repository/branches/none?x=1`;
    expect(JSON.parse(readFileSync(auditPath, 'utf8'))).toMatchObject({
      api: 'gitlab',
      user: 'operator',
      verb: 'get',
      path,
      code: 404,
    });
    expect(project.path).toBe(PROJECT);
  });
});

describe('a project', () => {
  it('is found by number and by path, with the caller’s rights and where it was forked from', async () => {
    const { api, call, project, fork } = await testGitLab();
    const byPath = await call('GET', '');
    expect(byPath.headers.get('content-type')).toBe('application/json');
    expect((await api('GET', `/projects/${project.id}`)).body).toEqual(byPath.body);
    expect(byPath.body).toMatchObject({
      path_with_namespace: PROJECT,
      default_branch: 'master',
      archived: false,
      permissions: { project_access: { access_level: 30 } },
    });
    expect((await api('GET', `/projects/${fork.id}`)).body.forked_from_project.id).toBe(project.id);
    const forks = await call('GET', '/forks?owned=true');
    expect(forks.body.map(({ id }: { id: number }) => id)).toEqual([fork.id]);
  });
});

describe('commits', () => {
  it('of a file, newest first, without the merges', async () => {
    const { call, shas, url } = await testGitLab();
    const { body } = await call('GET', `/repository/commits?path=${FILE}&ref_name=master`);
    expect(body.map(({ id }: { id: string }) => id)).toEqual([shas[1], shas[0]]);
    expect(body[0]).toMatchObject({
      short_id: shas[1]?.slice(0, 8),
      title: 'chore: update version to bbb',
      message: 'chore: update version to bbb\n\nWhy.',
      committed_date: '2026-01-05T09:01:00.000+00:00',
      parent_ids: [shas[0]],
      web_url: `${url}/${PROJECT}/-/commit/${shas[1]}`,
    });
  });

  it('are paged by headers that lead back to the address the client used', async () => {
    const { call, url } = await testGitLab();
    const first = await call('GET', '/repository/commits?per_page=3&first_parent=false');
    expect(first.body).toHaveLength(3);
    expect(first.headers.get('x-next-page')).toBe('2');
    expect(first.headers.has('x-total')).toBe(false);
    const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
    expect(next).toMatch(new RegExp(`^${url}/api/v4/projects/service%2Fapp-interface/repository/commits`));
    const response = await fetch(next, { headers: { 'private-token': 'operator-token' } });
    expect(await response.json()).toHaveLength(1);
    expect(response.headers.get('x-next-page')).toBe('');
  });

  it('are asked for by date, if it is one', async () => {
    const { call, shas } = await testGitLab();
    const { body } = await call('GET', '/repository/commits?since=2026-01-05T09:02:00Z');
    expect(body.map(({ id }: { id: string }) => id)).toEqual([shas[3], shas[2]]);
    const wrong = await call('GET', '/repository/commits?since=soon');
    expect([wrong.status, wrong.body]).toEqual([400, { error: 'since is invalid' }]);
  });

  it('tell what they changed and which merge request brought them', async () => {
    const { call, shas } = await testGitLab();
    const diff = await call('GET', `/repository/commits/${shas[1]}/diff`);
    expect(diff.body).toMatchObject([
      { new_path: SAAS, old_path: SAAS, new_file: false, too_large: false, collapsed: false },
    ]);
    expect(diff.body[0].diff).toContain('-  ref: aaa\n+  ref: bbb\n');
    for (const sha of [shas[1], shas[3]]) {
      const found = await call('GET', `/repository/commits/${sha}/merge_requests`);
      expect(found.body).toMatchObject([{ iid: 7, state: 'merged', merge_commit_sha: shas[3] }]);
    }
    const one = await call('GET', `/repository/commits/${shas[1]}`);
    expect(one.body.stats).toEqual({ additions: 1, deletions: 1, total: 2 });
    expect((await call('GET', '/repository/commits/0000000')).body).toEqual({
      message: '404 Commit Not Found',
    });
  });

  it('are compared from their common ancestor, or straight', async () => {
    const { call, shas } = await testGitLab();
    const query = (straight: boolean) =>
      call('GET', `/repository/compare?from=${shas[2]}&to=${shas[1]}&straight=${straight}`);
    const paths = (body: { diffs: { new_path: string }[] }) => body.diffs.map((file) => file.new_path);
    expect(paths((await query(false)).body)).toEqual([SAAS]);
    expect(paths((await query(true)).body)).toEqual([SAAS, 'other.yml']);
    const same = await call('GET', '/repository/compare?from=master&to=master');
    expect(same.body).toMatchObject({ compare_same_ref: true, commits: [], commit: null });
    const none = await call('GET', '/repository/compare?from=nothing&to=master');
    expect([none.status, none.body.message]).toEqual([404, '404 Ref Not Found']);
  });
});

describe('files', () => {
  it('are read raw, or as JSON with the commit that changed them last', async () => {
    const { call, shas } = await testGitLab();
    const raw = await call('GET', `/repository/files/${FILE}/raw?ref=${shas[0]}`);
    expect([raw.status, raw.body]).toEqual([200, 'targets:\n- namespace: production\n  ref: aaa\n']);
    const { body } = await call('GET', `/repository/files/${FILE}?ref=master`);
    expect(body).toMatchObject({ file_path: SAAS, last_commit_id: shas[1], encoding: 'base64' });
    expect(Buffer.from(body.content, 'base64').toString()).toContain('ref: bbb');
  });

  it.each([
    [`/repository/files/none/raw?ref=master`, 404, '404 File Not Found'],
    [`/repository/files/${FILE}/raw?ref=none`, 404, '404 Commit Not Found'],
    [`/repository/files/..%2F..%2Fetc%2Fpasswd/raw?ref=master`, 404, '404 File Not Found'],
    [`/repository/files/${FILE}/raw?ref=--all`, 404, '404 Commit Not Found'],
  ])('%s answers %i', async (path, status, message) => {
    const { call } = await testGitLab();
    const answer = await call('GET', path);
    expect([answer.status, answer.body.message]).toEqual([status, message]);
  });

  it('are found however a client encodes their path', async () => {
    const { call } = await testGitLab();
    const answer = await call('GET', '/repository/files/data%2Fsaas%2Eyml/raw?ref=master');
    expect(answer.body).toContain('ref: bbb');
  });

  it('asks for the ref that it needs', async () => {
    const { call } = await testGitLab();
    const answer = await call('GET', `/repository/files/${FILE}`);
    expect([answer.status, answer.body]).toEqual([400, { error: 'ref is missing' }]);
  });

  it('are listed, folders first', async () => {
    const { call } = await testGitLab();
    const names = async (query: string) =>
      (await call('GET', `/repository/tree${query}`)).body.map(({ path }: { path: string }) => path);
    expect(await names('')).toEqual(['data', 'other.yml']);
    expect(await names('?recursive=true')).toEqual(['data', SAAS, 'other.yml']);
    expect(await names('?path=data')).toEqual([SAAS]);
  });
});

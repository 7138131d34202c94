import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openAuditLog } from '../../../src/sandbox/audit.ts';
import { startGitHubServer } from '../../../src/sandbox/github/server.ts';
import type { FaultGate } from '../../../src/sandbox/kubernetes/world-interfaces.ts';
import { systemClock } from '../../../src/sandbox/world/system-clock.ts';
import { change, emptyRepository, START, temporaryFolder } from '../git/test-repository.ts';

const NAME = 'owner/kas';
const many = (count: number, text: string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`many/${index}.go`, text]));

/** A GitHub with one repository: a base, a release of 320 files and 260 commits, and a branch beside it. */
async function testGitHub(faults?: Pick<FaultGate, 'intercept'>) {
  const repository = await emptyRepository();
  const empty = Array.from({ length: 258 }, (_, index) =>
    change(`commit ${index}`, {}, { time: START + (index + 2) * 1000 }),
  );
  const shas = await repository.importHistory([
    change('base', { 'a.txt': 'one\ntwo\nthree\nfour\n', 'gone.txt': 'x\n' }),
    change('many files', many(318, 'x\n'), { time: START + 1000 }),
    ...empty,
    change('last', { 'a.txt': null, 'b.txt': 'one\ntwo\nthree\nfour\nfive\n', 'gone.txt': null }),
    change('beside', { 'c.txt': 'c\n' }, { branch: 'beside', parents: [0] }),
  ]);
  const clock = systemClock();
  const audit = openAuditLog(join(temporaryFolder(), 'audit.jsonl'));
  const server = await startGitHubServer({
    repositories: [{ fullName: NAME, defaultBranch: 'main', repository }],
    loginOf: (token) => (token === 'good' ? 'operator' : undefined),
    audit,
    clock,
    faults,
    onError: (error) => {
      throw error;
    },
  });
  onTestFinished(async () => {
    await server.close();
    audit.close();
  });
  return {
    repository,
    shas,
    async get(path: string, headers: Record<string, string> = { authorization: 'Bearer good' }) {
      const response = await fetch(server.url + path, { headers });
      // biome-ignore lint/suspicious/noExplicitAny: a test reads what it knows to be there
      const body: any = await response.json();
      return { status: response.status, headers: response.headers, body };
    },
  };
}

describe('a comparison', () => {
  it('has at most 300 files, on the first page only, and pages of commits', async () => {
    const { get, shas } = await testGitHub();
    const path = `/repos/${NAME}/compare/${shas[0]}...main`;
    const whole = await get(path);
    expect(whole.body).toMatchObject({ status: 'ahead', ahead_by: 260, behind_by: 0, total_commits: 260 });
    expect(whole.body.files).toHaveLength(300);
    expect(whole.body.commits).toHaveLength(250);
    expect(whole.body.commits.at(-1).sha).toBe(shas[260]);
    const first = await get(`${path}?per_page=100`);
    expect([first.body.commits.length, first.body.files.length]).toEqual([100, 300]);
    expect(first.body.commits[0].sha).toBe(shas[1]);
    expect(first.headers.get('link')).toMatch(/page=2>; rel="next".*page=3>; rel="last"/);
    const last = await get(`${path}?per_page=100&page=3`);
    expect([last.body.commits.length, last.body.files]).toEqual([60, []]);
    expect(last.headers.get('link')).not.toContain('rel="next"');
  });

  it('tells where a file was before', async () => {
    const { get, shas } = await testGitHub();
    const { body } = await get(`/repos/${NAME}/compare/${shas[259]}...${shas[260]}`);
    expect(body.files).toMatchObject([
      { filename: 'b.txt', status: 'renamed', previous_filename: 'a.txt', additions: 1, deletions: 0 },
      { filename: 'gone.txt', status: 'removed' },
    ]);
    expect(body.files[0].patch).toBe('@@ -2,3 +2,4 @@ one\n two\n three\n four\n+five');
  });

  it('starts where the two parted', async () => {
    const { get, shas } = await testGitHub();
    const { body } = await get(`/repos/${NAME}/compare/${shas[258]}...owner:beside`);
    expect(body).toMatchObject({ status: 'diverged', ahead_by: 1, merge_base_commit: { sha: shas[0] } });
    expect(body.files).toMatchObject([{ filename: 'c.txt', status: 'added' }]);
    expect((await get(`/repos/${NAME}/compare/main...main`)).body).toMatchObject({
      status: 'identical',
      files: [],
    });
    expect((await get(`/repos/${NAME}/compare/main...none`)).status).toBe(404);
    expect((await get(`/repos/${NAME}/compare/main..beside`)).status).toBe(404);
  });
});

describe('a tree', () => {
  it('is listed whole by commit, branch or its own SHA', async () => {
    const { get, repository } = await testGitHub();
    const { body } = await get(`/repos/${NAME}/git/trees/main?recursive=1`);
    expect(body.truncated).toBe(false);
    expect(body.tree).toHaveLength(320);
    expect(body.tree[0]).toMatchObject({ path: 'b.txt', type: 'blob', mode: '100644', size: 24 });
    const commit = await repository.commit('main');
    expect(body.sha).toBe(commit?.tree);
    const top = await get(`/repos/${NAME}/git/trees/${body.sha}`);
    expect(top.body.tree.map(({ path }: { path: string }) => path)).toEqual(['b.txt', 'many']);
    expect((await get(`/repos/${NAME}/git/trees/none`)).status).toBe(404);
  });
});

describe('contents', () => {
  it('are a file in base64, a folder’s list, or nothing', async () => {
    const { get, shas } = await testGitHub();
    const file = await get(`/repos/${NAME}/contents/a.txt?ref=${shas[0]}`);
    expect(Buffer.from(file.body.content, 'base64').toString()).toBe('one\ntwo\nthree\nfour\n');
    expect((await get(`/repos/${NAME}/contents/many`)).body).toHaveLength(318);
    expect((await get(`/repos/${NAME}/contents/none`)).body).toMatchObject({
      message: 'Not Found',
      status: '404',
    });
  });
});

describe('a commit', () => {
  it('has its files; one that is not there is unprocessable', async () => {
    const { get, shas } = await testGitHub();
    const { body } = await get(`/repos/${NAME}/commits/${shas[261]}`);
    expect(body).toMatchObject({ sha: shas[261], commit: { message: 'beside' }, stats: { additions: 1 } });
    const none = await get(`/repos/${NAME}/commits/0123456`);
    expect([none.status, none.body.message]).toEqual([422, 'No commit found for SHA: 0123456']);
  });
});

describe('the caller', () => {
  it('may be anyone, with fewer requests, but not someone with a wrong token', async () => {
    const { get } = await testGitHub();
    const wrong = await get(`/repos/${NAME}`, { authorization: 'token bad' });
    expect([wrong.status, wrong.body.message]).toEqual([401, 'Bad credentials']);
    const first = await get(`/repos/${NAME}`, {});
    expect(first.headers.get('x-ratelimit-remaining')).toBe('59');
    for (let used = 1; used < 60; used += 1) await get(`/repos/${NAME}`, {});
    const limited = await get(`/repos/${NAME}`, {});
    expect([limited.status, limited.headers.get('x-ratelimit-remaining')]).toEqual([403, '0']);
    expect((await get('/rate_limit', {})).body.rate).toMatchObject({ limit: 60, remaining: 0 });
    expect((await get(`/repos/${NAME}`)).status).toBe(200);
  });

  it('is refused when a scenario says so', async () => {
    const { get } = await testGitHub({
      intercept: ({ resource, namespace }) =>
        resource === 'compare' && namespace === NAME ? { respond: { code: 503 } } : undefined,
    });
    expect((await get(`/repos/${NAME}/compare/main...beside`)).status).toBe(503);
    expect((await get(`/repos/${NAME}/commits`)).status).toBe(200);
  });
});

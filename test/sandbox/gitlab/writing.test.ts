import { describe, expect, it } from 'vitest';
import { SAAS, type TestGitLab, testGitLab } from './test-gitlab.ts';

const BRANCH = 'revert-bbb';

/** A branch of the project's own, from master. */
async function withBranch(): Promise<TestGitLab> {
  const gitlab = await testGitLab();
  const answer = await gitlab.call('POST', '/repository/branches', { branch: BRANCH, ref: 'master' });
  expect(answer.status).toBe(201);
  return gitlab;
}

async function fileOn(gitlab: TestGitLab, ref: string): Promise<string> {
  return (await gitlab.call('GET', `/repository/files/${encodeURIComponent(SAAS)}/raw?ref=${ref}`)).body;
}

describe('a branch', () => {
  it('is made, read and deleted', async () => {
    const gitlab = await withBranch();
    const read = await gitlab.call('GET', `/repository/branches/${BRANCH}`);
    expect(read.body).toMatchObject({ name: BRANCH, protected: false, commit: { id: gitlab.shas[3] } });
    expect((await gitlab.call('DELETE', `/repository/branches/${BRANCH}`)).status).toBe(204);
    expect((await gitlab.call('GET', `/repository/branches/${BRANCH}`)).body).toEqual({
      message: '404 Branch Not Found',
    });
  });

  it.each([
    [{ branch: BRANCH, ref: 'master' }, 400, { message: 'Branch already exists' }],
    [{ branch: 'new', ref: 'none' }, 400, { message: 'Invalid reference name: none' }],
    [{ branch: 'bad..name', ref: 'master' }, 400, { message: 'Branch name is invalid' }],
    [{ branch: '--force', ref: 'master' }, 400, { message: 'Branch name is invalid' }],
    [{ branch: 'nul\0', ref: 'master' }, 400, { message: 'Branch name is invalid' }],
    [{ ref: 'master' }, 400, { error: 'branch is missing' }],
  ])('%j answers %i', async (body, status, expected) => {
    const gitlab = await withBranch();
    const answer = await gitlab.call('POST', '/repository/branches', body);
    expect([answer.status, answer.body]).toEqual([status, expected]);
  });

  it.each(['master~1', 'master%5E%7Btree%7D', '..%2Fheads%2Fmaster', 'ma%00ster', '*'])(
    'is looked up by its very name: %s is none',
    async (name) => {
      const { call } = await testGitLab();
      const answer = await call('GET', `/repository/branches/${name}`);
      expect([answer.status, answer.body]).toEqual([404, { message: '404 Branch Not Found' }]);
    },
  );

  it('that is protected is not pushed to, and who may only read makes none', async () => {
    const gitlab = await withBranch();
    const denied = { message: '403 Forbidden - You are not allowed to push into this branch' };
    expect((await gitlab.call('DELETE', '/repository/branches/master')).body).toEqual(denied);
    gitlab.forge.addToken({ token: 'guest', username: 'reader', scopes: ['api'] });
    const answer = await gitlab.call('POST', '/repository/branches', { branch: 'b', ref: 'master' }, 'guest');
    expect([answer.status, answer.body]).toEqual([403, denied]);
  });
});

describe('a revert', () => {
  it('is tried, and then done once, on a branch that is there', async () => {
    const gitlab = await withBranch();
    const path = `/repository/commits/${gitlab.shas[1]}/revert`;
    const dry = await gitlab.call('POST', path, { branch: BRANCH, dry_run: true });
    expect([dry.status, dry.body]).toEqual([200, { dry_run: 'success' }]);
    expect(await fileOn(gitlab, BRANCH)).toContain('bbb');
    const done = await gitlab.call('POST', path, { branch: BRANCH });
    expect(done.status).toBe(201);
    expect(done.body).toMatchObject({
      title: 'Revert "chore: update version to bbb"',
      message: `Revert "chore: update version to bbb"\n\nThis reverts commit ${gitlab.shas[1]}`,
      parent_ids: [gitlab.shas[3]],
      author_email: 'operator@example.com',
    });
    expect(await fileOn(gitlab, BRANCH)).toContain('aaa');
    const again = await gitlab.call('POST', path, { branch: BRANCH, dry_run: true });
    expect([again.status, again.body]).toMatchObject([400, { error_code: 'empty', dry_run: 'error' }]);
  });

  it('of a merge commit takes back the merge request', async () => {
    const gitlab = await withBranch();
    const path = `/repository/commits/${gitlab.shas[3]}/revert`;
    const { body } = await gitlab.call('POST', path, { branch: BRANCH });
    expect(body.message).toContain('This reverts merge request !7');
    expect(await fileOn(gitlab, BRANCH)).toContain('aaa');
  });

  it('conflicts when the lines changed since, and says so in a word of its own', async () => {
    const gitlab = await withBranch();
    await gitlab.project.repository.importHistory([
      {
        branch: BRANCH,
        author: { name: 'x', email: 'x@example.com' },
        time: Date.parse('2026-01-06T09:00:00Z'),
        message: 'newer',
        changes: [{ path: SAAS, content: 'targets:\n- namespace: production\n  ref: ccc\n' }],
      },
    ]);
    const answer = await gitlab.call('POST', `/repository/commits/${gitlab.shas[1]}/revert`, {
      branch: BRANCH,
    });
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error_code: 'conflict' });
    expect(answer.body.message).toMatch(/^Sorry, we cannot revert this commit automatically\./);
    expect(answer.body).not.toHaveProperty('dry_run');
  });

  it.each([
    ['master', 403, '403 Forbidden - You are not allowed to push into this branch'],
    ['none', 404, '404 Branch Not Found'],
  ])('on %s answers %i, dry-run or not', async (branch, status, message) => {
    const gitlab = await testGitLab();
    for (const dry_run of [true, false]) {
      const body = { branch, dry_run };
      const answer = await gitlab.call('POST', `/repository/commits/${gitlab.shas[1]}/revert`, body);
      expect([answer.status, answer.body.message]).toEqual([status, message]);
    }
  });
});

describe('a commit of actions', () => {
  const update = (rest: object = {}) => ({
    commit_message: 'by hand',
    actions: [{ action: 'update', file_path: SAAS, content: 'ref: ddd\n', ...rest }],
  });

  it('goes on a new branch, from another project if need be', async () => {
    const { api, fork, project, shas } = await testGitLab();
    const body = {
      ...update({ last_commit_id: shas[1] }),
      branch: 'by-hand',
      start_branch: 'master',
      start_project: project.id,
    };
    const answer = await api('POST', `/projects/${fork.id}/repository/commits`, body);
    expect([answer.status, answer.body]).toMatchObject([201, { parent_ids: [shas[3]], title: 'by hand' }]);
    expect(answer.body.stats).toEqual({ additions: 1, deletions: 3, total: 4 });
    expect(await fork.repository.readText('by-hand', SAAS)).toBe('ref: ddd\n');
  });

  it.each([
    [{ ...update(), branch: 'none' }, 'You can only create or edit files when you are on a branch'],
    [
      { ...update(), branch: BRANCH, start_branch: 'master' },
      `A branch called '${BRANCH}' already exists. Switch to that branch in order to make changes`,
    ],
    [
      { ...update({ last_commit_id: '0'.repeat(40) }), branch: BRANCH },
      'You are attempting to update a file that has changed since you started editing it.',
    ],
    [{ ...update({ file_path: 'none' }), branch: BRANCH }, "A file with this name doesn't exist"],
    [{ ...update({ action: 'create' }), branch: BRANCH }, 'A file with this name already exists'],
    [
      { ...update({ action: 'create', file_path: '../x' }), branch: BRANCH },
      'Path cannot include directory traversal',
    ],
    [
      { ...update({ action: 'create', file_path: '.git/config' }), branch: BRANCH },
      'Path cannot include directory traversal',
    ],
  ])('%# is refused', async (body, message) => {
    const gitlab = await withBranch();
    const answer = await gitlab.call('POST', '/repository/commits', body);
    expect([answer.status, answer.body]).toEqual([400, { message }]);
  });

  it('creates, moves and deletes files in one commit, from base64 too', async () => {
    const gitlab = await withBranch();
    const actions = [
      { action: 'create', file_path: 'new.bin', content: 'AAEC', encoding: 'base64' },
      { action: 'move', file_path: 'moved.yml', previous_path: 'other.yml' },
      { action: 'delete', file_path: SAAS },
    ];
    const body = { branch: BRANCH, commit_message: 'three', actions };
    const { body: commit } = await gitlab.call('POST', '/repository/commits', body);
    const diff = await gitlab.call('GET', `/repository/commits/${commit.id}/diff`);
    const kinds = diff.body.map((file: Record<string, unknown>) => [
      file.new_path,
      file.new_file,
      file.renamed_file,
      file.deleted_file,
    ]);
    expect(kinds).toEqual([
      [SAAS, false, false, true],
      ['moved.yml', false, true, false],
      ['new.bin', true, false, false],
    ]);
  });

  it('tells whoever listens of the push', async () => {
    const gitlab = await withBranch();
    const pushes: unknown[] = [];
    gitlab.forge.on(
      (event) => event.type === 'push' && pushes.push([event.branch, event.user, event.before]),
    );
    await gitlab.call('POST', '/repository/commits', { ...update(), branch: BRANCH });
    expect(pushes).toEqual([[BRANCH, 'operator', gitlab.shas[3]]]);
  });
});

import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { createGitLabHistory } from '../../../src/adapters/gitlab/gitlab.ts';
import { PROJECT, SAAS, testGitLab } from '../../sandbox/gitlab/test-gitlab.ts';
import { failureOf, gitlabAt } from './loopback.ts';

/** The way of a rollback over a GitLab with real repositories behind it. */
describe('a rollback through GitLab', () => {
  const as = (url: string, user: string) => gitlabAt(url, { token: { value: `${user}-token` } });

  it('finds the promotion, reverts it in a fork, and opens the merge request once', async () => {
    const { url, shas, fork, project } = await testGitLab();
    const gitlab = as(url, 'operator');
    expect(await gitlab.me()).toMatchObject({ username: 'operator' });
    expect(await gitlab.tokenScopes()).toEqual(['api']);
    const home = await gitlab.project(PROJECT);
    expect(home).toMatchObject({ id: project.id, path: PROJECT, defaultBranch: 'master', accessLevel: 30 });
    expect(await gitlab.project(fork.id)).toMatchObject({ forkedFrom: project.id });

    const history = await gitlab.commits({ project: PROJECT, path: SAAS, ref: 'master', limit: 50 });
    const promotion = history.find(({ title }) => title === 'chore: update version to bbb');
    expect(promotion?.id).toBe(shas[1]);
    const [change] = await gitlab.commitDiff(PROJECT, promotion?.id ?? '');
    expect(change).toMatchObject({ newPath: SAAS, status: 'modified', incomplete: false });
    expect(change?.diff).toContain('+  ref: bbb');
    expect(await gitlab.file(PROJECT, SAAS, 'master')).toContain('ref: bbb');
    expect(await gitlab.mergeRequestsOf(PROJECT, promotion?.id ?? '')).toMatchObject([
      { iid: 7, state: 'merged', mergeCommitSha: shas[3], labels: ['bot/approved'] },
    ]);

    expect(await gitlab.branchHead(fork.id, 'rollback')).toBeUndefined();
    await gitlab.createBranch(fork.id, 'rollback', 'master');
    expect(await failureOf(gitlab.createBranch(fork.id, 'rollback', 'master'))).toMatchObject({
      detail: 'branch-exists',
    });
    const revert = await gitlab.revert(fork.id, promotion?.id ?? '', 'rollback');
    expect(await gitlab.branchHead(fork.id, 'rollback')).toBe(revert.id);
    expect(await gitlab.file(fork.id, SAAS, 'rollback')).toContain('ref: aaa');
    expect(await failureOf(gitlab.revert(fork.id, promotion?.id ?? '', 'rollback'))).toMatchObject({
      reason: 'invalid',
      detail: 'empty',
    });

    const request = {
      sourceProject: fork.id,
      targetProject: project.id,
      sourceBranch: 'rollback',
      targetBranch: 'master',
      title: 'Revert "chore: update version to bbb"',
      description: 'bbb fails.\n\n- evidence',
    };
    const opened = await gitlab.createMergeRequest(request);
    expect(opened).toMatchObject({ state: 'opened', sha: revert.id, sourceProjectId: fork.id });
    expect(await failureOf(gitlab.createMergeRequest(request))).toMatchObject({
      detail: 'merge-request-exists',
      message: expect.stringContaining(`!${opened.iid}`),
    });
    const search = { project: PROJECT, sourceBranch: 'rollback', state: 'opened', limit: 5 } as const;
    expect((await gitlab.findMergeRequests(search)).map(({ iid }) => iid)).toEqual([opened.iid]);
    await gitlab.comment(PROJECT, opened.iid, 'Two pods\nfail.');
    const notes = await gitlab.notes(PROJECT, opened.iid);
    expect(notes.at(-1)).toMatchObject({ author: 'operator', body: 'Two pods\nfail.', system: false });
    expect(await gitlab.labelEvents(PROJECT, opened.iid)).toEqual([]);
    expect(await gitlab.pipelines(PROJECT, opened.iid)).toEqual(expect.any(Array));
  });

  it('sets the text of a file instead, on a branch that begins at the upstream project', async () => {
    const { url, fork, project, shas } = await testGitLab();
    const gitlab = as(url, 'operator');
    const [last] = await gitlab.commits({ project: PROJECT, path: SAAS, ref: 'master', limit: 1 });
    const made = await gitlab.commitFile({
      project: fork.id,
      branch: 'by-hand',
      message: 'Back to aaa',
      path: SAAS,
      content: 'ref: aaa\n',
      lastCommitId: last?.id ?? '',
      startProject: project.id,
      startRef: shas[3] ?? '',
    });
    expect(await gitlab.branchHead(fork.id, 'by-hand')).toBe(made.id);
    expect(await gitlab.file(fork.id, SAAS, 'by-hand')).toBe('ref: aaa\n');
  });

  it('is refused to those who may not, and hidden from those who may not see it', async () => {
    const { url } = await testGitLab();
    expect(await failureOf(as(url, 'reader').createBranch(PROJECT, 'x', 'master'))).toMatchObject({
      detail: 'insufficient-scope',
    });
    expect(await failureOf(as(url, 'stranger').project(PROJECT))).toMatchObject({ detail: 'project' });
    expect(await failureOf(as(url, 'nobody').me())).toMatchObject({ reason: 'unauthorized' });
    expect(await failureOf(gitlabAt(url, { token: {} }).me())).toMatchObject({
      message: expect.stringContaining('none is configured'),
    });
  });

  it('compares two commits of a project', async () => {
    const { url, shas } = await testGitLab();
    const token = { value: 'operator-token' };
    const code = createGitLabHistory({ url, token, clock: systemClock }, PROJECT);
    const comparison = await code.compare(shas[0] ?? '', shas[3] ?? '');
    expect(comparison).toMatchObject({ complete: true, source: 'gitlab' });
    expect(comparison.files.map(({ path }) => path).toSorted()).toEqual([SAAS, 'other.yml']);
    expect(comparison.commits).toHaveLength(3);
  });
});

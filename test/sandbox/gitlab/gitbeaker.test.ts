import { Gitlab } from '@gitbeaker/rest';
import { expect, it } from 'vitest';
import { PROJECT, SAAS, testGitLab } from './test-gitlab.ts';

/** The whole way of a rollback, as a client that knows only the real GitLab goes it. */
it('a client of the real GitLab finds the promotion, reverts it and has it merged', async () => {
  const gitlab = await testGitLab();
  const operator = new Gitlab({ host: gitlab.url, token: 'operator-token' });
  expect(await operator.Users.showCurrentUser()).toMatchObject({ username: 'operator' });
  const project = await operator.Projects.show(PROJECT);
  expect(project.default_branch).toBe('master');

  const commits = await operator.Commits.all(PROJECT, {
    refName: 'master',
    path: SAAS,
    perPage: 1,
    maxPages: 5,
  });
  expect(commits.map(({ id }) => id)).toEqual([gitlab.shas[1], gitlab.shas[0]]);
  const sha = commits[0]?.id ?? '';
  expect(await operator.Commits.showDiff(PROJECT, sha)).toMatchObject([{ new_path: SAAS }]);
  expect(await operator.Commits.allMergeRequests(PROJECT, sha)).toMatchObject([{ iid: 7 }]);
  expect(await operator.RepositoryFiles.showRaw(PROJECT, SAAS, 'master')).toContain('ref: bbb');
  const compared = await operator.Repositories.compare(PROJECT, gitlab.shas[0] ?? '', 'master');
  expect(compared.diffs).toHaveLength(2);

  const [fork] = await operator.Projects.allForks(PROJECT, { owned: true });
  const forkId = fork?.id ?? 0;
  await operator.Branches.create(forkId, 'revert', 'master');
  expect(await operator.Commits.revert(forkId, sha, 'revert', { dryRun: true })).toEqual({
    dry_run: 'success',
  });
  const reverted = await operator.Commits.revert(forkId, sha, 'revert');
  const opened = await operator.MergeRequests.create(forkId, 'revert', 'master', 'Revert bbb', {
    targetProjectId: project.id,
    description: 'It broke.',
    removeSourceBranch: true,
  });
  expect(opened).toMatchObject({ sha: reverted.id, project_id: project.id });
  await operator.MergeRequestNotes.create(PROJECT, opened.iid, '/lgtm');
  expect(await operator.MergeRequestNotes.all(PROJECT, opened.iid, { sort: 'asc' })).toMatchObject([
    { body: '/lgtm' },
  ]);
  expect(
    await operator.MergeRequestApprovals.showConfiguration(PROJECT, { mergerequestIId: opened.iid }),
  ).toMatchObject({ approvals_left: 0 });
  await gitlab.until(
    `/merge_requests/${opened.iid}`,
    ({ body }) => body.detailed_merge_status === 'mergeable',
  );

  const bot = new Gitlab({ host: gitlab.url, token: 'bot-token' });
  const merged = await bot.MergeRequests.merge(project.id, opened.iid, { sha: opened.sha });
  expect(merged.state).toBe('merged');
  expect(await operator.RepositoryFiles.showRaw(PROJECT, SAAS, 'master')).toContain('ref: aaa');
});

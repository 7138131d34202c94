import { describe, expect, it } from 'vitest';
import { SAAS, type TestGitLab, testGitLab } from './test-gitlab.ts';

const CONTENT = 'targets:\n- namespace: production\n  ref: aaa\n';

/** A merge request that takes the promotion back, from the operator's fork unless told. */
async function opened(gitlab: TestGitLab, from: TestGitLab['project'] = gitlab.fork, content = CONTENT) {
  const at = `/projects/${from.id}`;
  const commit = await gitlab.api('POST', `${at}/repository/commits`, {
    branch: 'revert',
    start_branch: 'master',
    commit_message: 'Revert',
    actions: [{ action: 'update', file_path: SAAS, content }],
  });
  expect(commit.status).toBe(201);
  const wish = {
    source_branch: 'revert',
    target_branch: 'master',
    target_project_id: gitlab.project.id,
    title: 'Revert "bbb"',
    description: 'It broke.',
  };
  const answer = await gitlab.api('POST', `${at}/merge_requests`, wish);
  return { answer, wish, at, sha: commit.body.id as string };
}

const elsewhere = { branch: 'master', author: { name: 'x', email: 'x@example.com' } } as const;

describe('opening a merge request', () => {
  it('from a fork answers 201 with an unprepared one, whose status comes later', async () => {
    const gitlab = await testGitLab();
    const { answer, sha } = await opened(gitlab);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      iid: 8,
      state: 'opened',
      project_id: gitlab.project.id,
      source_project_id: gitlab.fork.id,
      target_project_id: gitlab.project.id,
      sha,
      merge_status: 'unchecked',
      detailed_merge_status: 'preparing',
      author: { username: 'operator' },
      web_url: `${gitlab.url}/service/app-interface/-/merge_requests/8`,
    });
    const ready = await gitlab.until(
      '/merge_requests/8',
      (next) => next.body.merge_status === 'can_be_merged',
    );
    expect(ready.body).toMatchObject({
      detailed_merge_status: 'mergeable',
      has_conflicts: false,
      changes_count: '1',
    });
    const { body } = await gitlab.call('GET', '/merge_requests/8/changes');
    expect(body.changes).toMatchObject([{ new_path: SAAS }]);
  });

  it('twice answers 409 and names the first', async () => {
    const gitlab = await testGitLab();
    const { wish, at } = await opened(gitlab);
    const answer = await gitlab.api('POST', `${at}/merge_requests`, wish);
    expect([answer.status, answer.body]).toEqual([
      409,
      { message: ['Another open merge request already exists for this source branch: !8'] },
    ]);
  });

  it('from a branch into itself answers 422', async () => {
    const gitlab = await testGitLab();
    const answer = await gitlab.call('POST', '/merge_requests', {
      source_branch: 'master',
      target_branch: 'master',
      title: 'x',
    });
    expect([answer.status, answer.body]).toEqual([
      422,
      { message: ["You can't use same project/branch for source and target"] },
    ]);
  });

  it('without a change is opened, and says commits_status', async () => {
    const gitlab = await testGitLab();
    await gitlab.call('POST', '/repository/branches', { branch: 'same', ref: 'master' });
    const wish = { source_branch: 'same', target_branch: 'master', title: 'nothing' };
    const { body } = await gitlab.call('POST', '/merge_requests', wish);
    await gitlab.until(
      `/merge_requests/${body.iid}`,
      (answer) => answer.body.detailed_merge_status === 'commits_status',
    );
  });
});

describe('finding merge requests', () => {
  it('by branch, state, words, labels and number', async () => {
    const gitlab = await testGitLab();
    await opened(gitlab);
    const iids = async (query: string) =>
      (await gitlab.call('GET', `/merge_requests?${query}`)).body.map((item: { iid: number }) => item.iid);
    expect(await iids('')).toEqual([8, 7]);
    expect(await iids('state=opened')).toEqual([8]);
    expect(await iids('source_branch=revert&state=all')).toEqual([8]);
    expect(await iids('search=update%20version')).toEqual([7]);
    expect(await iids('labels=bot/approved')).toEqual([7]);
    expect(await iids('iids[]=7')).toEqual([7]);
    expect(await iids('order_by=created_at&sort=asc')).toEqual([7, 8]);
    expect(await iids('created_after=2026-01-06T00:00:00Z')).toEqual([8]);
    const mine = await gitlab.api('GET', '/merge_requests?scope=created_by_me');
    expect(mine.body).toHaveLength(2);
    expect((await gitlab.api('GET', '/merge_requests?scope=all', undefined, 'stranger-token')).body).toEqual(
      [],
    );
  });

  it('counts them in the headers', async () => {
    const gitlab = await testGitLab();
    await opened(gitlab);
    const { headers } = await gitlab.call('GET', '/merge_requests?per_page=1');
    expect([headers.get('x-total'), headers.get('x-total-pages'), headers.get('x-next-page')]).toEqual([
      '2',
      '2',
      '2',
    ]);
    expect(headers.get('link')).toMatch(/rel="next".*rel="first".*rel="last"/);
  });
});

describe('while a merge request waits', () => {
  it('notes, labels and pipelines tell what was said and done', async () => {
    const gitlab = await testGitLab();
    await opened(gitlab);
    const heard: unknown[] = [];
    gitlab.forge.on((event) => heard.push(event.type === 'note' ? event.note.body : event.type));
    const note = await gitlab.call('POST', '/merge_requests/8/notes', { body: '/lgtm' });
    expect([note.status, note.body]).toMatchObject([201, { body: '/lgtm', system: false }]);
    const mergeRequest = gitlab.forge.mergeRequests.get(gitlab.project.id, 8);
    if (mergeRequest === undefined) throw new Error('no merge request');
    gitlab.forge.mergeRequests.setLabels(mergeRequest, 'bot', ['approved', 'hold']);
    gitlab.forge.mergeRequests.removeLabel(mergeRequest, 'bot', 'hold');
    gitlab.forge.mergeRequests.addPipeline(mergeRequest, 'running');
    expect(heard).toEqual(['/lgtm', 'label', 'label', 'label', 'pipeline']);
    const events = await gitlab.call('GET', '/merge_requests/8/resource_label_events');
    expect(
      events.body.map((event: { action: string; label: { name: string } }) => [
        event.action,
        event.label.name,
      ]),
    ).toEqual([
      ['add', 'approved'],
      ['add', 'hold'],
      ['remove', 'hold'],
    ]);
    expect((await gitlab.call('GET', '/merge_requests/8/pipelines')).body).toMatchObject([
      { status: 'running', sha: mergeRequest.sha },
    ]);
    expect((await gitlab.call('GET', '/merge_requests/8')).body).toMatchObject({
      labels: ['approved'],
      user_notes_count: 1,
      head_pipeline: { status: 'running' },
    });
  });

  it('a push into the target has the status computed anew, conflicts and all', async () => {
    const gitlab = await testGitLab();
    await opened(gitlab);
    await gitlab.until('/merge_requests/8', ({ body }) => body.detailed_merge_status === 'mergeable');
    const { repository } = gitlab.project;
    const before = await repository.branch('master');
    const after = await repository.commitFiles({
      parent: before,
      changes: [{ path: SAAS, content: 'targets:\n- namespace: production\n  ref: zzz\n' }],
      message: 'newer promotion',
      author: elsewhere.author,
      time: Date.now(),
    });
    await gitlab.forge.push(gitlab.project, 'bot', 'master', before, after);
    const first = await gitlab.call('GET', '/merge_requests/8?include_diverged_commits_count=true');
    expect(first.body).toMatchObject({ merge_status: 'unchecked', diverged_commits_count: 1 });
    const last = await gitlab.until('/merge_requests/8', ({ body }) => body.has_conflicts);
    expect(last.body).toMatchObject({ merge_status: 'cannot_be_merged', detailed_merge_status: 'conflict' });
    const merge = await gitlab.call('PUT', '/merge_requests/8/merge', {}, 'bot-token');
    expect([merge.status, merge.body]).toEqual([422, { message: 'Branch cannot be merged' }]);
  });

  it('a rebase answers at once, goes on, and ends with another head', async () => {
    const gitlab = await testGitLab();
    const { sha } = await opened(gitlab);
    const { repository } = gitlab.project;
    const before = await repository.branch('master');
    const after = await repository.commitFiles({
      parent: before,
      changes: [{ path: 'another.yml', content: 'x\n' }],
      message: 'elsewhere',
      author: elsewhere.author,
      time: Date.now(),
    });
    await gitlab.forge.push(gitlab.project, 'bot', 'master', before, after);
    const answer = await gitlab.call('PUT', '/merge_requests/8/rebase', {}, 'bot-token');
    expect([answer.status, answer.body]).toEqual([202, { rebase_in_progress: true }]);
    const path = '/merge_requests/8?include_rebase_in_progress=true&include_diverged_commits_count=true';
    expect((await gitlab.call('GET', path)).body).toMatchObject({ rebase_in_progress: true, sha });
    const done = await gitlab.until(path, ({ body }) => !body.rebase_in_progress);
    expect(done.body).toMatchObject({ diverged_commits_count: 0, merge_error: null });
    expect(done.body.sha).not.toBe(sha);
    expect(await gitlab.fork.repository.branch('revert')).toBe(done.body.sha);
    const stale = await gitlab.call('PUT', '/merge_requests/8/merge', { sha }, 'bot-token');
    expect([stale.status, stale.body.message]).toEqual([
      409,
      `SHA does not match HEAD of source branch: ${done.body.sha}`,
    ]);
  });
});

it('a rebase that conflicts leaves the branch as it was and says why', async () => {
  const gitlab = await testGitLab();
  const { sha } = await opened(gitlab);
  const before = await gitlab.project.repository.branch('master');
  const after = await gitlab.project.repository.commitFiles({
    parent: before,
    changes: [{ path: SAAS, content: 'targets:\n- namespace: production\n  ref: zzz\n' }],
    message: 'newer promotion',
    author: elsewhere.author,
    time: Date.now(),
  });
  await gitlab.forge.push(gitlab.project, 'bot', 'master', before, after);
  await gitlab.call('PUT', '/merge_requests/8/rebase', {}, 'bot-token');
  const failed = await gitlab.until('/merge_requests/8', ({ body }) => body.merge_error !== null);
  expect(failed.body).toMatchObject({ sha, merge_error: expect.stringMatching(/^Rebase failed/) });
});

describe('merging', () => {
  it('is for those who may push to the target', async () => {
    const gitlab = await testGitLab();
    await opened(gitlab);
    const answer = await gitlab.call('PUT', '/merge_requests/8/merge');
    expect([answer.status, answer.body]).toEqual([401, { message: '401 Unauthorized' }]);
  });

  it('makes a merge commit that names the merge request, and tells everyone', async () => {
    const gitlab = await testGitLab();
    const { sha } = await opened(gitlab);
    await gitlab.until('/merge_requests/8', ({ body }) => body.detailed_merge_status === 'mergeable');
    const heard: string[] = [];
    gitlab.forge.on((event) => heard.push(event.type));
    const wish = { sha, should_remove_source_branch: true };
    const merged = await gitlab.call('PUT', '/merge_requests/8/merge', wish, 'bot-token');
    expect([merged.status, merged.body]).toMatchObject([
      200,
      { state: 'merged', merged_by: { username: 'bot' }, detailed_merge_status: 'not_open' },
    ]);
    const commit = await gitlab.project.repository.commit('master');
    expect(commit).toMatchObject({ sha: merged.body.merge_commit_sha, parents: [gitlab.shas[3], sha] });
    expect(commit?.message).toContain('See merge request service/app-interface!8');
    expect(await gitlab.project.repository.readText('master', SAAS)).toBe(CONTENT);
    expect(await gitlab.fork.repository.branch('revert')).toBeUndefined();
    expect(heard).toContain('merge');
    const again = await gitlab.call('PUT', '/merge_requests/8/merge', {}, 'bot-token');
    expect(again.status).toBe(405);
    const found = await gitlab.call('GET', `/repository/commits/${commit?.sha}/merge_requests`);
    expect(found.body).toMatchObject([{ iid: 8 }]);
  });

  it('squashes several commits into one when asked to', async () => {
    const gitlab = await testGitLab();
    const { at } = await opened(gitlab);
    await gitlab.api('POST', `${at}/repository/commits`, {
      branch: 'revert',
      commit_message: 'and more',
      actions: [{ action: 'create', file_path: 'more.yml', content: 'x\n' }],
    });
    await gitlab.until('/merge_requests/8', ({ body }) => body.detailed_merge_status === 'mergeable');
    const { body } = await gitlab.call('PUT', '/merge_requests/8/merge', { squash: true }, 'bot-token');
    const squashed = await gitlab.project.repository.commit(body.squash_commit_sha);
    expect(squashed).toMatchObject({ message: 'Revert "bbb"', parents: [gitlab.shas[3]] });
    expect(await gitlab.project.repository.readText('master', 'more.yml')).toBe('x\n');
  });

  it('of a draft, or of a closed one, is not allowed', async () => {
    const gitlab = await testGitLab();
    await opened(gitlab);
    await gitlab.call('PUT', '/merge_requests/8', { title: 'Draft: not yet' });
    await gitlab.until('/merge_requests/8', ({ body }) => body.detailed_merge_status === 'draft_status');
    expect((await gitlab.call('PUT', '/merge_requests/8/merge', {}, 'bot-token')).status).toBe(405);
    await gitlab.call('PUT', '/merge_requests/8', { state_event: 'close' });
    expect((await gitlab.call('GET', '/merge_requests/8')).body).toMatchObject({
      state: 'closed',
      detailed_merge_status: 'not_open',
    });
  });
});

import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../../src/ports/failure.ts';
import type { MergeRequest } from '../../../src/ports/gitlab.ts';
import { awaitMerge } from '../../../src/steps/gitlab/await-merge.ts';
import { awaitPromotion } from '../../../src/steps/gitlab/await-promotion.ts';
import { appInterface, COVERAGE, PROJECT, planning, SAAS, saasText, V1, V4 } from './app-interface.ts';

function opened(given: Partial<MergeRequest> = {}) {
  const world = appInterface();
  const head = world.gitlab.push(PROJECT, { title: 'Revert', files: { [SAAS]: saasText(V1, V4) } }, 'back');
  const { iid } = world.gitlab.addMergeRequest({ sourceBranch: 'back', sha: head.id, ...given });
  const planned = awaitMerge.plan({ project: PROJECT, iid }, planning(world.ports));
  const look = async () => awaitMerge.observe?.(await planned, planning(world.ports));
  return { ...world, iid, head, planned, look };
}

describe('waiting for a merge', () => {
  it('shows who has to approve, and what the pipeline does', async () => {
    const { gitlab, iid, look } = opened();
    gitlab.addNote(iid, COVERAGE, { author: 'bot' });
    gitlab.addPipeline(iid, { id: 1, sha: 'x', status: 'running', webUrl: 'https://gitlab.test/p/1' });
    expect(await look()).toMatchObject({
      holds: false,
      summary: 'waits for /lgtm of magda, sylvain · pipeline running',
      outputs: { state: 'opened', mergeCommit: null, approvers: ['magda', 'sylvain'] },
    });
  });

  it.each([
    [['/lgtm'], /\/lgtm of magda, the bot has yet to act/],
    [['/lgtm', '/lgtm cancel'], /waits for \/lgtm/],
    [['please /lgtm'], /waits for \/lgtm/],
    [['/hold'], /on hold by magda/],
    [['/hold', '/hold cancel', 'ok\n/lgtm '], /^\/lgtm of magda/],
  ])('reads the comments %j', async (bodies, expected) => {
    const { gitlab, iid, look } = opened();
    for (const body of bodies) gitlab.addNote(iid, body, { author: 'magda' });
    expect((await look())?.summary).toMatch(expected);
  });

  it('knows that a /lgtm before the last commit does not count', async () => {
    const { gitlab, iid, look } = opened();
    gitlab.addNote(iid, '/lgtm', { author: 'magda', createdAt: '2025-01-01T00:00:00Z' });
    expect((await look())?.summary).toMatch(/is older than the last commit/);
  });

  it.each([
    [{ labels: ['bot/approved: critical'] }, /approved, the bot merges it/],
    [{ labels: ['bot/hold', 'blocked/bot-access'] }, /held by label bot\/hold, blocked\/bot-access/],
    [{ labels: ['rebase-error'] }, /the bot reports rebase-error/],
    [{ rebaseInProgress: true, hasConflicts: true }, /being rebased/],
    [{ state: 'locked' }, /being merged now/],
    [{ detailedMergeStatus: 'need_rebase' }, /needs a rebase/],
    [{ detailedMergeStatus: 'a_word_of_tomorrow' }, /waits for \/lgtm/],
  ] as const)('goes on with %j', async (given, expected) => {
    const seen = await opened(given).look();
    expect(seen).toMatchObject({ holds: false, summary: expect.stringMatching(expected) });
    expect(seen).not.toHaveProperty('hopeless');
  });

  it.each([
    [{ state: 'closed' }, /was closed/],
    [{ detailedMergeStatus: 'conflict', hasConflicts: true }, /conflicts with master/],
  ])('gives up on %j', async (given, expected) => {
    expect((await opened(given).look())?.hopeless).toMatch(expected);
  });

  it('does not give up on a conflict that GitLab is still looking at', async () => {
    const seen = await opened({ detailedMergeStatus: 'checking', hasConflicts: true }).look();
    expect(seen).not.toHaveProperty('hopeless');
  });

  it('says that the commit is another one since the bot rebased', async () => {
    const { gitlab, iid, look, planned } = opened();
    await planned;
    gitlab.updateMergeRequest(iid, { sha: 'f'.repeat(40) });
    expect((await look())?.evidence.join('\n')).toMatch(/rebased since: .* is ffffffff now/);
  });

  it.each([
    [{ mergeCommitSha: 'm1', squashCommitSha: 's1' }, 'm1'],
    [{ squashCommitSha: 's1' }, 's1'],
  ])('ends with the commit %j', async (given, commit) => {
    const seen = await opened({ state: 'merged', detailedMergeStatus: 'mergeable', ...given }).look();
    expect(seen).toMatchObject({ holds: true, outputs: { mergeCommit: commit } });
  });

  it('waits as long as GitLab asks for', async () => {
    const { gitlab, ports, look, planned } = opened();
    await planned;
    gitlab.failNext(
      'mergeRequest',
      new PortFailure('Too many.', { reason: 'throttled', retryAfterMs: 30_000 }),
    );
    const looking = look();
    await ports.clock.advance(30_000);
    expect(await looking).toMatchObject({ holds: false });
  });

  it('looks more rarely the longer it lasts', async () => {
    const { ports, look, planned, gitlab } = opened();
    await planned;
    await ports.clock.advance(600_000);
    const calls = gitlab.calls.length;
    const looking = look();
    await ports.clock.advance(29_000);
    expect(gitlab.calls.length).toBe(calls);
    await ports.clock.advance(1_000);
    expect(await looking).toBeDefined();
  });
});

describe('waiting for a new version', () => {
  const params = {
    project: PROJECT,
    file: SAAS,
    target: 'production',
    not: [V4],
    search: 'update kas-fleet-manager',
    title: '^chore: update kas-fleet-manager prod version to ',
  };

  it('follows its merge request, and ends when the file has it', async () => {
    const { gitlab, ports } = appInterface();
    const plan = await awaitPromotion.plan(awaitPromotion.schema.parse(params), planning(ports));
    const look = async () => awaitPromotion.observe?.(plan, planning(ports));
    expect(await look()).toMatchObject({ holds: false, summary: expect.stringMatching(/no merge request/) });
    const fixed = '9'.repeat(40);
    gitlab.addMergeRequest({ title: 'chore: update kas-fleet-manager stage version to 9' });
    expect((await look())?.outputs).toMatchObject({ iid: null });
    const { iid } = gitlab.addMergeRequest({
      title: `chore: update kas-fleet-manager prod version to ${fixed}`,
    });
    expect(await look()).toMatchObject({ holds: false, summary: `!${iid} waits for /lgtm of an approver` });
    gitlab.push(PROJECT, { title: 'promote', files: { [SAAS]: saasText(fixed, V4) } });
    gitlab.updateMergeRequest(iid, { state: 'merged' });
    expect(await look()).toMatchObject({ holds: true, outputs: { ref: fixed, iid } });
  });
});

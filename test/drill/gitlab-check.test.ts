import { describe, expect, it } from 'vitest';
import { gitlabCheck } from '../../src/drill/gitlab-check.ts';
import { scenarioSchema } from '../../src/drill/scenario.ts';
import type { SessionState } from '../../src/engine/state.ts';
import { FakeGitLab } from '../fakes/fake-gitlab.ts';

const PROJECT = 'group/app';

function check(gitlab: FakeGitLab, wanted: object, outputs?: object) {
  const { expect: expected } = scenarioSchema.parse({
    apiVersion: 'rollbook/v1',
    kind: 'Scenario',
    id: 'x',
    title: 'x',
    expect: { outcome: 'succeeded', world: [{ project: PROJECT, ...wanted }] },
  });
  const [one] = expected.world;
  if (one === undefined || !('project' in one)) throw new Error('no expectation of GitLab');
  const steps = { revert: outputs === undefined ? { state: 'skipped' } : { state: 'succeeded', outputs } };
  return gitlabCheck(async () => gitlab, { steps } as unknown as SessionState, one);
}

function withMergeRequests(): FakeGitLab {
  const gitlab = new FakeGitLab();
  gitlab.addProject(PROJECT);
  gitlab.addMergeRequest({ title: 'Revert app', author: 'operator' });
  gitlab.addMergeRequest({ title: 'Revert app', author: 'somebody' });
  gitlab.addMergeRequest({ title: 'Other', author: 'operator', state: 'merged' });
  return gitlab;
}

describe('merge requests', () => {
  const of = { 'merge-requests-of': 'operator', titled: '^Revert' };

  it.each([
    [{ ...of, count: 1 }, true],
    [{ ...of, count: 0 }, false],
    [{ ...of, count: 2 }, false],
    [{ ...of, state: 'merged', count: 0 }, true],
    [{ ...of, titled: '.', count: 2 }, true],
  ])('%j: %s', async (wanted, held) => {
    expect(await check(withMergeRequests(), wanted)).toMatchObject({ held });
  });

  it('are named', async () => {
    expect(await check(withMergeRequests(), { ...of, count: 2 })).toMatchObject({ found: '!1' });
  });
});

describe('a value in a file', () => {
  const wanted = { file: 'a.yaml', at: ['targets', 0, 'ref'], 'equals-output': 'revert.ref' };
  const gitlab = new FakeGitLab();
  gitlab.addProject(PROJECT);
  gitlab.push(PROJECT, { title: 'x', files: { 'a.yaml': 'targets: [{ ref: abc }]\n' } });

  it.each([
    ['the same', { ref: 'abc' }, true],
    ['another', { ref: 'abd' }, false],
    ['no such output', {}, false],
    ['no such step', undefined, false],
  ])('against an output: %s', async (_, outputs, held) => {
    expect(await check(gitlab, wanted, outputs)).toMatchObject({ held });
  });
});

import { describe, expect, it } from 'vitest';
import { approversIn } from '../../../src/steps/gitlab/approvers.ts';
import { mergeRequestOf } from '../../../src/steps/gitlab/merge-request-of.ts';
import { type AppInterface, appInterface, COVERAGE, PROJECT, planning, V2, V3, V4 } from './app-interface.ts';

async function find({ ports }: AppInterface, commit: string | undefined, more: object = {}) {
  const params = mergeRequestOf.schema.parse({ project: PROJECT, commit, from: V3, to: V4, ...more });
  const plan = await mergeRequestOf.plan(params, planning(ports));
  return mergeRequestOf.observe?.(plan, planning(ports));
}

describe('the merge request of a commit', () => {
  it('is the merged one, with its approvers and its link', async () => {
    const world = appInterface();
    expect(await find(world, world.promotions[V4]?.id)).toMatchObject({
      outputs: {
        iid: 3,
        approvers: ['magda', 'sylvain'],
        code: 'gitlab:service/kas-fleet-manager',
        linkMatches: true,
      },
    });
  });

  it('is not one that is open, or went elsewhere', async () => {
    const world = appInterface();
    const commit = world.promotions[V4]?.id ?? '';
    world.gitlab.addMergeRequest({ state: 'opened' }, [commit]);
    world.gitlab.addMergeRequest({ state: 'merged', targetBranch: 'release' }, [commit]);
    expect(await find(world, commit)).toMatchObject({ outputs: { iid: 3 } });
  });

  it('warns when the link compares other versions than the file went through', async () => {
    const world = appInterface();
    const seen = await find(world, world.promotions[V4]?.id, { from: V2 });
    expect(seen?.outputs.linkMatches).toBe(false);
    expect(seen?.evidence.join('\n')).toMatch(/the file is right/);
  });

  it('is read from the message of a merge commit when GitLab knows none', async () => {
    const world = appInterface();
    const { id } = world.gitlab.push(PROJECT, {
      title: "Merge branch 'x'",
      message: `Merge branch 'x'\n\nSee merge request ${PROJECT}!3`,
      files: { x: 'y' },
    });
    expect(await find(world, id)).toMatchObject({ outputs: { iid: 3 } });
  });

  it.each(['See merge request other/project!3', 'See merge request !99', 'pushed by hand'])(
    'is not made up from "%s"',
    async (message) => {
      const world = appInterface();
      const { id } = world.gitlab.push(PROJECT, { title: 'x', message, files: { x: message } });
      await expect(find(world, id)).rejects.toThrow(/No merged merge request/);
    },
  );
});

describe('approvers', () => {
  const note = (body: string) => ({ id: 1, author: 'bot', body, createdAt: '', system: false });
  it.each([
    [COVERAGE, ['magda', 'sylvain']],
    ['[OWNERS] You need one of these:\n\n* magda, sylvain', ['magda', 'sylvain']],
    [
      'Change coverage report\n| file | approvers |\n|---|---|\n| a | `magda` sylvain |',
      ['magda', 'sylvain'],
    ],
    ['thanks @magda', []],
  ])('of %j', (body, expected) => {
    expect(approversIn([note(body)])).toEqual(expected);
  });
});

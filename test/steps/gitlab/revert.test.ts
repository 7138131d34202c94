import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../../src/ports/failure.ts';
import { revert } from '../../../src/steps/gitlab/revert.ts';
import type { Plan } from '../../../src/steps/step-kind.ts';
import {
  type AppInterface,
  appInterface,
  PROJECT,
  planning,
  running,
  SAAS,
  saasText,
  V2,
  V3,
  V4,
} from './app-interface.ts';

const BRANCH = 'rollback-production';
const lost = new PortFailure('The connection was lost.', { reason: 'disconnected' });

function params(world: AppInterface, more: object = {}): unknown {
  return revert.schema.parse({
    project: PROJECT,
    file: SAAS,
    target: 'production',
    to: V3,
    commits: [world.promotions[V4]?.id],
    branch: BRANCH,
    title: 'Revert production',
    description: 'It fails.',
    ...more,
  });
}

const plan = (world: AppInterface, more?: object): Promise<Plan> =>
  revert.plan(params(world, more), planning(world.ports));

async function run(world: AppInterface, planned: Plan) {
  const journalled: Plan = JSON.parse(JSON.stringify(planned));
  return revert.run?.(journalled, running(world.ports));
}

const observe = (world: AppInterface, planned: Plan) => revert.observe?.(planned, planning(world.ports));
const probe = (world: AppInterface, planned: Plan) => revert.probe?.(planned, planning(world.ports));
const written = ({ gitlab }: AppInterface) => gitlab.writes.map(({ operation }) => operation);
const onBranch = ({ gitlab }: AppInterface, project: string | number = PROJECT) =>
  gitlab.file(project, SAAS, BRANCH);

describe('one promotion', () => {
  it('is reverted on a branch, and proposed', async () => {
    const world = appInterface();
    const planned = await plan(world);
    expect(planned.effects.map(({ verb, target }) => [verb, target])).toEqual([
      ['create', `branch/${BRANCH}`],
      ['revert', `file/${SAAS}`],
      ['create', `merge request/${BRANCH}`],
    ]);
    expect(planned.effects[1]?.diff.filter(({ change }) => change !== 'same')).toEqual([
      { change: 'removed', text: `    ref: ${V4}` },
      { change: 'added', text: `    ref: ${V3}` },
    ]);
    await run(world, planned);
    expect(written(world)).toEqual(['createBranch', 'revert', 'createMergeRequest']);
    expect(await onBranch(world)).toBe(saasText(V3, V4));
    expect(await observe(world, planned)).toMatchObject({
      holds: true,
      outputs: { iid: 4, ref: V3, previousRef: V4 },
    });
  });

  it('is set by its ref alone when later commits touched the lines', async () => {
    const world = appInterface();
    world.gitlab.push(PROJECT, { title: 'remark', files: { [SAAS]: saasText(V4, V4, ' # stop') } });
    const planned = await plan(world);
    expect(planned.effects.map(({ verb }) => verb)).toEqual(['create', 'commit', 'create']);
    await run(world, planned);
    expect(written(world)).toEqual(['commitFile', 'createMergeRequest']);
    expect(await onBranch(world)).toBe(saasText(V3, V4, ' # stop'));
  });

  it('is set by its ref alone when GitLab sees a conflict that was not foreseen', async () => {
    const world = appInterface();
    const planned = await plan(world);
    world.gitlab.failNext(
      'revert',
      new PortFailure('No.', { reason: 'invalid', status: 400, detail: 'conflict' }),
    );
    await run(world, planned);
    expect(written(world)).toEqual(['createBranch', 'commitFile', 'createMergeRequest']);
    expect(await onBranch(world)).toBe(saasText(V3, V4));
  });
});

it('sets the ref by one commit when it goes back over several promotions', async () => {
  const world = appInterface();
  const commits = [world.promotions[V4]?.id, world.promotions[V3]?.id];
  const planned = await plan(world, { to: V2, commits });
  expect(planned.facts.join('\n')).toMatch(/over 2 promotions/);
  await run(world, planned);
  expect(await onBranch(world)).toBe(saasText(V2, V4));
});

describe('a fork', () => {
  it('gets the branch when one may not push to the project', async () => {
    const world = appInterface();
    world.gitlab.addProject('service/other');
    const home = await world.gitlab.project(PROJECT);
    Object.assign(home, { accessLevel: 20 });
    world.gitlab.addProject('olga/app-interface', { forkedFrom: home.id, accessLevel: 50 });
    const planned = await plan(world);
    expect(planned.facts.join('\n')).toMatch(/in the fork olga\/app-interface/);
    expect(planned.permissions.every(({ allowed }) => allowed === true)).toBe(true);
    await run(world, planned);
    expect(await onBranch(world, 'olga/app-interface')).toBe(saasText(V3, V4));
    await expect(onBranch(world)).rejects.toThrow();
    expect(await observe(world, planned)).toMatchObject({ holds: true });
  });

  it('is needed, when there is none, before anything is written', async () => {
    const world = appInterface();
    Object.assign(await world.gitlab.project(PROJECT), { accessLevel: 20 });
    const planned = await plan(world);
    expect(planned.permissions).toContainEqual(
      expect.objectContaining({
        resource: 'branches',
        allowed: false,
        reason: 'Reporter; pushing a branch needs Developer',
      }),
    );
  });
});

it('names the scope that the token lacks', async () => {
  const world = appInterface();
  world.gitlab.scopes = ['read_api'];
  const { permissions } = await plan(world);
  expect(permissions[0]).toMatchObject({
    allowed: false,
    reason: expect.stringMatching(/read_api.*needs api/),
  });
});

describe('never a second merge request', () => {
  it.each([
    ['createBranch', 'partly'],
    ['revert', 'partly'],
    ['createMergeRequest', 'yes'],
  ] as const)('when the answer of %s was lost', async (operation, landed) => {
    const world = appInterface();
    const planned = await plan(world);
    world.gitlab.failNext(operation, lost, { after: true });
    await expect(run(world, planned)).rejects.toThrow(lost);
    expect(await probe(world, planned)).toMatchObject({ landed });
    const again = await plan(world);
    await run(world, again);
    expect(written(world).toSorted()).toEqual(['createBranch', 'createMergeRequest', 'revert']);
    expect(await observe(world, again)).toMatchObject({ holds: true });
  });

  it('when nothing had landed', async () => {
    const world = appInterface();
    const planned = await plan(world);
    world.gitlab.failNext('createBranch', lost);
    await expect(run(world, planned)).rejects.toThrow(lost);
    expect(await probe(world, planned)).toMatchObject({ landed: 'no' });
  });

  it('when it is open already: nothing is left to do', async () => {
    const world = appInterface();
    await run(world, await plan(world));
    expect(await plan(world)).toMatchObject({ alreadyDone: true, effects: [], risk: 'safe' });
  });

  it('when the bot rebased it', async () => {
    const world = appInterface();
    const planned = await plan(world);
    await run(world, planned);
    world.gitlab.push(PROJECT, { title: 'other', files: { 'x.md': 'x' } });
    world.gitlab.push(PROJECT, { title: 'Revert, rebased', files: { 'y.md': 'y' } }, BRANCH);
    expect(await probe(world, planned)).toMatchObject({ landed: 'yes' });
    expect(await plan(world)).toMatchObject({ alreadyDone: true });
  });

  it('when it was merged meanwhile, and the branch is gone', async () => {
    const world = appInterface();
    const planned = await plan(world);
    await run(world, planned);
    const merge = world.gitlab.push(PROJECT, { title: 'Merge', files: { [SAAS]: saasText(V3, V4) } });
    world.gitlab.updateMergeRequest(4, { state: 'merged', mergeCommitSha: merge.id });
    expect(await observe(world, planned)).toMatchObject({ holds: true, outputs: { state: 'merged' } });
    expect(await plan(world)).toMatchObject({ alreadyDone: true, effects: [] });
  });
});

it('sends a write again when GitLab refused it for being too busy, after the time that it asks for', async () => {
  const world = appInterface();
  const planned = await plan(world);
  const busy = new PortFailure('Too many.', { reason: 'throttled', retryAfterMs: 3_000 });
  world.gitlab.failNext('createMergeRequest', busy);
  const running = run(world, planned);
  await world.ports.clock.advance(2_999);
  expect(written(world)).not.toContain('createMergeRequest');
  await world.ports.clock.advance(1);
  await running;
  expect(written(world)).toEqual(['createBranch', 'revert', 'createMergeRequest']);
});

describe('it is refused', () => {
  it('to write on a branch that holds something else', async () => {
    const world = appInterface();
    world.gitlab.push(PROJECT, { title: 'mine', files: { [SAAS]: saasText(V2, V2) } }, BRANCH);
    await expect(plan(world)).rejects.toThrow(/with something else on it/);
  });

  it('when there is nothing to revert', async () => {
    const world = appInterface();
    await expect(plan(world, { to: V4 })).rejects.toThrow(/nothing to revert/);
  });

  it('to use the default branch', async () => {
    await expect(plan(appInterface(), { branch: 'master' })).rejects.toThrow(/default branch/);
  });

  it('when somebody promoted between the confirmation and the write', async () => {
    const world = appInterface();
    const planned = await plan(world);
    world.gitlab.push(PROJECT, { title: 'promote', files: { [SAAS]: saasText(V2, V4) } });
    await expect(run(world, planned)).rejects.toMatchObject({ stale: true });
    expect(written(world)).toEqual([]);
  });

  it('when somebody made the branch between the confirmation and the write', async () => {
    const world = appInterface();
    const planned = await plan(world);
    world.gitlab.push(PROJECT, { title: 'mine', files: { [SAAS]: saasText(V2, V2) } }, BRANCH);
    await expect(run(world, planned)).rejects.toMatchObject({ stale: true });
    expect(written(world)).toEqual([]);
  });
});

it('says that a merge request from the same branch was closed before', async () => {
  const world = appInterface();
  world.gitlab.addMergeRequest({ sourceBranch: BRANCH, state: 'closed' });
  expect((await plan(world)).warnings.join('\n')).toMatch(/was closed by somebody/);
});

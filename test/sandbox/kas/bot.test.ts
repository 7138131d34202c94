import { describe, expect, test } from 'vitest';
import { APPROVERS, OPERATOR, OTHERS } from '../../../src/sandbox/kas/people.ts';
import { commandsOf, verdict } from '../../../src/sandbox/kas/review-commands.ts';
import { SAAS_FILE } from '../../../src/sandbox/kas/saas-file.ts';
import { testKasForge } from './test-kas-forge.ts';

const [FIRST, SECOND] = APPROVERS.map(({ username }) => username) as [string, string];

describe('commands', () => {
  test.each([
    ['/lgtm', ['lgtm']],
    ['fine\n/lgtm  \nthanks', ['lgtm']],
    ['/hold\n/lgtm', ['hold', 'lgtm']],
    ['/hold cancel', ['hold cancel']],
    ['please /lgtm', []],
    [' /lgtm', []],
    ['/LGTM', []],
    ['/lgtmm', []],
  ])('of %j', (body, expected) => {
    expect(commandsOf(body)).toEqual(expected);
  });

  test.each([
    ['nothing', [], { approved: false, held: false }],
    ['an approval', [['a', '/lgtm']], { approved: true, held: false }],
    ['a stranger', [['x', '/lgtm']], { approved: false, held: false }],
    [
      'a cancelled approval',
      [
        ['a', '/lgtm'],
        ['a', '/lgtm cancel'],
      ],
      { approved: false, held: false },
    ],
    [
      'one of two cancelled',
      [
        ['a', '/lgtm'],
        ['b', '/lgtm'],
        ['a', '/lgtm cancel'],
      ],
      { approved: true, held: false },
    ],
    [
      'a hold beside an approval',
      [
        ['a', '/lgtm'],
        ['b', '/hold'],
      ],
      { approved: true, held: true },
    ],
    [
      'a hold lifted by another',
      [
        ['a', '/hold'],
        ['b', '/hold cancel'],
      ],
      { approved: false, held: false },
    ],
  ] as const)('verdict on %s', (_what, said, expected) => {
    const notes = said.map(([author, body], id) => ({ id, author, body, createdAt: id, system: false }));
    expect(verdict(notes, new Set(['a', 'b']), 0)).toEqual(expected);
  });

  test('an approval from before the last push counts no more', () => {
    const notes = [{ id: 1, author: 'a', body: '/lgtm', createdAt: 5, system: false }];
    expect(verdict(notes, new Set(['a']), 6).approved).toBe(false);
  });
});

describe('the bot', () => {
  test('names the approvers, waits for one, merges, and the deployer rolls it out', async () => {
    const world = await testKasForge();
    const before = world.image('production');
    const mergeRequest = await world.revert();
    await world.until('it is merged', () => mergeRequest.state === 'merged');
    const [report, approved] = world.botNotes(mergeRequest);
    expect(report).toMatch(/^Change coverage report/);
    for (const { username } of APPROVERS) expect(report).toContain(`@${username}`);
    expect(approved).toContain('| approved |');
    expect(mergeRequest.labels).toContain('bot/approved');
    expect(mergeRequest.mergeCommitSha).toMatch(/^\w{40}$/);
    expect(world.image('production')).toBe(before);
    const target = world.state.promoted('production').at(-2)?.slice(0, 7);
    await world.until('it is rolled out', () => world.image('production') === target);
    expect(world.image('stage')).toBe(before);
  });

  test('does not count its author, nor a stranger, and takes their labels away', async () => {
    const world = await testKasForge({ bot: { approvers: 'wait' } });
    const mergeRequest = await world.revert();
    await world.until('the bot asks', () => world.botNotes(mergeRequest).length > 0);
    const stranger = OTHERS[0]?.username ?? '';
    world.say(mergeRequest, stranger, '/lgtm');
    world.say(mergeRequest, OPERATOR.username, '/lgtm');
    world.forge.mergeRequests.addLabel(mergeRequest, stranger, 'bot/approved');
    await world.until('the label is gone', () => !mergeRequest.labels.includes('bot/approved'));
    await world.until('the pipeline is done', () => mergeRequest.pipelines[0]?.status === 'success');
    expect(mergeRequest.state).toBe('opened');
    expect(world.botNotes(mergeRequest).join('\n')).toContain(`@${stranger} may not`);
  });

  test('stops at a hold and goes on once it is lifted', async () => {
    const world = await testKasForge({ bot: { approvers: 'wait' } });
    const mergeRequest = await world.revert();
    world.say(mergeRequest, FIRST, '/hold');
    world.say(mergeRequest, SECOND, '/lgtm');
    await world.until('it is held', () => mergeRequest.labels.includes('bot/hold'));
    await world.until('the pipeline is done', () => mergeRequest.pipelines[0]?.status === 'success');
    expect(mergeRequest.labels).not.toContain('bot/approved');
    world.say(mergeRequest, FIRST, '/hold cancel');
    await world.until('it is merged', () => mergeRequest.state === 'merged');
  });

  test('rebases what fell behind: another SHA, another pipeline, the same approval', async () => {
    const world = await testKasForge({ bot: { rebaseAfterSeconds: 2 } });
    const mergeRequest = await world.revert();
    const { sha } = mergeRequest;
    await world.until('it is merged', () => mergeRequest.state === 'merged');
    expect(mergeRequest.sha).not.toBe(sha);
    expect(mergeRequest.pipelines.length).toBeGreaterThan(1);
    const commit = await world.appInterface.repository.commit(mergeRequest.mergeCommitSha ?? '');
    expect(commit?.parents[1]).toBe(mergeRequest.sha);
  });

  test('takes an approval back with its approver, and with a push of somebody else', async () => {
    const world = await testKasForge({ bot: { approvers: 'wait', pipelineSeconds: 60 } });
    const mergeRequest = await world.revert();
    const isApproved = () => mergeRequest.labels.includes('bot/approved');
    world.say(mergeRequest, FIRST, '/lgtm');
    await world.until('it is approved', isApproved);
    world.say(mergeRequest, FIRST, '/lgtm cancel');
    await world.until('it is so no more', () => !isApproved());
    world.say(mergeRequest, SECOND, '/lgtm');
    await world.until('it is approved again', isApproved);
    await world.edit(world.fork, mergeRequest.sourceBranch, SAAS_FILE, (text) => `${text}# more\n`);
    await world.until('the push has cost it the approval', () => !isApproved());
    expect(mergeRequest.state).toBe('opened');
  });

  test('asks for a rebase by hand where it finds a conflict', async () => {
    const world = await testKasForge({ bot: { approvers: 'wait' } });
    const mergeRequest = await world.revert();
    const { ref } = world.state.content.appInterface.targets.production;
    await world.edit(world.appInterface, 'master', SAAS_FILE, (text) =>
      text.replace(new RegExp(`production\\.yml\\n +ref: ${ref}`), (found) => `${found} # hold`),
    );
    world.say(mergeRequest, FIRST, '/lgtm');
    await world.until('it says so', () => mergeRequest.labels.includes('needs-rebase'));
    expect(mergeRequest.state).toBe('opened');
    expect(mergeRequest.mergeError).toContain('Rebase failed');
  });

  test('without access to the fork says so and merges nothing', async () => {
    const world = await testKasForge({ fork: { botAccess: false } });
    const mergeRequest = await world.revert();
    await world.until('it is approved', () => mergeRequest.labels.includes('bot/approved'));
    await world.until('the pipeline is done', () => mergeRequest.pipelines[0]?.status === 'success');
    expect(mergeRequest.labels).toContain('blocked/bot-access');
    expect(mergeRequest.state).toBe('opened');
  });

  test('waits for a pipeline that passes, and runs it again when asked', async () => {
    const world = await testKasForge({ bot: { pipeline: 'failed-once' } });
    const mergeRequest = await world.revert();
    await world.until('it is approved', () => mergeRequest.labels.includes('bot/approved'));
    await world.until('the pipeline has failed', () => mergeRequest.pipelines[0]?.status === 'failed');
    expect(mergeRequest.state).toBe('opened');
    world.say(mergeRequest, OPERATOR.username, '/retest');
    await world.until('it is merged', () => mergeRequest.state === 'merged');
  });

  test.each(['hold-first', 'stranger-first'])(
    'merges in the end with approvers who are %s',
    async (approvers) => {
      const world = await testKasForge({ bot: { approvers } });
      const mergeRequest = await world.revert();
      await world.until('it is merged', () => mergeRequest.state === 'merged');
      expect(world.botNotes(mergeRequest).length).toBeGreaterThan(2);
    },
  );
});

describe('the deployer', () => {
  test('follows main where stage does', async () => {
    const world = await testKasForge({ stageRef: 'main' });
    const sha = await world.edit(world.code, 'main', 'README.md', (text) => `${text}More.\n`);
    world.state.addVersion(sha);
    await world.until('it is on stage', () => world.image('stage') === sha.slice(0, 7));
    expect(world.image('production')).not.toBe(sha.slice(0, 7));
  });

  test('that fails leaves the cluster as it is', async () => {
    const world = await testKasForge({ deployer: { fails: true, seconds: 1 } });
    const before = world.image('production');
    const mergeRequest = await world.revert();
    await world.until('it is merged', () => mergeRequest.state === 'merged');
    const merged = world.clock.now();
    await world.until('a minute has passed', () => world.clock.now() > merged + 60_000);
    expect(world.image('production')).toBe(before);
  });
});

describe('the Control Plane team', () => {
  test('promotes a fixed version that is then rolled out, and well', async () => {
    const world = await testKasForge({
      release: { migration: 'blocking' },
      rollForward: { afterSeconds: 5 },
    });
    const open = () =>
      world.forge.mergeRequests.list({ projectId: world.appInterface.id, state: 'opened' })[0];
    await world.until('its merge request is open', () => open() !== undefined);
    const mergeRequest = open();
    const sha = /^chore: update kas-fleet-manager prod version to (\w{40})$/.exec(
      mergeRequest?.title ?? '',
    )?.[1];
    const current = world.state.promoted('production').at(-1);
    expect(mergeRequest?.description).toContain(
      `http://gitlab.test/service/kas-fleet-manager/-/compare/${current}...${sha}`,
    );
    await world.until('it is rolled out', () => world.image('production') === sha?.slice(0, 7));
    expect(world.state.byTag(sha?.slice(0, 7) ?? '')?.sha).toBe(sha);
    const behaviour = world.state.behaviour({
      deployment: 'kas-fleet-manager',
      version: sha?.slice(0, 7) ?? '',
      namespace: 'managed-services-production',
    });
    expect(behaviour.errorRate).toBeLessThan(0.01);
  });
});

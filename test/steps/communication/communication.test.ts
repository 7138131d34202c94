import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PortFailure } from '../../../src/ports/failure.ts';
import { slack } from '../../../src/steps/communication/slack.ts';
import { statuspage } from '../../../src/steps/communication/statuspage.ts';
import { teams } from '../../../src/steps/communication/teams.ts';
import type { Plan, StepKind } from '../../../src/steps/step-kind.ts';
import { FakeMessages } from '../../fakes/fake-messages.ts';
import { fakePorts } from '../../fakes/fake-ports.ts';
import { planContext, runContext } from '../banking.ts';
import { adaptiveCardSchema, blockKit } from './schemas.ts';

function place(way: 'token' | 'webhook' = 'token', channel?: string | null) {
  const messages = new FakeMessages();
  const ports = fakePorts({
    slack: messages.slack(way, channel),
    teams: messages.teams(),
    statuspage: messages.statuspage(),
  });
  const context = { ...planContext(ports), session: '261122-abc' };
  const plan = (kind: StepKind, params: unknown) => kind.plan(kind.schema.parse(params), context);
  const run = (kind: StepKind, of: Plan) => kind.run?.(JSON.parse(JSON.stringify(of)), runContext(ports));
  return { messages, ports, context, plan, run };
}

const lost = () => new PortFailure('Slack did not answer.', { reason: 'timeout' });
const shown = (plan: Plan) => plan.effects[0]?.diff.map(({ text }) => text);

describe('what is shown is what is sent', () => {
  const params = {
    title: 'Trouble',
    message: 'It fails.\nWe go back.',
    facts: { errors: '38 %', empty: '', nothing: null },
    links: { Grafana: 'https://grafana.test/d?a=1&b=2', none: '' },
  };

  test('in Slack', async () => {
    const { plan, run, messages } = place();
    const planned = await plan(slack, params);
    expect(shown(planned)).toEqual([
      'Trouble',
      'It fails.',
      'We go back.',
      'errors: 38 %',
      'Grafana: https://grafana.test/d?a=1&b=2',
      'rollbook, session 261122-abc',
    ]);
    await run(slack, planned);
    expect(messages.posted).toMatchObject([
      { channel: '#ops', text: 'Trouble\nIt fails.\nWe go back.\nerrors: 38 %' },
    ]);
    expect(JSON.stringify(messages.posted[0]?.blocks)).toContain(
      '<https://grafana.test/d?a=1&amp;b=2|Grafana>',
    );
  });

  test('in Teams', async () => {
    const { plan, run, messages } = place();
    const planned = await plan(teams, params);
    expect(shown(planned)).toContain('errors: 38 %');
    await run(teams, planned);
    expect(messages.sent).toEqual([{ to: 'teams', content: planned.data.card }]);
    expect(adaptiveCardSchema.safeParse(planned.data.card).error).toBeUndefined();
  });
});

/** Anything that a pod, a log or a person may bring into a message. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.constantFrom(
    '<!channel> <!here> <@U123> <https://evil.test|click> @channel',
    '\u001b]0;title\u0007\u202e',
    '[click](https://evil.test) ![x](https://evil.test/x.png) **b** # h',
    '&'.repeat(5000),
    '<'.repeat(5000),
    '\u{1f600}'.repeat(3000),
    '_*`~|>'.repeat(1000),
  ),
);

describe('payloads fit the published formats, whatever values bring along', () => {
  const given = fc.record({
    title: hostile.filter((text) => text !== ''),
    message: hostile.filter((text) => text !== ''),
    facts: fc.dictionary(hostile, hostile, { maxKeys: 14 }),
  });

  test('Slack, where nobody is called by a value', async () => {
    await fc.assert(
      fc.asyncProperty(given, async (params) => {
        const { plan, messages, run } = place();
        const planned = await plan(slack, params).catch(() => undefined);
        if (planned === undefined) return;
        await run(slack, planned);
        const [posted] = messages.posted;
        const { data: blocks, error } = blockKit.safeParse(posted?.blocks);
        expect(error).toBeUndefined();
        expect(posted?.text.length).toBeLessThan(40_000);
        expect(posted?.text).not.toMatch(/[<>]/);
        for (const block of blocks ?? []) if ('text' in block) expect(block.text.type).toBe('plain_text');
      }),
      { numRuns: 60 },
    );
  });

  test('Teams', async () => {
    await fc.assert(
      fc.asyncProperty(given, async (params) => {
        const planned = await place().plan(teams, params);
        expect(adaptiveCardSchema.safeParse(planned.data.card).error).toBeUndefined();
        expect(JSON.stringify(planned.data.card)).not.toMatch(/[^\\]\]\(https:/);
      }),
      { numRuns: 60 },
    );
  });

  test('a mention is what the runbook says, and stands alone', async () => {
    const { plan } = place();
    const { data } = await plan(slack, { message: '<!channel>', mention: 'here' });
    const mrkdwn = JSON.stringify(data.blocks).match(/"type":"mrkdwn","text":"[^"]*"/g);
    expect(mrkdwn).toEqual(['"type":"mrkdwn","text":"<!here>"']);
  });

  test.each([['ftp://x.test'], ['javascript:alert(1)'], ['nowhere']])('%s is no link', (url) => {
    expect(slack.schema.safeParse({ message: 'x', links: { a: url } }).success).toBe(false);
  });
});

describe('threads', () => {
  test('a bot answers in the thread, and tells the next message where', async () => {
    const { plan, run, messages } = place();
    const first = await run(slack, await plan(slack, { message: 'one', thread: '' }));
    const thread = first?.outputs.thread;
    const second = await run(slack, await plan(slack, { message: 'two', thread, broadcast: true }));
    expect(second?.outputs).toMatchObject({ thread });
    expect(messages.posted).toMatchObject([{ text: 'one' }, { text: 'two', thread, broadcast: true }]);
    expect(messages.posted[0]).not.toHaveProperty('thread');
  });

  test('a webhook has none, and says so', async () => {
    const { plan, run, messages } = place('webhook');
    const planned = await plan(slack, { message: 'two', thread: '1.1', channel: '#elsewhere' });
    expect(planned.facts).toEqual([
      'a webhook has no threads: this is a message of its own, signed with the session',
    ]);
    expect(await run(slack, planned)).toMatchObject({ outputs: { id: null, thread: null } });
    expect(messages.posted[0]).not.toHaveProperty('thread');
    expect(messages.posted[0]).not.toHaveProperty('channel');
  });

  test('a bot without a channel is not configured', async () => {
    await expect(place('token', null).plan(slack, { message: 'x' })).rejects.toMatchObject({
      reason: 'not-configured',
    });
  });
});

describe('nothing is said twice', () => {
  test('the answer is lost, but the message is found: told', async () => {
    const { plan, run, messages } = place();
    const planned = await plan(slack, { message: 'x' });
    messages.fails = { failure: lost(), landed: true };
    expect(await run(slack, planned)).toMatchObject({
      summary: 'told',
      outputs: { id: '1700000000.000001' },
    });
    expect(messages.posted).toHaveLength(1);
  });

  test('the answer is lost, and nobody can tell: a failure that says so, never a second message', async () => {
    const { plan, run, messages } = place('webhook');
    const planned = await plan(slack, { message: 'x' });
    messages.fails = { failure: lost(), landed: true };
    await expect(run(slack, planned)).rejects.toMatchObject({
      name: 'StepFailure',
      message: 'Slack did not answer. It may have arrived all the same, so it is not sent again.',
    });
    expect(messages.posted).toHaveLength(1);
  });

  test('a refusal is a refusal', async () => {
    const { plan, run, messages } = place();
    const planned = await plan(teams, { message: 'x' });
    const failure = new PortFailure('Teams refused.', {
      reason: 'invalid',
      status: 400,
      next: 'Shorten it.',
    });
    messages.fails = { failure, landed: false };
    await expect(run(teams, planned)).rejects.toMatchObject({
      message: 'Teams refused.',
      next: 'Shorten it.',
    });
  });

  test.each([
    ['token', true, 'yes'],
    ['token', false, 'no'],
    ['webhook', true, 'unknown'],
  ] as const)('after a kill: by %s, sent %s, the probe says %s', async (way, sent, landed) => {
    const { plan, run, context } = place(way);
    const planned = await plan(slack, { message: 'x' });
    if (sent) await run(slack, planned);
    expect(await slack.probe?.(planned, context)).toMatchObject({ landed });
  });

  test('a workflow cannot be asked', async () => {
    const { plan, context } = place();
    expect(await teams.probe?.(await plan(teams, { message: 'x' }), context)).toMatchObject({
      landed: 'unknown',
    });
  });

  test('a message that is not in the channel is not told', async () => {
    const { plan, context } = place();
    const planned = await plan(slack, { message: 'x' });
    expect(await slack.observe?.(planned, context)).toMatchObject({ holds: false });
  });

  test('a bot that may not read is believed', async () => {
    const { plan, run, messages, context } = place();
    const planned = await plan(slack, { message: 'x' });
    await run(slack, planned);
    messages.blind = new PortFailure('The token lacks a scope.', { reason: 'forbidden' });
    expect(await slack.observe?.(planned, context)).toMatchObject({ holds: true, outputs: {} });
  });
});

describe('the status page', () => {
  const OPEN = { name: 'Payments fail', status: 'investigating', message: 'We look.' };

  test('shows what becomes of the components, and what is open already', async () => {
    const { plan, messages } = place();
    messages.open('Cards are slow', 'monitoring');
    const planned = await plan(statuspage, { ...OPEN, components: { API: 'major_outage' } });
    expect(planned.effects[0]?.diff).toEqual([
      { change: 'same', text: 'Payments fail' },
      { change: 'added', text: 'investigating' },
      { change: 'added', text: 'We look.' },
      { change: 'removed', text: 'API: operational' },
      { change: 'added', text: 'API: major_outage' },
    ]);
    expect(planned.warnings).toContain('Another incident is open already: "Cards are slow" (monitoring).');
  });

  test('one incident goes from stage to stage', async () => {
    const { plan, run, messages, context } = place();
    const opened = await run(statuspage, await plan(statuspage, OPEN));
    const { incident } = opened?.outputs ?? {};
    for (const status of ['identified', 'monitoring', 'resolved']) {
      const planned = await plan(statuspage, { incident, status, message: `It is ${status}.` });
      expect(await statuspage.probe?.(planned, context)).toMatchObject({ landed: 'no' });
      await run(statuspage, planned);
      expect(await statuspage.observe?.(planned, context)).toMatchObject({ holds: true });
      expect(await statuspage.probe?.(planned, context)).toMatchObject({ landed: 'yes' });
    }
    expect([...messages.incidents.values()]).toMatchObject([{ status: 'resolved', updates: { length: 4 } }]);
  });

  test('the same words as last time are a new update', async () => {
    const { plan, run, context } = place();
    const opened = await run(statuspage, await plan(statuspage, OPEN));
    const again = await plan(statuspage, {
      incident: opened?.outputs.incident,
      status: 'investigating',
      message: 'We look.',
    });
    expect(await statuspage.probe?.(again, context)).toMatchObject({ landed: 'no' });
  });

  test('where none was opened, none is moved on', async () => {
    const { plan, run, messages } = place();
    const planned = await plan(statuspage, { incident: '', status: 'resolved', message: 'Over.' });
    expect(planned).toMatchObject({ alreadyDone: true, effects: [] });
    expect(await run(statuspage, planned)).toMatchObject({ outputs: { incident: null } });
    expect(messages.sent).toEqual([]);
  });

  test('a component that the page lacks is said with those that it has', async () => {
    await expect(
      place().plan(statuspage, { ...OPEN, components: { Web: 'operational' } }),
    ).rejects.toMatchObject({
      message: 'The status page page1 has no component "Web".',
      next: 'Name one of: API.',
    });
  });

  test('a lost answer is looked for', async () => {
    const { plan, run, messages } = place();
    const planned = await plan(statuspage, OPEN);
    messages.fails = { failure: lost(), landed: true };
    expect(await run(statuspage, planned)).toMatchObject({ summary: 'investigating' });
    expect(messages.incidents.size).toBe(1);
  });
});

import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/engine/event.ts';
import { replay } from '../../src/engine/reduce.ts';
import type { Runbook } from '../../src/runbook/runbook.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { buildRunbook } from './fixtures/build-runbook.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { agreeable, type Operator, Stage } from './fixtures/stage.ts';

const OBJECTS = { a: '0', b: '0', hosts: 'x,y', colour: 'green', secret: '' };

const adding: Runbook = buildRunbook([
  { id: 'look', uses: 'test/get', with: { object: 'hosts' }, title: 'Hosts of ${{ inputs.name }}' },
  { id: 'one', uses: 'test/add', with: { object: 'a', by: 1 } },
  {
    id: 'each',
    uses: 'test/add',
    with: { object: 'b', by: '${{ index + 1 }}' },
    forEach: 'steps.look.outputs.list',
  },
  {
    id: 'choose',
    uses: 'decision',
    with: {
      message: 'Where to?',
      options: [
        { value: 'far', label: 'Far', 'go-to': 'far' },
        { value: 'near', label: 'Near' },
      ],
    },
  },
  { id: 'not-taken', section: 'near', uses: 'test/add', with: { object: 'a', by: 1000 } },
  { id: 'two', section: 'far', uses: 'test/add', with: { object: 'a', by: 2 } },
  { id: 'wait', section: 'far', uses: 'test/await', with: { object: 'a', is: '3' }, verify: { for: 3000 } },
]);

interface Case {
  readonly name: string;
  readonly runbook: Runbook;
  readonly world: () => ScriptedWorld;
  readonly operator: () => Operator;
  /** What the world must look like in the end. */
  readonly wanted: Readonly<Record<string, string>>;
  readonly outcome: string;
}

const plain: Case = {
  name: 'additions, a loop, a decision, a window',
  runbook: adding,
  world: () => new ScriptedWorld(OBJECTS),
  operator: () => agreeable,
  wanted: { a: '3', b: '3' },
  outcome: 'succeeded',
};

const undoing: Case = {
  name: 'an undo by the runbook, in order',
  runbook: buildRunbook([
    { id: 'one', uses: 'test/add', with: { object: 'a', by: 1 } },
    { id: 'two', uses: 'test/add', with: { object: 'b', by: 2 } },
    {
      id: 'bad',
      uses: 'test/await',
      with: { object: 'colour', is: 'blue' },
      verify: { within: 2000 },
      onFailure: { action: 'undo', steps: ['two', 'one'] },
    },
  ]),
  world: () => new ScriptedWorld(OBJECTS),
  operator: () => agreeable,
  wanted: { a: '0', b: '0' },
  outcome: 'failed',
};

const lost: Case = {
  ...plain,
  name: 'connections lost after and before the write',
  world: () =>
    new ScriptedWorld(OBJECTS)
      .break('run', 'a', 'lost-after', 'lost-before')
      .break('run', 'b', 'stale', 'lost-after'),
};

async function uninterrupted({ runbook, world, operator }: Case): Promise<Stage> {
  return new Stage({ runbook, world: world(), inputs: { name: 'n' } }).play(operator());
}

async function crashed(which: Case, at: number, when: 'at-once' | 'at-next') {
  const clock = new FakeClock();
  const world = which.world();
  const { runbook } = which;
  const before = new Stage({ runbook, world, clock, inputs: { name: 'n' }, crash: { at, when } });
  const done = before.runner.done.then(
    () => 'settled',
    () => 'rejected',
  );
  await before.play(tolerant(which.operator(), before)).catch(ignoreKilled);
  expect(before.events.length).toBe(at);
  if (before.state.status !== 'ended') expect(await done).toBe('rejected');
  const finished = finishedIn(before.events);
  const writesBefore = world.writes.length;
  const after = new Stage({ runbook, world, clock, resume: before.events });
  await after.play(which.operator());
  return { before, after, finished, writesBefore, world };
}

/** A screen that sees the host die stops asking. */
function tolerant(operator: Operator, stage: Stage): Operator {
  return (question, state) => (stage.state === state ? operator(question, state) : undefined);
}

function ignoreKilled(error: unknown): void {
  if (!(error instanceof Error && error.message === 'Refused: Killed')) throw error;
}

function finishedIn(events: readonly Event[]): readonly string[] {
  const state = replay(events);
  return Object.values(state?.steps ?? {})
    .filter((step) => step.state === 'succeeded')
    .map((step) => step.id);
}

describe.each([plain, undoing, lost])('killed at every event: $name', (which) => {
  test('the session comes to the same end, and nothing is done twice', async () => {
    const whole = await uninterrupted(which);
    expect(whole.state.end?.outcome).toBe(which.outcome);
    const length = whole.events.length;
    for (let at = 2; at < length; at++)
      for (const when of ['at-once', 'at-next'] as const) {
        const { after, finished, world } = await crashed(which, at, when);
        const where = `killed ${when} with ${at} events, after ${whole.types[at - 1]}`;
        for (const [object, value] of Object.entries(which.wanted))
          expect(`${object}=${world.read(object).value}`, where).toBe(`${object}=${value}`);
        expect(after.state.end?.outcome, where).toBe(which.outcome);
        expect(world.writes.length, where).toBe(whole.world.writes.length);
        for (const id of finished)
          expect(['succeeded', 'undone'], `${id} ${where}`).toContain(after.state.steps[id]?.state);
        const began = new Set(
          after.events.slice(at + 1).flatMap((e) => (e.type === 'step-started' ? e.step : [])),
        );
        for (const id of finished) expect(began.has(id), `${id} again, ${where}`).toBe(false);
        expect(replay(after.events)).toEqual(after.state);
      }
  });
});

describe('a resumed session', () => {
  const until = (events: readonly Event[], type: Event['type'], step: string) =>
    events.slice(
      0,
      events.findIndex((event) => event.type === type && 'step' in event && event.step === step) + 1,
    );

  test('asks about a write that was in flight, with what the probe found', async () => {
    const whole = await uninterrupted(plain);
    const world = new ScriptedWorld(OBJECTS);
    const stage = new Stage({ runbook: adding, world, resume: until(whole.events, 'step-started', 'one') });
    const question = await stage.question();
    expect(question).toMatchObject({
      for: 'interrupted',
      step: { id: 'one', landed: 'no', evidence: 'a is 0 at 1' },
    });
    expect(world.writes).toEqual([]);
  });

  test('simply reads again what only reads', async () => {
    const whole = await uninterrupted(plain);
    const world = new ScriptedWorld({ ...OBJECTS, hosts: 'x,y,z' });
    const stage = new Stage({
      runbook: adding,
      world,
      resume: until(whole.events, 'step-verifying', 'look'),
    });
    expect(await stage.question()).toMatchObject({ for: 'confirmation', step: { id: 'one' } });
    expect(stage.state.steps.look).toMatchObject({ state: 'succeeded', outputs: { value: 'x,y,z' } });
  });

  test('shows again what was confirmed and not begun', async () => {
    const whole = await uninterrupted(plain);
    const world = new ScriptedWorld({ ...OBJECTS, a: '10' });
    const stage = new Stage({ runbook: adding, world, resume: until(whole.events, 'step-confirmed', 'one') });
    const question = await stage.question();
    expect(question).toMatchObject({ for: 'confirmation', step: { plan: { summary: 'a: 10 -> 11 at 1' } } });
    expect(question?.step).toHaveProperty(
      'staleBecause',
      'The session was interrupted before this step began',
    );
  });

  test('does nothing in a session that has ended or is only looked at', async () => {
    const whole = await uninterrupted(plain);
    const stage = new Stage({ runbook: adding, resume: until(whole.events, 'step-planned', 'one') });
    await stage.question();
    const count = stage.events.length;
    await stage.runner.stop('over');
    expect(stage.events.slice(count).map((event) => event.type)).toEqual(['session-paused']);
  });

  test('asks about the step that failed it, whatever the runbook says', async () => {
    const runbook = buildRunbook([
      { id: 'a', uses: 'test/get', with: { object: 'a' }, onFailure: { action: 'stop' } },
    ]);
    const world = new ScriptedWorld(OBJECTS).break('run', 'a', 'fails');
    const failed = await new Stage({ runbook, world }).play(agreeable);
    expect(failed.state.end?.outcome).toBe('failed');
    const stage = new Stage({ runbook, world, resume: failed.events });
    expect(await stage.question()).toMatchObject({ for: 'failed', step: { id: 'a' } });
    await stage.play(agreeable);
    expect(stage.state.end?.outcome).toBe('succeeded');
  });
});

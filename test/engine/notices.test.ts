import { describe, expect, test } from 'vitest';
import { preview } from '../../src/engine/preview.ts';
import { answerUnattended } from '../../src/host/unattended.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { buildRunbook, type StepGiven } from './fixtures/build-runbook.ts';
import { scriptedKinds } from './fixtures/scripted-kinds.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { agreeable, Stage } from './fixtures/stage.ts';

const tell = (given: Partial<StepGiven> = {}): StepGiven => ({
  id: 'tell',
  uses: 'test/add',
  with: { object: 'a', by: 1 },
  notifies: true,
  onFailure: { action: 'continue' },
  ...given,
});
const after: StepGiven = { id: 'after', uses: 'test/get', with: { object: 'b' } };
const world = () => new ScriptedWorld({ a: '0', b: '0' });

describe('people cannot be told', () => {
  test('a failure does not fail the session, which names it', async () => {
    const stage = await new Stage({
      world: world().break('run', 'a', 'fails'),
      runbook: buildRunbook([tell(), after]),
    }).play(agreeable);
    expect(stage.state.steps).toMatchObject({ tell: { state: 'failed' }, after: { state: 'succeeded' } });
    expect(stage.state.end).toMatchObject({
      outcome: 'succeeded',
      summary: '1 of 2 steps done; not told: tell (a is not well)',
    });
  });

  test('without a place to tell them nobody is asked', async () => {
    const stage = new Stage({
      world: world().break('plan', 'a', 'unavailable'),
      runbook: buildRunbook([tell(), after]),
    });
    await stage.idle();
    expect(stage.of('step-skipped')).toMatchObject([{ step: 'tell', by: 'policy' }]);
    expect(stage.state.end).toMatchObject({
      outcome: 'succeeded',
      summary: '1 of 2 steps done; not told: tell (a is not configured)',
    });
  });

  test('a runbook that insists is heard: the operator is asked', async () => {
    const stage = new Stage({
      world: world().break('plan', 'a', 'unavailable'),
      runbook: buildRunbook([tell({ onFailure: { action: 'ask' } }), after]),
    });
    expect(await stage.question()).toMatchObject({ for: 'unavailable', step: { id: 'tell' } });
  });

  test('what failed besides fails the session as ever', async () => {
    const stage = await new Stage({
      world: world().break('run', 'a', 'fails').break('run', 'b', 'fails'),
      runbook: buildRunbook([tell(), { ...after, onFailure: { action: 'continue' } }]),
    }).play(agreeable);
    expect(stage.state.end).toMatchObject({ outcome: 'failed', summary: 'Failed: after' });
  });
});

test('without a person, what may have been said is not said again, and nothing waits for it', async () => {
  const stage = new Stage({
    world: world().break('run', 'a', 'lost-after').break('probe', 'a', 'fails'),
    runbook: buildRunbook([tell(), after]),
  });
  const nobody = { yes: true, confirm: new Set<string>(), answers: new Map<string, string>(), auto: false };
  await stage.play((_, state) => answerUnattended(state, nobody)?.intent);
  expect(stage.of('step-interrupted')).toMatchObject([{ landed: 'unknown' }]);
  expect(stage.of('step-started').filter(({ step }) => step === 'tell')).toHaveLength(1);
  expect(stage.state.steps).toMatchObject({ tell: { state: 'skipped' }, after: { state: 'succeeded' } });
  expect(stage.state.end?.outcome).toBe('succeeded');
});

test.each([
  [true, 'reads'],
  [false, 'unknown'],
])('a preview goes on behind a message that cannot be sent (notifies: %s)', async (notifies, label) => {
  const { notifies: _, ...given } = tell();
  const document = await preview({
    runbook: buildRunbook([
      notifies ? tell() : given,
      { ...after, with: { object: "${{ default(steps.tell.outputs.value, 'b') }}" } },
    ]),
    inputs: {},
    world: { mode: 'preview' },
    version: '0',
    kinds: scriptedKinds(world().break('plan', 'a', 'unavailable')),
    reads: fakePorts(),
    clock: new FakeClock(),
    signal: new AbortController().signal,
  });
  expect(document.steps).toMatchObject([{ unavailable: 'a is not configured.' }, { label }]);
});

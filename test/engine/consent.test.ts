import { describe, expect, test } from 'vitest';
import { currentQuestion } from '../../src/engine/select.ts';
import { buildRunbook, type StepGiven } from './fixtures/build-runbook.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { agreeable, Stage, type StageOptions } from './fixtures/stage.ts';

const set = (given: Partial<StepGiven> = {}, more: Record<string, string> = {}): StepGiven => ({
  id: 'a',
  uses: 'test/set',
  with: { object: 'a', to: '2', ...more },
  ...given,
});
const world = () => new ScriptedWorld({ a: '1' });
const staged = (step: StepGiven, more: Partial<StageOptions> = {}) =>
  new Stage({ runbook: buildRunbook([step]), world: world(), ...more });

async function planned(stage: Stage) {
  const step = (await stage.question())?.step;
  if (step?.state !== 'awaiting-confirmation') throw new Error(`It is ${step?.state}`);
  return { risk: step.plan.risk, word: step.plan.confirmWord, planHash: step.planHash };
}

describe('risk', () => {
  test.each([
    ['a change', {}, {}, {}, 'change'],
    ['a change that calls itself safe', {}, { risk: 'safe' }, {}, 'change'],
    ['a change that the file calls safe', { risk: 'safe' as const }, {}, {}, 'change'],
    ['a change that the file calls dangerous', { risk: 'dangerous' as const }, {}, {}, 'dangerous'],
    ['a change in production', {}, {}, { about: { production: true } }, 'dangerous'],
  ])('%s', async (_, given, more, options, risk) => {
    expect((await planned(staged(set(given, more), options))).risk).toBe(risk);
  });

  test('a read in production is as safe as ever', async () => {
    const stage = staged(
      { id: 'r', uses: 'test/get', with: { object: 'a' } },
      { about: { production: true } },
    );
    await stage.play(() => undefined);
    expect(stage.state.end?.outcome).toBe('succeeded');
  });
});

describe('a confirmation', () => {
  test('is for exactly the plan that was shown', async () => {
    const stage = staged(set());
    await planned(stage);
    expect(await stage.ask({ type: 'confirm-step', step: 'a', planHash: 'another' })).toEqual({
      ok: false,
      message: 'The plan has changed since it was shown. Look at it again.',
    });
    expect(stage.world.writes).toEqual([]);
  });

  test.each([
    ['operator', undefined, false],
    ['operator', 'b', false],
    ['operator', 'a', true],
    ['--yes', 'a', false],
    ['--answer', 'a', false],
    ['policy', 'a', false],
    ['--confirm', undefined, true],
    ['--auto', undefined, true],
  ] as const)('of something dangerous by %s, who typed %s: %s', async (by, word, ok) => {
    const stage = staged(set({ risk: 'dangerous' }));
    const { planHash } = await planned(stage);
    const typed = word === undefined ? {} : { typed: word };
    expect((await stage.ask({ type: 'confirm-step', step: 'a', planHash, ...typed }, by)).ok).toBe(ok);
    expect(stage.world.writes).toHaveLength(ok ? 1 : 0);
  });

  test('is asked again when the world moved before the write', async () => {
    const stage = staged(set());
    const { planHash } = await planned(stage);
    stage.world.meddle('a', '5');
    await stage.ask({ type: 'confirm-step', step: 'a', planHash });
    expect(await stage.question()).toMatchObject({
      for: 'confirmation',
      step: { staleBecause: 'a changed since it was planned.', plan: { summary: 'a: 5 -> 2 at 2' } },
    });
    expect((await stage.ask({ type: 'confirm-step', step: 'a', planHash })).ok).toBe(false);
    await stage.play(agreeable);
    expect(stage.world.read('a').value).toBe('2');
  });

  test('is not needed for what is already so, and nothing is written', async () => {
    const stage = await staged(set({}, { to: '1' })).play(() => undefined);
    expect(stage.state.steps.a).toMatchObject({ state: 'succeeded' });
    expect(stage.world.writes).toEqual([]);
  });

  test('is never asked for where a permission is missing, and the session was refused', async () => {
    const stage = staged(set(), { world: world().break('plan', 'a', 'denied') });
    const question = await stage.question();
    expect(question).toMatchObject({
      for: 'failed',
      step: { failure: { reason: 'forbidden', refused: true } },
    });
    await stage.ask({ type: 'abort-session', undo: false }, '--yes');
    expect(stage.state.end).toMatchObject({ outcome: 'failed', refused: true });
  });

  test('a session that wrote before it was refused was not refused before the first write', async () => {
    const runbook = buildRunbook([
      set(),
      set({ id: 'b', with: { object: 'b', to: '1' }, onFailure: { action: 'stop' } }),
    ]);
    const stage = new Stage({ runbook, world: world().break('plan', 'b', 'denied') });
    await stage.play(agreeable);
    expect(stage.state.end).toMatchObject({ outcome: 'failed', refused: false });
  });

  test('a plan that could not be made in time is no refusal', async () => {
    const stage = staged(set({ onFailure: { action: 'stop' } }), {
      world: world().break('plan', 'a', 'times-out'),
    });
    await stage.play(agreeable);
    expect(stage.state.end).toMatchObject({ outcome: 'failed', refused: false });
  });
});

describe('what is not there', () => {
  test('is a question: again, or without', async () => {
    const stage = staged(set(), { world: world().break('plan', 'a', 'unavailable', 'unavailable') });
    expect(await stage.question()).toMatchObject({
      for: 'unavailable',
      step: { reason: 'a is not configured.', next: 'Skip it.' },
    });
    await stage.ask({ type: 'retry-step', step: 'a' });
    expect(await stage.question()).toMatchObject({ for: 'unavailable' });
    expect(await stage.ask({ type: 'skip-step', step: 'a', reason: ' ' })).toMatchObject({
      message: 'Say why a is skipped: the reason goes into the journal.',
    });
    await stage.ask({ type: 'skip-step', step: 'a', reason: 'no such thing' });
    expect(stage.state.end?.outcome).toBe('succeeded');
  });
});

describe('cancel', () => {
  test('a write that hangs: the probe says that nothing happened', async () => {
    const stage = staged(set(), { world: world().break('run', 'a', 'hangs') });
    const { planHash } = await planned(stage);
    await stage.ask({ type: 'confirm-step', step: 'a', planHash });
    expect(await stage.ask({ type: 'abort-session', undo: false })).toEqual({
      ok: false,
      message: 'a is under way. Wait for it, or cancel it first.',
    });
    await stage.ask({ type: 'cancel-step', step: 'a' });
    expect(await stage.question()).toMatchObject({
      for: 'interrupted',
      step: { landed: 'no', evidence: 'Cancelled by the operator. a is 1 at 1' },
    });
  });

  test('a probe that never answers leaves the outcome open', async () => {
    const stage = staged(set(), {
      world: world().break('run', 'a', 'lost-after').break('probe', 'a', 'hangs-deaf'),
    });
    const { planHash } = await planned(stage);
    await stage.ask({ type: 'confirm-step', step: 'a', planHash });
    expect(await stage.question()).toMatchObject({ for: 'interrupted', step: { landed: 'unknown' } });
    await stage.ask({ type: 'accept-step', step: 'a' });
    expect(stage.state.end?.outcome).toBe('succeeded');
    expect(stage.world.writes).toHaveLength(1);
  });

  test('a verification, which leaves a step that can be undone', async () => {
    const stage = staged(set({ verify: { for: 60_000 } }));
    const { planHash } = await planned(stage);
    await stage.ask({ type: 'confirm-step', step: 'a', planHash });
    expect(stage.state.steps.a?.state).toBe('verifying');
    await stage.ask({ type: 'cancel-step', step: 'a' });
    expect(await stage.question()).toMatchObject({
      for: 'failed',
      step: { failure: { reason: 'cancelled' } },
    });
    expect((await stage.ask({ type: 'undo-step', step: 'a' })).ok).toBe(true);
  });

  test('between two actions is not lost', async () => {
    let asked = false;
    const stage = staged(set({ verify: { for: 60_000 } }), {
      onEvents(events, _, runner) {
        if (asked || !events.some((event) => event.type === 'step-verifying')) return;
        asked = true;
        expect(runner.ask({ intent: { type: 'cancel-step', step: 'a' }, by: 'operator' })).toEqual({
          ok: true,
        });
      },
    });
    const { planHash } = await planned(stage);
    await stage.ask({ type: 'confirm-step', step: 'a', planHash });
    expect(currentQuestion(stage.state)).toMatchObject({
      for: 'failed',
      step: { failure: { reason: 'cancelled' } },
    });
  });

  test('a plan that never comes', async () => {
    const stage = staged(set(), { world: world().break('plan', 'a', 'hangs-deaf') });
    await stage.idle();
    await stage.ask({ type: 'cancel-step', step: 'a' });
    expect(await stage.question()).toMatchObject({ for: 'failed', step: { attempts: 1 } });
  });
});

describe('stop', () => {
  test('breaks a window off, which goes on after a resume', async () => {
    const stage = staged(set({ verify: { for: 60_000 } }));
    const { planHash } = await planned(stage);
    await stage.ask({ type: 'confirm-step', step: 'a', planHash });
    await stage.runner.stop('the terminal is gone');
    expect(stage.state).toMatchObject({ status: 'paused', steps: { a: { state: 'verifying' } } });
    const resumed = new Stage({
      runbook: stage.state.runbook,
      world: stage.world,
      clock: stage.clock,
      resume: stage.events,
    });
    await resumed.play(() => undefined);
    expect(resumed.state.end?.outcome).toBe('succeeded');
  });

  test('waits for a write, unless it is told to cancel', async () => {
    const stage = staged(set(), { world: world().break('run', 'a', 'hangs') });
    const { planHash } = await planned(stage);
    await stage.ask({ type: 'confirm-step', step: 'a', planHash });
    let stopped = false;
    const stopping = stage.runner.stop('one').then(() => {
      stopped = true;
    });
    await stage.idle();
    expect(stopped).toBe(false);
    await stage.runner.stop('two', { cancel: true });
    await stopping;
    expect(stage.types.slice(-2)).toEqual(['step-interrupted', 'session-paused']);
  });

  test('says what the session waits for, and a paused session begins nothing', async () => {
    const stage = staged(set());
    const { planHash } = await planned(stage);
    await stage.runner.stop('lunch');
    expect(stage.of('session-paused')[0]).toMatchObject({ reason: 'lunch', waitingFor: 'a' });
    expect(await stage.ask({ type: 'confirm-step', step: 'a', planHash })).toEqual({
      ok: false,
      message: 'The session is paused. Resume it first.',
    });
  });
});

describe('listeners', () => {
  test('hear events in order, also when one of them answers at once', async () => {
    const heard: number[] = [];
    const stage = staged(set(), {
      onEvents(events, state, runner) {
        if (state.steps.a?.state === 'awaiting-confirmation' && state.notes.length === 0)
          runner.ask({ intent: { type: 'add-note', text: 'seen' }, by: 'operator' });
        heard.push(...events.map((event) => event.seq));
      },
    });
    await planned(stage);
    expect(heard).toEqual([2, 3]);
  });
});

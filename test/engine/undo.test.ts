import { describe, expect, test } from 'vitest';
import { buildRunbook, type StepGiven } from './fixtures/build-runbook.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { agreeable, type Operator, Stage } from './fixtures/stage.ts';

const set = (
  id: string,
  given: Partial<StepGiven> = {},
  more: Record<string, string | boolean> = {},
): StepGiven => ({
  id,
  uses: 'test/set',
  with: { object: id, to: `${id}2`, ...more },
  ...given,
});
const world = () => new ScriptedWorld({ a: 'a1', b: 'b1', c: 'c1' });
const values = (stage: Stage) => ['a', 'b', 'c'].map((name) => stage.world.read(name).value).join(' ');
/** Agrees until this step asks for its confirmation. */
const until =
  (id: string): Operator =>
  (question, state) =>
    question.step.id === id && question.for === 'confirmation' ? undefined : agreeable(question, state);

const atC = async (options: Partial<ConstructorParameters<typeof Stage>[0]> = {}) =>
  new Stage({ runbook: buildRunbook([set('a'), set('b'), set('c')]), world: world(), ...options }).play(
    until('c'),
  );

describe('undo by the operator', () => {
  test('goes backwards, is asked, and leaves the choice: again or without', async () => {
    const stage = await atC();
    expect(await stage.ask({ type: 'undo-step', step: 'a' })).toEqual({
      ok: false,
      message: 'Undo goes backwards: b comes before a.',
    });
    await stage.ask({ type: 'undo-step', step: 'b' });
    expect(await stage.question()).toMatchObject({ for: 'undo-confirmation', step: { id: 'b' } });
    expect(values(stage)).toBe('a2 b2 c1');
    await stage.play((question, state) =>
      question.for === 'undone' ? undefined : agreeable(question, state),
    );
    expect(values(stage)).toBe('a2 b1 c1');
    expect(await stage.question()).toMatchObject({ for: 'undone', step: { id: 'b' } });
    await stage.play(agreeable);
    expect(values(stage)).toBe('a2 b2 c2');
    expect(stage.state.end?.outcome).toBe('succeeded');
  });

  test('of two steps asks about both again, in order', async () => {
    const stage = await atC();
    for (const id of ['b', 'a']) {
      await stage.ask({ type: 'undo-step', step: id });
      await stage.play((question, state) =>
        question.for === 'undone' ? undefined : agreeable(question, state),
      );
    }
    expect(values(stage)).toBe('a1 b1 c1');
    await stage.ask({ type: 'skip-step', step: 'a', reason: 'not today' });
    expect(await stage.question()).toMatchObject({ for: 'undone', step: { id: 'b' } });
    await stage.play(agreeable);
    expect(values(stage)).toBe('a1 b2 c2');
  });

  test('makes what was planned before it be planned again', async () => {
    const stage = await atC();
    await stage.ask({ type: 'undo-step', step: 'b' });
    await stage.play((question, state) =>
      question.for === 'undone' ? undefined : agreeable(question, state),
    );
    stage.world.meddle('c', 'c9');
    await stage.play(until('c'));
    expect(await stage.question()).toMatchObject({
      step: { id: 'c', plan: { summary: 'c: c9 -> c2 at 2' } },
    });
  });

  test('goes back to what was there before the first attempt', async () => {
    const runbook = buildRunbook([set('a', { verify: { within: 0 } }), set('b')]);
    const stage = new Stage({ runbook, world: world().break('observe', 'a', 'not-yet') });
    await stage.play(until('b'));
    expect(stage.state.steps.a).toMatchObject({
      state: 'succeeded',
      attempts: 2,
      plan: { alreadyDone: true },
    });
    await stage.ask({ type: 'undo-step', step: 'a' });
    await stage.play((question, state) =>
      question.for === 'undone' ? undefined : agreeable(question, state),
    );
    expect(values(stage)).toBe('a1 b1 c1');
  });

  test('of a step that failed and was skipped is still offered', async () => {
    const runbook = buildRunbook([set('a', { verify: { within: 0 } }), set('b')]);
    const stage = new Stage({ runbook, world: world().break('observe', 'a', 'not-yet') });
    await stage.play((question, state) =>
      question.for === 'failed' ? undefined : agreeable(question, state),
    );
    await stage.ask({ type: 'skip-step', step: 'a', reason: 'looks fine' });
    await stage.play(until('b'));
    await stage.ask({ type: 'abort-session', undo: true });
    await stage.play(agreeable);
    expect(values(stage)).toBe('a1 b1 c1');
    expect(stage.state.end).toMatchObject({ outcome: 'aborted', refused: false });
  });

  test('that fails is tried again or left, and can be cancelled', async () => {
    const stage = await atC();
    stage.world.break('undo', 'b', 'fails', 'hangs').break('run', 'b', 'hangs');
    await stage.ask({ type: 'undo-step', step: 'b' });
    expect(await stage.question()).toMatchObject({ for: 'undo-failed' });
    await stage.ask({ type: 'undo-step', step: 'b' });
    expect(stage.state.undo?.phase).toBe('planning');
    await stage.ask({ type: 'cancel-step', step: 'b' });
    expect(stage.state.undo).toMatchObject({ phase: 'failed', failure: { reason: 'cancelled' } });
    await stage.ask({ type: 'undo-step', step: 'b' });
    const hash = stage.state.undo?.planHash ?? '';
    await stage.ask({ type: 'confirm-undo', step: 'b', planHash: hash });
    expect(stage.state.undo?.phase).toBe('running');
    expect((await stage.ask({ type: 'confirm-undo', step: 'b', planHash: hash })).ok).toBe(false);
    await stage.ask({ type: 'cancel-step', step: 'b' });
    expect(stage.state.undo?.phase).toBe('failed');
    await stage.ask({ type: 'decline-undo', step: 'b' });
    expect(await stage.question()).toMatchObject({ for: 'confirmation', step: { id: 'c' } });
  });

  test('is planned and asked again when the world moved, but not for ever', async () => {
    const stage = await atC();
    stage.world.break('run', 'b', ...Array(9).fill('stale' as const));
    await stage.ask({ type: 'undo-step', step: 'b' });
    await stage.play((question, state) =>
      question.for === 'undo-failed' ? undefined : agreeable(question, state),
    );
    expect(stage.of('undo-started')).toHaveLength(5);
    expect(stage.state.undo?.failure?.message).toBe('b changed since it was planned.');
  });

  test('runs with the attempt that was journalled', async () => {
    const stage = await atC();
    await stage.ask({ type: 'undo-step', step: 'b' });
    await stage.play((question, state) =>
      question.for === 'undone' ? undefined : agreeable(question, state),
    );
    expect(stage.world.writes.at(-1)?.attemptId).toBe(stage.of('undo-started')[0]?.attemptId);
  });

  test('is refused where a permission is missing', async () => {
    const stage = await atC();
    stage.world.break('undo', 'b', 'denied');
    await stage.ask({ type: 'undo-step', step: 'b' });
    expect(await stage.question()).toMatchObject({ for: 'undo-failed' });
    expect(stage.state.undo?.failure).toMatchObject({
      message: 'This user may not patch things',
      refused: true,
    });
  });

  test('in production asks for the name, typed', async () => {
    const stage = await atC({ about: { production: true } });
    await stage.ask({ type: 'undo-step', step: 'b' });
    const planHash = stage.state.undo?.planHash ?? '';
    expect(await stage.ask({ type: 'confirm-undo', step: 'b', planHash })).toMatchObject({
      message: 'Type b to confirm; what was typed is different.',
    });
    expect(await stage.ask({ type: 'confirm-undo', step: 'b', planHash }, '--yes')).toMatchObject({
      ok: false,
    });
    expect(await stage.ask({ type: 'confirm-undo', step: 'b', planHash, typed: 'b' })).toEqual({ ok: true });
  });
});

describe('abort', () => {
  test('undoes in reverse, asks for each, and passes over what is declined', async () => {
    const stage = await atC();
    await stage.ask({ type: 'abort-session', undo: true });
    expect(stage.of('abort-chosen')[0]?.undo).toEqual(['b', 'a']);
    await stage.question();
    await stage.ask({ type: 'decline-undo', step: 'b' });
    await stage.play(agreeable);
    expect(values(stage)).toBe('a1 b2 c1');
    expect(stage.state.end).toMatchObject({ outcome: 'aborted' });
  });

  test('while a step is planned drops its plan, even when nobody answers', async () => {
    const stage = new Stage({
      runbook: buildRunbook([set('a')]),
      world: world().break('plan', 'a', 'hangs-deaf'),
    });
    await stage.idle();
    await stage.ask({ type: 'abort-session', undo: false });
    expect(stage.types.slice(-2)).toEqual(['abort-chosen', 'session-ended']);
    await stage.runner.done;
  });
});

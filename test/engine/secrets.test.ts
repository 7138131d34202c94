import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/engine/event.ts';
import { REDACTED } from '../../src/prose/redacted.ts';
import { buildRunbook } from './fixtures/build-runbook.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { agreeable, type Operator, Stage } from './fixtures/stage.ts';

const runbook = buildRunbook([
  { id: 'ask', uses: 'prompt', with: { message: 'Password?', secret: true } },
  {
    id: 'use',
    uses: 'test/set',
    with: { object: 'a', to: '${{ steps.ask.outputs.value + inputs.token }}' },
    onFailure: { action: 'ask' },
  },
  { id: 'late', uses: 'test/set', with: { object: 'b', to: '${{ steps.ask.outputs.value }}' } },
]);
const secretInputs = { token: '-t0k' };
const world = () => new ScriptedWorld({ a: '1', b: '1' });

const typing =
  (word: string): Operator =>
  (question, state) =>
    question.for === 'answer'
      ? { type: 'answer-step', step: question.step.id, value: word }
      : agreeable(question, state);

describe('a secret that was typed', () => {
  test('is used by later steps, registered, and in no answer', async () => {
    const stage = await new Stage({ runbook, world: world(), secretInputs }).play(typing('pass'));
    expect(stage.world.read('a').value).toBe('pass-t0k');
    expect(stage.secrets).toEqual(['pass']);
    const answers = stage.events.filter(
      (event) => event.type === 'step-answered' || (event.type === 'step-succeeded' && event.step === 'ask'),
    );
    expect(JSON.stringify(answers)).not.toContain('pass');
    expect(stage.of('step-answered')[0]?.value).toBe(REDACTED);
  });

  test('is refused when it is too short to be kept out of anything', async () => {
    const stage = new Stage({ runbook });
    await stage.question();
    const answer = await stage.ask({ type: 'answer-step', step: 'ask', value: 'pw' });
    expect(answer).toMatchObject({ ok: false, message: expect.stringContaining('at least 4 characters') });
    expect(stage.secrets).toEqual([]);
  });

  test('is not in the sentence that refuses it', async () => {
    const prompt = { message: '?', secret: true, pattern: '[0-9]+' };
    const stage = new Stage({ runbook: buildRunbook([{ id: 'ask', uses: 'prompt', with: prompt }]) });
    await stage.question();
    const answer = await stage.ask({ type: 'answer-step', step: 'ask', value: 'hunter2' });
    expect(answer).toEqual({ ok: false, message: 'The answer must look like [0-9]+.' });
  });

  test('is asked again by a resumed session before anything else, and the mark is never used in its place', async () => {
    const first = new Stage({ runbook, world: world(), secretInputs });
    await first.play((question, state) =>
      question.step.id === 'late' ? undefined : typing('pass')(question, state),
    );
    const resumed = new Stage({ runbook, world: first.world, secretInputs, resume: first.events });
    expect(await resumed.question()).toMatchObject({ for: 'answer', step: { id: 'ask' } });
    await resumed.play(typing('pass'));
    expect(resumed.state.end?.outcome).toBe('succeeded');
    expect(first.world.read('b').value).toBe('pass');
    expect(first.world.writes).toHaveLength(2);
  });
});

describe('what a step yielded with a secret in it', () => {
  const shown = buildRunbook([
    { id: 'ask', uses: 'prompt', with: { message: 'Which?' } },
    { id: 'look', uses: 'task', with: { instructions: 'See ${{ steps.ask.outputs.value }}.' } },
    { id: 'use', uses: 'test/set', with: { object: 'a', to: '${{ steps.ask.outputs.value }}' } },
  ]);

  test('is shown with its mark, and never written into the world', async () => {
    const stage = new Stage({ runbook: shown, world: world() });
    await stage.play((question, state) =>
      question.for === 'failed' ? undefined : typing(`key=${REDACTED}`)(question, state),
    );
    expect(stage.state.steps.look?.state).toBe('succeeded');
    expect(stage.state.steps.use).toMatchObject({ state: 'failed', failure: { refused: true } });
    expect(stage.world.writes).toHaveLength(0);
  });
});

describe('a plan from the journal that held a secret', () => {
  /** As the journal keeps it. */
  const redact = (events: readonly Event[]): readonly Event[] =>
    JSON.parse(JSON.stringify(events).replaceAll('hunter2', REDACTED)) as readonly Event[];
  const simple = buildRunbook([
    { id: 'use', uses: 'test/set', with: { object: 'a', to: '2' } },
    { id: 'next', uses: 'task', with: { instructions: 'Look.' } },
  ]);

  test('is not used for an undo: the mark would be written into the world', async () => {
    const first = new Stage({ runbook: simple, world: new ScriptedWorld({ a: 'hunter2' }) });
    await first.play((question, state) =>
      question.for === 'answer' ? undefined : agreeable(question, state),
    );
    const resumed = new Stage({ runbook: simple, world: first.world, resume: redact(first.events) });
    await resumed.ask({ type: 'undo-step', step: 'use' });
    expect(resumed.state.undo).toMatchObject({ phase: 'failed' });
    expect(resumed.state.undo?.failure?.message).toContain('held a secret, which was not kept on disk');
    expect(first.world.read('a').value).toBe('2');
  });

  test('leaves the outcome open after a crash, in words', async () => {
    const first = new Stage({ runbook: simple, world: new ScriptedWorld({ a: 'hunter2' }) });
    await first.play((question, state) =>
      question.for === 'answer' ? undefined : agreeable(question, state),
    );
    const begun = first.events.findIndex((event) => event.type === 'step-started') + 1;
    const resumed = new Stage({
      runbook: simple,
      world: first.world,
      resume: redact(first.events.slice(0, begun)),
    });
    expect(await resumed.question()).toMatchObject({ for: 'interrupted', step: { landed: 'unknown' } });
  });
});

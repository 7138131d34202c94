import { describe, expect, test } from 'vitest';
import type { SessionState } from '../../src/engine/state.ts';
import { answerUnattended, type Consent } from '../../src/host/unattended.ts';
import { buildRunbook, type StepGiven } from '../engine/fixtures/build-runbook.ts';
import { type Fault, type Phase, ScriptedWorld } from '../engine/fixtures/scripted-world.ts';
import { agreeable, Stage } from '../engine/fixtures/stage.ts';

const consent = (given: Partial<Consent> = {}): Consent => ({
  yes: false,
  auto: false,
  confirm: new Set(),
  answers: new Map(),
  ...given,
});
const nothing = consent();
const yes = consent({ yes: true });
const auto = consent({ auto: true });
const confirming = (...ids: readonly string[]) => consent({ confirm: new Set(ids) });
const answering = (value: string, id = 's') => consent({ answers: new Map([[id, value]]) });

const change: StepGiven = { id: 's', uses: 'test/set', with: { object: 'a', to: '2' } };
const dangerous: StepGiven = { ...change, risk: 'dangerous' };
const decision: StepGiven = {
  id: 's',
  uses: 'decision',
  with: {
    message: '?',
    options: [
      { value: 'x', label: 'X' },
      { value: 'y', label: 'Y' },
    ],
    default: 'y',
  },
};
const prompt: StepGiven = { id: 's', uses: 'prompt', with: { message: '?' } };
const offered: StepGiven = { id: 's', uses: 'prompt', with: { message: '?', default: 'd' } };
const task: StepGiven = { id: 's', uses: 'task', with: { instructions: 'Do.' } };

/** The session at its first question; `then` brings it further. */
async function stateOf(step: StepGiven, ...faults: readonly [Phase, Fault][]): Promise<Stage> {
  const world = new ScriptedWorld({ a: '1' });
  for (const [phase, fault] of faults) world.break(phase, 'a', fault);
  const stage = new Stage({ runbook: buildRunbook([step]), world });
  await stage.question();
  return stage;
}

const said = (state: SessionState, given: Consent) => {
  const asked = answerUnattended(state, given);
  if (asked === undefined) return 'pause';
  const { intent, by } = asked;
  return [intent.type, 'value' in intent ? intent.value : undefined, by].filter(Boolean).join(' ');
};

describe('without a person', () => {
  test.each<[string, StepGiven, Consent, string]>([
    ['a change, no flag', change, nothing, 'pause'],
    ['a change, --yes', change, yes, 'confirm-step --yes'],
    ['a change, --confirm', change, confirming('s'), 'confirm-step --confirm'],
    ['a change, --confirm of another', change, confirming('t'), 'pause'],
    ['something dangerous, --yes', dangerous, yes, 'pause'],
    ['something dangerous, --confirm', dangerous, confirming('s'), 'confirm-step --confirm'],
    ['something dangerous, --auto', dangerous, auto, 'confirm-step --auto'],
    [
      'an instance of a loop, --confirm of the loop',
      { ...dangerous, forEach: '[1]' },
      confirming('s'),
      'confirm-step --confirm',
    ],
    [
      'an instance of a loop, --confirm of another',
      { ...dangerous, forEach: '[1, 2]' },
      confirming('s[1]'),
      'pause',
    ],
    ['a task, --yes', task, yes, 'pause'],
    ['a task, --answer', task, answering('done'), 'answer-step done --answer'],
    ['a task, --auto', task, auto, 'answer-step done --auto'],
    ['a prompt, --yes', prompt, yes, 'pause'],
    ['a prompt, --answer', prompt, answering('v'), 'answer-step v --answer'],
    ['a prompt, --answer to another', prompt, answering('v', 't'), 'pause'],
    ['a prompt that offers nothing, --auto', prompt, auto, 'pause'],
    ['a prompt that offers an answer, --auto', offered, auto, 'answer-step d --auto'],
    ['a prompt that offers an answer, --yes', offered, yes, 'pause'],
    ['a decision, --yes', decision, yes, 'pause'],
    ['a decision, --answer', decision, answering('x'), 'answer-step x --answer'],
    ['a decision, --auto', decision, auto, 'answer-step y --auto'],
  ])('%s', async (_, step, given, expected) => {
    const { state } = await stateOf(step);
    expect(said(state, given)).toBe(expected);
  });

  test.each<[string, Consent, string]>([
    ['nothing', nothing, 'abort-session policy'],
    ['--yes', yes, 'abort-session --yes'],
    ['--auto', auto, 'abort-session --auto'],
  ])('a failure nobody is there to judge ends the session as failed: %s', async (_, given, expected) => {
    const stage = await stateOf({ ...change, uses: 'test/get', with: { object: 'a' } }, ['run', 'fails']);
    expect(said(stage.state, given)).toBe(expected);
    const asked = answerUnattended(stage.state, given);
    if (asked !== undefined) await stage.ask(asked.intent, asked.by);
    expect(stage.state.end?.outcome).toBe('failed');
  });

  test('what is not there is skipped', async () => {
    const { state } = await stateOf(change, ['plan', 'unavailable']);
    expect(said(state, nothing)).toBe('skip-step policy');
  });

  test.each<[Fault, Fault | undefined, string]>([
    ['lost-after', undefined, 'accept-step --yes'],
    ['lost-before', undefined, 'retry-step --yes'],
    ['lost-after', 'times-out', 'pause'],
  ])('an interruption (%s, probe %s) is what the probe found', async (run, probe, expected) => {
    const stage = await stateOf(
      change,
      ['run', run],
      ...(probe === undefined ? [] : ([['probe', probe]] as const)).map(([phase, fault]): [Phase, Fault] => [
        phase,
        fault,
      ]),
    );
    await stage.play((question, state) =>
      question.for === 'interrupted' ? undefined : agreeable(question, state),
    );
    expect(said(stage.state, yes)).toBe(expected);
  });

  test('an undo is confirmed as its step is, and one that failed is left', async () => {
    const step: StepGiven = { ...change, verify: { within: 0 }, onFailure: { action: 'undo', steps: ['s'] } };
    const stage = await stateOf(step, ['observe', 'not-yet']);
    await stage.play((question, state) =>
      question.for === 'undo-confirmation' ? undefined : agreeable(question, state),
    );
    expect(said(stage.state, nothing)).toBe('pause');
    expect(said(stage.state, yes)).toBe('confirm-undo --yes');
    expect(said(stage.state, confirming('s'))).toBe('confirm-undo --confirm');
    stage.world.break('run', 'a', 'fails');
    await stage.play((question, state) =>
      question.for === 'undo-failed' ? undefined : agreeable(question, state),
    );
    expect(said(stage.state, yes)).toBe('decline-undo --yes');
  });

  test('a plan that goes stale again and again is not confirmed for ever', async () => {
    const stage = await stateOf(
      change,
      ...Array.from({ length: 20 }, (): [Phase, Fault] => ['run', 'stale']),
    );
    await stage.play((_, state) => answerUnattended(state, yes)?.intent, '--yes');
    expect(stage.of('step-confirmed')).toHaveLength(5);
    expect(said(stage.state, yes)).toBe('pause');
  });

  test('a paused or ended session is left alone', async () => {
    const stage = await stateOf(change);
    await stage.runner.stop('over');
    expect(said(stage.state, auto)).toBe('pause');
  });
});

import { describe, expect, test } from 'vitest';
import { decide } from '../../src/engine/decide.ts';
import type { Draft, Event } from '../../src/engine/event.ts';
import type { Intent } from '../../src/engine/intent.ts';
import { next } from '../../src/engine/next.ts';
import { reduce } from '../../src/engine/reduce.ts';
import { allowedIntents } from '../../src/engine/select.ts';
import type { SessionState } from '../../src/engine/state.ts';
import type { Plan } from '../../src/steps/step-kind.ts';
import { buildRunbook } from './fixtures/build-runbook.ts';

const runbook = buildRunbook([
  { id: 'w', uses: 'test/set' },
  { id: 'x', uses: 'test/set' },
]);
const effect = { verb: 'set', target: 'thing/w', summary: 's', diff: [], command: 'c' };
const plan: Plan = {
  summary: 'p',
  effects: [effect],
  risk: 'change',
  preconditions: [],
  permissions: [],
  facts: [],
  warnings: [],
  undo: 'back',
  data: {},
};
const question: Plan = { ...plan, effects: [], risk: 'safe', question: { type: 'task', instructions: 'i' } };
const failure = { message: 'm', phase: 'run' } as const;
const outcome = { summary: '', evidence: [], outputs: {} };

const planned = (made: Plan): Draft => ({
  type: 'step-planned',
  step: 'w',
  attempt: 1,
  plan: made,
  risk: made.risk,
  effects: [],
  planHash: 'h',
});
const on = { step: 'w', by: 'operator' } as const;
const confirmed: readonly Draft[] = [planned(plan), { type: 'step-confirmed', ...on, planHash: 'h' }];
const running: readonly Draft[] = [
  ...confirmed,
  { type: 'step-started', step: 'w', attempt: 1, attemptId: 'i' },
];
const verifying: readonly Draft[] = [...running, { type: 'step-verifying', step: 'w', outcome }];
const failed: readonly Draft[] = [...running, { type: 'step-failed', step: 'w', failure }];
const undoing: readonly Draft[] = [
  ...failed,
  { type: 'undo-requested', steps: ['w'], cause: 'operator', by: 'operator', afterwards: 'ask' },
];
const undoPlanned: readonly Draft[] = [...undoing, { type: 'undo-planned', step: 'w', plan, planHash: 'h' }];
const undoRunning: readonly Draft[] = [...undoPlanned, { type: 'undo-started', ...on, attemptId: 'u' }];
const paused: Draft = { type: 'session-paused', reason: 'r' };

function after(drafts: readonly Draft[]): SessionState {
  const time = '2026-01-01T00:00:00.000Z';
  const begun: Draft = {
    type: 'session-started',
    session: 's',
    runbook,
    inputs: {},
    world: { mode: 'incident' },
    version: '0',
  };
  let state: SessionState | undefined;
  [begun, ...drafts].forEach((draft, at) => {
    state = reduce(state, { ...draft, seq: at + 1, time } as Event);
  });
  if (state === undefined) throw new Error('unreachable');
  return state;
}

const INTENTS: Readonly<Record<Intent['type'], Intent>> = {
  'confirm-step': { type: 'confirm-step', step: 'w', planHash: 'h' },
  'answer-step': { type: 'answer-step', step: 'w', value: 'done' },
  'skip-step': { type: 'skip-step', step: 'w', reason: 'r' },
  'retry-step': { type: 'retry-step', step: 'w' },
  'replan-step': { type: 'replan-step', step: 'w' },
  'accept-step': { type: 'accept-step', step: 'w' },
  'cancel-step': { type: 'cancel-step', step: 'w' },
  'undo-step': { type: 'undo-step', step: 'w' },
  'confirm-undo': { type: 'confirm-undo', step: 'w', planHash: 'h' },
  'decline-undo': { type: 'decline-undo', step: 'w' },
  'abort-session': { type: 'abort-session', undo: true },
  'pause-session': { type: 'pause-session', reason: 'r' },
  'add-note': { type: 'add-note', text: 't' },
};

type Row = readonly [
  state: string,
  drafts: readonly Draft[],
  action: string,
  accepted: readonly Intent['type'][],
];
const always = ['pause-session', 'add-note'] as const;

/** Every state that a session can be in, what the runner does there, and what an operator may ask for. */
const ROWS: readonly Row[] = [
  ['pending', [], 'plan', [...always, 'cancel-step', 'abort-session']],
  [
    'ready',
    [{ type: 'step-stale', step: 'w', message: 'm' }],
    'plan',
    [...always, 'cancel-step', 'abort-session'],
  ],
  [
    'awaiting-confirmation',
    [planned(plan)],
    'wait',
    [...always, 'confirm-step', 'skip-step', 'replan-step', 'abort-session'],
  ],
  ['awaiting-answer', [planned(question)], 'wait', [...always, 'answer-step', 'skip-step', 'abort-session']],
  [
    'unavailable',
    [{ type: 'step-unavailable', step: 'w', reason: 'r' }],
    'wait',
    [...always, 'retry-step', 'skip-step', 'abort-session'],
  ],
  ['confirmed', confirmed, 'run', [...always, 'cancel-step', 'abort-session']],
  ['running', running, 'interrupt', [...always, 'cancel-step']],
  ['verifying', verifying, 'verify', [...always, 'cancel-step']],
  ['failed', failed, 'wait', [...always, 'retry-step', 'skip-step', 'undo-step', 'abort-session']],
  [
    'interrupted',
    [...running, { type: 'step-interrupted', step: 'w', landed: 'unknown', evidence: 'e' }],
    'wait',
    [...always, 'accept-step', 'retry-step', 'skip-step', 'undo-step', 'abort-session'],
  ],
  ['undo planning', undoing, 'plan-undo', [...always, 'cancel-step']],
  ['undo awaiting-confirmation', undoPlanned, 'wait', [...always, 'confirm-undo', 'decline-undo']],
  ['undo running', undoRunning, 'run-undo', [...always, 'cancel-step']],
  [
    'undo failed',
    [...undoRunning, { type: 'undo-failed', step: 'w', failure }],
    'wait',
    [...always, 'undo-step', 'decline-undo'],
  ],
  [
    'undone',
    [...undoRunning, { type: 'step-undone', step: 'w', summary: '', evidence: [] }],
    'wait',
    [...always, 'retry-step', 'skip-step', 'abort-session'],
  ],
  ['ending', [{ type: 'abort-chosen', undo: [], outcome: 'aborted', by: 'operator' }], 'append', always],
  ['paused at a question', [planned(plan), paused], 'wait', ['add-note']],
  ['paused while running', [...running, paused], 'wait', ['add-note', 'cancel-step']],
  ['ended', [{ type: 'session-ended', outcome: 'aborted', summary: 's' }], 'nothing', ['add-note']],
];

describe.each(ROWS)('%s', (_, drafts, action, accepted) => {
  const state = after(drafts);

  test(`the runner does: ${action}`, () => {
    expect(next(state).do).toBe(action);
  });

  test.each(Object.values(INTENTS).map((intent) => [intent.type, intent] as const))('%s', (type, intent) => {
    const decision = decide(state, { intent, by: 'operator' }, 0);
    expect(decision.ok).toBe(accepted.includes(type));
    expect(allowedIntents(state).has(type)).toBe(decision.ok);
    if (!decision.ok) expect(decision.message).toMatch(/^[A-Zw].+\.$/);
  });

  test('an intent for a step that is not in question is refused in words', () => {
    for (const intent of Object.values(INTENTS)) {
      if (!('step' in intent)) continue;
      const decision = decide(state, { intent: { ...intent, step: 'ghost' }, by: 'operator' }, 0);
      expect(decision, intent.type).toMatchObject({ ok: false, message: expect.stringMatching(/\.$/) });
    }
    const note: Intent = { type: 'add-note', text: 't', step: 'ghost' };
    expect(decide(state, { intent: note, by: 'operator' }, 0)).toMatchObject({ ok: false });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../src/engine/decide.ts';
import type { Answerer, Event } from '../../src/engine/event.ts';
import type { Intent } from '../../src/engine/intent.ts';
import { next } from '../../src/engine/next.ts';
import { reduce, replay } from '../../src/engine/reduce.ts';
import { allowedIntents, busyWith, currentQuestion } from '../../src/engine/select.ts';
import type { SessionState } from '../../src/engine/state.ts';
import { anyFaults, anyStep } from './fixtures/any-step.ts';
import { buildRunbook } from './fixtures/build-runbook.ts';
import { ScriptedWorld } from './fixtures/scripted-world.ts';
import { Stage } from './fixtures/stage.ts';

const TYPES: readonly Intent['type'][] = [
  'confirm-step',
  'answer-step',
  'skip-step',
  'retry-step',
  'replan-step',
  'accept-step',
  'cancel-step',
  'undo-step',
  'confirm-undo',
  'decline-undo',
  'abort-session',
  'pause-session',
  'add-note',
];

interface Whim {
  readonly type: Intent['type'] | 'agree';
  /** Otherwise for some other step, or with a hash or a word that is wrong. */
  readonly fitting: boolean;
  readonly by: Answerer;
  readonly advanceMs: number;
  readonly meddle: boolean;
}

const whim: fc.Arbitrary<Whim> = fc.record({
  type: fc.oneof(
    { weight: 40, arbitrary: fc.constant('agree' as const) },
    { weight: 6, arbitrary: fc.constant('undo-step' as const) },
    fc.constantFrom(...TYPES),
  ),
  fitting: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.constant(false)),
  by: fc.constantFrom<Answerer>('operator', 'operator', 'operator', '--yes', '--confirm'),
  advanceMs: fc.constantFrom(0, 0, 1000, 5000, 40_000),
  meddle: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
});

/** The intent of this type that has the best chance in this state, or one that has none. */
function intentOf(state: SessionState, type: Intent['type'], fitting: boolean): Intent {
  const question = currentQuestion(state);
  const id = fitting
    ? type === 'undo-step' && state.undo === undefined
      ? (state.written.at(-1) ?? 's0')
      : (question?.step.id ?? busyWith(state) ?? state.current ?? 's0')
    : 's9';
  const step = state.steps[id];
  const plan = type === 'confirm-undo' ? state.undo : step !== undefined && 'plan' in step ? step : undefined;
  const planHash = fitting ? (plan?.planHash ?? '') : 'something else';
  const typed = plan?.plan?.confirmWord ?? '';
  switch (type) {
    case 'confirm-step':
    case 'confirm-undo':
      return { type, step: id, planHash, typed };
    case 'answer-step':
      return {
        type,
        step: id,
        value: fitting
          ? step?.state === 'awaiting-answer' && step.plan.question?.type === 'decision'
            ? 'last'
            : 'done'
          : 7,
      };
    case 'skip-step':
      return { type, step: id, reason: fitting ? 'as I say' : ' ' };
    case 'abort-session':
      return { type, undo: fitting };
    case 'pause-session':
      return { type, reason: 'lunch' };
    case 'add-note':
      return { type, text: fitting ? 'seen' : '' };
    default:
      return { type, step: id };
  }
}

/** What a person would most likely say now. */
function agreement(state: SessionState): Intent['type'] {
  const question = currentQuestion(state);
  switch (question?.for) {
    case undefined:
      return 'add-note';
    case 'confirmation':
      return 'confirm-step';
    case 'answer':
      return 'answer-step';
    case 'interrupted':
      return question.step.state === 'interrupted' && question.step.landed === 'yes'
        ? 'accept-step'
        : 'retry-step';
    case 'undo-confirmation':
      return 'confirm-undo';
    case 'undo-failed':
      return state.seq % 3 === 0 ? 'decline-undo' : 'undo-step';
    default:
      return state.seq % 3 === 0 ? 'skip-step' : 'retry-step';
  }
}

/** What must be true of the journal and the world, wherever the walk led. */
function checkOrder(stage: Stage): void {
  let state: SessionState | undefined;
  const confirmed = new Set<string>();
  let started: { step: string; plan: string } | undefined;
  for (const item of stage.order) {
    if (item.type === 'WRITE') {
      expect(started?.plan, 'a write without step-started').toBe(item.plan);
      expect(state?.status === 'ended', 'a write after the end').toBe(false);
      continue;
    }
    state = reduce(state, item);
    if (item.type === 'step-confirmed') {
      const step = state.steps[item.step];
      if (step?.state !== 'confirmed') throw new Error('confirmed, but not in that state');
      expect(item.planHash).toBe(step.planHash);
      if (step.plan.risk === 'dangerous') expect(['operator', '--confirm', '--auto']).toContain(item.by);
      confirmed.add(`${item.step} ${item.planHash} ${step.plan.summary}`);
    }
    if (item.type === 'step-started') {
      expect(state.status).toBe('active');
      const step = state.steps[item.step];
      if (step?.state !== 'running') throw new Error('started, but not running');
      if (step.plan.effects.length > 0 && step.plan.alreadyDone !== true)
        expect(confirmed.delete(`${item.step} ${step.planHash} ${step.plan.summary}`), 'unconfirmed').toBe(
          true,
        );
      started = { step: item.step, plan: step.plan.summary };
    }
    if (item.type === 'undo-started') {
      expect(state.status).toBe('active');
      if (state.undo?.plan?.risk === 'dangerous') expect(['operator', '--confirm']).toContain(item.by);
      started = { step: item.step, plan: state.undo?.plan?.summary ?? '' };
    }
  }
}

function checkReplay(events: readonly Event[], live: ReadonlyMap<number, SessionState>): void {
  let state: SessionState | undefined;
  events.forEach((event, at) => {
    expect(event.seq).toBe(at + 1);
    state = reduce(state, event);
    const seen = live.get(event.seq);
    if (seen !== undefined) expect(state).toEqual(seen);
  });
  const ended = events.findIndex((event) => event.type === 'session-ended');
  if (ended !== -1)
    expect(
      events.slice(ended + 1).every((event) => event.type === 'note-added'),
      'events after the end',
    ).toBe(true);
}

function checkIntents(state: SessionState, now: number): void {
  const allowed = allowedIntents(state);
  for (const type of TYPES) {
    const decided = (['operator', '--confirm'] as const).map((by) =>
      decide(state, { intent: intentOf(state, type, true), by }, now),
    );
    for (const decision of decided) if (!decision.ok) expect(decision.message).toMatch(/^\S.*[.]$/s);
    expect(
      decided.some((decision) => decision.ok),
      `${type} in ${state.steps[state.current ?? '']?.state}, ${state.status}, undo ${state.undo?.phase}`,
    ).toBe(allowed.has(type));
  }
}

describe('random walks', () => {
  test('keep every promise of the engine', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyStep, { minLength: 1, maxLength: 5 }),
        anyFaults,
        fc.array(whim, { minLength: 5, maxLength: 40 }),
        fc.boolean(),
        async (given, broken, whims, production) => {
          const world = new ScriptedWorld({ a: '0', b: '0', c: '0' });
          for (const { phase, object: name, fault } of broken) world.break(phase, name, fault);
          const runbook = buildRunbook([
            ...given.map((parts, place) => ({ ...parts, id: `s${place}` })),
            { id: 'final', section: 'last', uses: 'task', with: { instructions: 'Done?' } },
          ]);
          const live = new Map<number, SessionState>();
          const stage = new Stage({
            runbook,
            world,
            about: { production },
            onEvents: (_, state) => {
              live.set(state.seq, state);
            },
          });
          await stage.idle();
          for (const { type, fitting, by, advanceMs, meddle } of whims) {
            checkIntents(stage.state, stage.clock.now());
            if (meddle) world.meddle('a', '5');
            const before = stage.state;
            const writes = world.writes.length;
            const wanted = type === 'agree' ? agreement(stage.state) : type;
            const intent = intentOf(stage.state, wanted, fitting);
            const answer = stage.runner.ask({ intent, by });
            if (!answer.ok) expect(stage.state).toBe(before);
            await stage.idle();
            if (before.status !== 'active') expect(world.writes.length).toBe(writes);
            if (advanceMs > 0) await stage.clock.advance(advanceMs);
          }
          checkOrder(stage);
          checkReplay(stage.events, live);
          expect(replay(stage.events)).toEqual(stage.state);
          const stopped = stage.runner.stop('enough', { cancel: true });
          await stage.clock.runUntil(stopped);
          expect(['paused', 'ended']).toContain(stage.state.status);
          expect(next(stage.state).do).not.toBe('run');
        },
      ),
      { numRuns: 150 },
    );
  });
});

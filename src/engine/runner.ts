import type { Clock } from '../ports/clock.ts';
import { PortFailure } from '../ports/failure.ts';
import type { JsonObject } from '../ports/json.ts';
import type { Ports, ReadPorts } from '../ports/ports.ts';
import type { StepKind } from '../steps/step-kind.ts';
import { decide } from './decide.ts';
import { type Desk, readSignal } from './desk.ts';
import type { Draft, Event, Sighting } from './event.ts';
import { inOrder } from './in-order.ts';
import type { Asked } from './intent.ts';
import { type Action, next } from './next.ts';
import { interruptStep, runStep } from './perform-run.ts';
import { planStep } from './perform-step.ts';
import { planUndo, resumeUndo, runUndo } from './perform-undo.ts';
import { verifyStep } from './perform-verify.ts';
import { reduce, replay } from './reduce.ts';
import { currentQuestion, currentStep, stepOf } from './select.ts';
import type { SessionState } from './state.ts';
import { openTexts } from './texts.ts';
import { writes } from './written.ts';

export interface OutputFilter {
  /** What can be shown by now of all that came. */
  push(piece: string): string;
  /** What was held back. */
  end(): string;
}

export interface RunnerOptions {
  /** The journal so far; at least session-started. */
  readonly events: readonly Event[];
  /** Stamps, writes and flushes to disk, then returns the events as written. The runner acts only after it returned. */
  append(drafts: readonly Draft[]): readonly Event[];
  /** Secret inputs as they were given; the journal has them redacted. */
  readonly secretInputs: JsonObject;
  /** A secret was typed: from now on it is redacted everywhere. */
  registerSecret(value: string): void;
  readonly kinds: readonly StepKind[];
  readonly ports: Ports;
  /** The same world through clients that cannot write: for planning, observing and probing. */
  readonly reads: ReadPorts;
  readonly clock: Clock;
  /** The file that keeps all the output of a step's attempt. */
  outputFile(step: string, attempt: number): string | undefined;
  /** Called after each append, with what was appended and the state after it; in order, also when it asks for something. */
  onEvents(events: readonly Event[], state: SessionState): void;
  onOutput(step: string, text: string): void;
  /** What an attempt's output goes through, piece by piece, before anyone sees it: secrets and control sequences stay behind. */
  outputFilter?(): OutputFilter;
}

/** One session being run. */
export interface Runner {
  readonly state: SessionState;
  /** Decides at once: journalled and taken up, or refused with a sentence. */
  ask(asked: Asked): { readonly ok: true } | { readonly ok: false; readonly message: string };
  /** Something seen beside the steps: journalled while the session is active, and never in its way. */
  witness(sighting: Sighting): void;
  /** Settles when the session ended or was stopped; rejects when the journal cannot be written. */
  readonly done: Promise<void>;
  /**
   * Finishes a write that is in flight (or aborts it when `cancel`), breaks off what only reads, journals
   * session-paused, and resolves; also when the journal cannot be written, which `done` tells.
   */
  stop(reason: string, options?: { readonly cancel?: boolean }): Promise<void>;
}

const PREEMPTIBLE: ReadonlySet<Action['do']> = new Set(['plan', 'pause-before-retry']);
/** What a cancellation may still meet when it came between two actions of the same step. */
const CANCELLABLE: ReadonlySet<Action['do']> = new Set(['plan', 'run', 'verify']);

const cancelled = (message: string) => new PortFailure(message, { reason: 'cancelled' });

/** Runs a session from its journal: takes up what was in flight, then performs one action after another. */
export function createRunner(options: RunnerOptions): Runner {
  const replayed = replay(options.events);
  if (replayed === undefined) throw new Error('The journal is empty');
  let state: SessionState = { ...replayed, inputs: { ...replayed.inputs, ...options.secretInputs } };
  let wake: () => void = () => undefined;
  let working = new AbortController();
  let underway: Action | undefined;
  let cancelling: string | undefined;
  let broken: { readonly error: unknown } | undefined;
  const stopping = new AbortController();
  const texts = openTexts(state);
  const announce = inOrder(options.onEvents);

  const append: Desk['append'] = (...drafts) => {
    if (broken !== undefined) throw broken.error;
    let events: readonly Event[];
    try {
      events = options.append(drafts);
    } catch (error) {
      // Whatever is in flight finds out at its next event; nothing new is begun.
      broken = { error };
      wake();
      throw error;
    }
    for (const event of events) state = reduce(state, event);
    texts.note(events);
    announce(events, state);
    return events;
  };
  const desk: Desk = { options, state: () => state, append, plans: new Map(), stopping: stopping.signal };

  const perform = async (action: Action): Promise<void> => {
    working = new AbortController();
    const { signal } = working;
    if ('step' in action && action.step === cancelling && CANCELLABLE.has(action.do))
      working.abort(cancelled('Cancelled by the operator.'));
    cancelling = undefined;
    switch (action.do) {
      case 'plan':
        return planStep(desk, action.step, signal);
      case 'run':
        return runStep(desk, action.step, signal);
      case 'verify':
        return verifyStep(desk, action.step, signal);
      case 'interrupt':
        return interruptStep(desk, action.step);
      case 'plan-undo':
        return planUndo(desk, action.step, signal);
      case 'run-undo':
        return runUndo(desk, action.step, signal);
      case 'pause-before-retry':
        return pauseBeforeRetry(desk, action.step, readSignal(desk, signal));
      case 'append':
        append(...action.drafts);
        return;
      default:
        return;
    }
  };

  const appendTexts = () => {
    if (state.status !== 'active') return;
    // What a step found out may fill in the titles of those to come.
    const filled = texts.take(state);
    if (filled !== undefined) append({ type: 'texts-rendered', ...filled });
  };

  const loop = async (): Promise<void> => {
    if (state.status === 'active') await takeUp(desk);
    appendTexts();
    while (!stopping.signal.aborted) {
      if (broken !== undefined) throw broken.error;
      const action = next(state);
      if (action.do === 'nothing') return;
      if (action.do === 'wait') {
        cancelling = undefined;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      underway = action;
      await perform(action);
      underway = undefined;
      appendTexts();
    }
  };

  // A macrotask later, so that the caller has the runner before its first event.
  const done = new Promise<void>((resolve, reject) => {
    setImmediate(() => loop().then(resolve, reject));
  });

  const take = (asked: Asked): ReturnType<Runner['ask']> => {
    const decision = decide(state, asked, options.clock.now());
    if (!decision.ok) return decision;
    const secret = secretAnswer(state, asked);
    if (secret !== undefined) options.registerSecret(secret.value);
    try {
      append(...decision.drafts);
    } catch (error) {
      return { ok: false, message: error instanceof Error ? error.message : String(error) };
    }
    if (secret !== undefined) state = withAnswer(state, secret.step, secret.value);
    if (decision.cancel !== undefined) {
      cancelling = decision.cancel;
      working.abort(cancelled('Cancelled by the operator.'));
    } else if (underway !== undefined && PREEMPTIBLE.has(underway.do) && !isSame(underway, next(state)))
      working.abort(cancelled('The operator turned to something else.'));
    wake();
    return { ok: true };
  };

  return {
    get state() {
      return state;
    },
    done,
    ask: take,
    witness(sighting) {
      if (state.status !== 'active' || stopping.signal.aborted || broken !== undefined) return;
      try {
        append({ ...(state.current === undefined ? {} : { step: state.current }), ...sighting });
      } catch {
        // the journal cannot be written: the runner stops at its own next event
      }
    },
    async stop(reason, { cancel = false } = {}) {
      stopping.abort(cancelled('The session is stopping.'));
      if (cancel) working.abort(cancelled('The session is stopping.'));
      wake();
      try {
        await done;
      } catch {
        return;
      }
      if (state.status !== 'active') return;
      const waitingFor = currentQuestion(state)?.step.id;
      append({ type: 'session-paused', reason, ...(waitingFor === undefined ? {} : { waitingFor }) });
    },
  };
}

function isSame(before: Action, after: Action): boolean {
  return before.do === after.do && 'step' in before && 'step' in after && before.step === after.step;
}

/** After a resume: what was in flight is probed, what was only confirmed or shown is looked at again. */
async function takeUp(desk: Desk): Promise<void> {
  const { undo, ...state } = desk.state();
  if (undo !== undefined) {
    if (undo.phase === 'running') await resumeUndo(desk, undo.step);
    else if (undo.phase === 'awaiting-confirmation') await planUndo(desk, undo.step, desk.stopping);
    return;
  }
  const step = currentStep(state);
  switch (step?.state) {
    case 'running':
    case 'interrupted':
      return interruptStep(desk, step.id);
    case 'verifying':
      // What was read before the interruption says nothing about now.
      return writes(step.plan) ? undefined : interruptStep(desk, step.id);
    case 'confirmed':
    case 'awaiting-confirmation': {
      const message = 'The session was interrupted before this step began';
      desk.append({ type: 'step-stale', step: step.id, message });
    }
  }
}

/** Doubled each time, at most an hour. */
const LONGEST_BACKOFF_MS = 3_600_000;

async function pauseBeforeRetry(desk: Desk, id: string, signal: AbortSignal): Promise<void> {
  const step = desk.state().steps[id];
  if (step === undefined) return;
  const backoffMs = stepOf(desk.state(), step).retry?.backoffMs ?? 0;
  const delayMs = Math.min(LONGEST_BACKOFF_MS, backoffMs * 2 ** Math.max(0, step.attempts - 1));
  const isStillWanted = () => {
    const action = next(desk.state());
    return action.do === 'pause-before-retry' && action.step === id && !desk.stopping.aborted;
  };
  try {
    await desk.options.clock.sleep(delayMs, signal);
  } catch {
    // Cancelled while waiting: the failure is asked about instead.
    const failure = {
      message: 'Cancelled before the next attempt',
      reason: 'cancelled',
      phase: 'run',
    } as const;
    if (isStillWanted()) desk.append({ type: 'step-failed', step: id, failure });
    return;
  }
  if (isStillWanted()) desk.append({ type: 'step-retried', step: id, by: 'policy', delayMs });
}

function secretAnswer(state: SessionState, { intent }: Asked): { step: string; value: string } | undefined {
  if (intent.type !== 'answer-step' || typeof intent.value !== 'string') return undefined;
  const step = state.steps[intent.step];
  const question = step?.state === 'awaiting-answer' ? step.plan.question : undefined;
  return question?.type === 'prompt' && question.secret
    ? { step: intent.step, value: intent.value }
    : undefined;
}

/** The journal holds the redacted answer; later steps need the real one, which lives in this process only. */
function withAnswer(state: SessionState, id: string, value: string): SessionState {
  const step = state.steps[id];
  if (step?.state !== 'succeeded') return state;
  return { ...state, steps: { ...state.steps, [id]: { ...step, outputs: { ...step.outputs, value } } } };
}

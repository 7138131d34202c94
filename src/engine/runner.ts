import type { Clock } from '../ports/clock.ts';
import { PortFailure } from '../ports/failure.ts';
import type { JsonObject } from '../ports/json.ts';
import type { Ports, ReadPorts } from '../ports/ports.ts';
import type { StepKind } from '../steps/step-kind.ts';
import { decide } from './decide.ts';
import type { Desk } from './desk.ts';
import type { Draft, Event } from './event.ts';
import type { Asked } from './intent.ts';
import { type Action, next } from './next.ts';
import { interruptStep, planStep, runStep, verifyStep } from './perform-step.ts';
import { planUndo, resumeUndo, runUndo } from './perform-undo.ts';
import { reduce, replay } from './reduce.ts';
import { currentStep, stepOf } from './select.ts';
import type { SessionState } from './state.ts';
import { newTexts } from './texts.ts';

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
  /** Called after each append, with what was appended and the state after it. */
  onEvents(events: readonly Event[], state: SessionState): void;
  onOutput(step: string, text: string): void;
}

/** One session being run. */
export interface Runner {
  readonly state: SessionState;
  /** Decides at once: journalled and taken up, or refused with a sentence. */
  ask(asked: Asked): { readonly ok: true } | { readonly ok: false; readonly message: string };
  /** Settles when the session ended or was stopped; rejects when the journal cannot be written. */
  readonly done: Promise<void>;
  /** Finishes what is in flight (or aborts it when `cancel`), journals session-paused, and resolves. */
  stop(reason: string, options?: { readonly cancel?: boolean }): Promise<void>;
}

/** Runs a session from its journal: takes up what was in flight, then performs one action after another. */
export function createRunner(options: RunnerOptions): Runner {
  let state = withSecrets(replay(options.events), options.secretInputs);
  if (state === undefined) throw new Error('The journal is empty');
  let wake: () => void = () => undefined;
  let working = new AbortController();
  const stopping = new AbortController();

  const append: Desk['append'] = (...drafts) => {
    const events = options.append(drafts);
    for (const event of events) state = reduce(state, event);
    options.onEvents(events, current());
    return events;
  };
  const current = (): SessionState => {
    if (state === undefined) throw new Error('The journal is empty');
    return state;
  };
  const desk: Desk = { options, state: current, append, plans: new Map() };

  const perform = async (action: Action): Promise<void> => {
    working = new AbortController();
    const { signal } = working;
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
        return runUndo(desk, action.step, `undo-${current().seq}`, signal);
      case 'pause-before-retry':
        return pauseBeforeRetry(desk, action.step, signal);
      case 'append':
        append(...action.drafts);
        return;
      default:
        return;
    }
  };

  const loop = async (): Promise<void> => {
    await takeUp(desk);
    appendTexts(desk);
    while (!stopping.signal.aborted) {
      const action = next(current());
      if (action.do === 'nothing') return;
      if (action.do === 'wait') {
        await new Promise<void>((resolve) => {
          wake = resolve;
          stopping.signal.addEventListener('abort', () => resolve(), { once: true });
        });
        continue;
      }
      await perform(action);
      appendTexts(desk);
    }
  };

  // A macrotask later, so that the caller has the runner before its first event.
  const done = new Promise<void>((resolve, reject) => {
    setImmediate(() => loop().then(resolve, reject));
  });

  return {
    get state() {
      return current();
    },
    done,
    ask(asked) {
      const decision = decide(current(), asked, options.clock.now());
      if (!decision.ok) return decision;
      const secret = secretAnswer(current(), asked);
      if (secret !== undefined) options.registerSecret(secret.value);
      append(...decision.drafts);
      if (secret !== undefined) state = withAnswer(current(), secret.step, secret.value);
      if (decision.cancel !== undefined)
        working.abort(new PortFailure('Cancelled by the operator.', { reason: 'cancelled' }));
      wake();
      return { ok: true };
    },
    async stop(reason, { cancel = false } = {}) {
      stopping.abort();
      if (cancel) working.abort(new PortFailure('The session is stopping.', { reason: 'cancelled' }));
      await done;
      if (current().status === 'active') append({ type: 'session-paused', reason });
    },
  };
}

/** What a step found out may fill in the titles of those to come. */
function appendTexts(desk: Desk): void {
  const texts = newTexts(desk.state());
  if (texts !== undefined) desk.append({ type: 'texts-rendered', ...texts });
}

/** After a resume: what was in flight is probed, what was only confirmed or shown is looked at again. */
async function takeUp(desk: Desk): Promise<void> {
  const state = desk.state();
  if (state.undo !== undefined) {
    const signal = AbortSignal.timeout(120_000);
    if (state.undo.phase === 'running') await resumeUndo(desk, state.undo.step, signal);
    else if (state.undo.phase === 'awaiting-confirmation') await planUndo(desk, state.undo.step, signal);
    return;
  }
  const step = currentStep(state);
  if (step?.state === 'running') await interruptStep(desk, step.id);
  else if (step?.state === 'confirmed' || step?.state === 'awaiting-confirmation')
    desk.append({
      type: 'step-stale',
      step: step.id,
      message: 'The session was interrupted before this step began',
    });
}

async function pauseBeforeRetry(desk: Desk, id: string, signal: AbortSignal): Promise<void> {
  const step = desk.state().steps[id];
  if (step === undefined) return;
  const retry = stepOf(desk.state(), step).retry;
  const delayMs = (retry?.backoffMs ?? 0) * 2 ** Math.max(0, step.attempts - 1);
  try {
    await desk.options.clock.sleep(delayMs, signal);
    desk.append({ type: 'step-retried', step: id, by: 'policy', delayMs });
  } catch {
    // Cancelled while waiting: the failure is asked about instead.
    desk.append({
      type: 'step-failed',
      step: id,
      failure: { message: 'Cancelled before the next attempt', reason: 'cancelled', phase: 'run' },
    });
  }
}

function withSecrets(state: SessionState | undefined, secrets: JsonObject): SessionState | undefined {
  return state && { ...state, inputs: { ...state.inputs, ...secrets } };
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

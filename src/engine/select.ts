import type { Step } from '../runbook/runbook.ts';
import type { Intent } from './intent.ts';
import { indexOf, placesOf } from './lookup.ts';
import type { SessionState, StepState } from './state.ts';
import { writes } from './written.ts';

/** The runbook's step behind a state (a loop's instances share one). */
export function stepOf(state: SessionState, step: StepState): Step {
  const found = indexOf(state.runbook).steps.get(step.of);
  if (found === undefined) throw new Error(`The journal names step ${step.of}, which its runbook lacks`);
  return found;
}

/**
 * Where an option leads: options may come from an expression, so their sections have the names of the step's own
 * file, and 'end' is the end of that file: of a called one, its caller goes on. Undefined: there is none.
 */
export function sectionFor(state: SessionState, step: StepState, goTo: string): string | undefined {
  const section = state.runbook.scopes[stepOf(state, step).scope]?.sections?.[goTo] ?? goTo;
  if (section === 'end') return section;
  return indexOf(state.runbook).sections.has(section) ? section : undefined;
}

/** Nothing more will happen to it by itself, and the next step may go ahead. */
export function isOver(state: SessionState, step: StepState): boolean {
  switch (step.state) {
    case 'succeeded':
    case 'skipped':
      return true;
    case 'failed':
      return stepOf(state, step).onFailure.action === 'continue' && !wantsRetry(state, step);
    default:
      return false;
  }
}

/** People cannot be told here, and the runbook goes on without: nobody is asked. */
export function isPassedOver(state: SessionState, step: StepState): boolean {
  const { notifies, onFailure } = stepOf(state, step);
  return step.state === 'unavailable' && notifies === true && onFailure.action === 'continue';
}

/** An automatic attempt is left. Refusals and failed writes are never tried again by themselves. */
export function wantsRetry(state: SessionState, step: StepState): boolean {
  if (step.state !== 'failed' || step.failure.refused || step.failure.reason === 'cancelled') return false;
  const retry = stepOf(state, step).retry;
  const wrote = step.began && step.plan !== undefined && step.plan.effects.length > 0;
  return retry !== undefined && !wrote && step.attempts < retry.attempts;
}

/** The first step from this place on that is not over. */
export function firstOpenStep(state: SessionState, from = 0): string | undefined {
  for (let place = from; place < state.order.length; place++) {
    const step = state.steps[state.order[place] ?? ''];
    if (step !== undefined && !isOver(state, step)) return step.id;
  }
  return undefined;
}

/** The current step's place in the order; behind the last when all are done. */
export function currentPlace(state: SessionState): number {
  const place = state.current === undefined ? undefined : placesOf(state.order).get(state.current);
  return place ?? state.order.length;
}

export function currentStep(state: SessionState): StepState | undefined {
  return state.current === undefined ? undefined : state.steps[state.current];
}

/** It wrote (or may have), and its plan knows the way back. */
export function isUndoable(step: StepState): boolean {
  return step.state !== 'running' && step.written?.plan.undo !== undefined;
}

/** Newest first: the order in which they are undone. */
export function undoableSteps(state: SessionState): readonly string[] {
  return state.written.filter((id) => canBeUndone(state, id)).reverse();
}

export function lastUndoable(state: SessionState): string | undefined {
  return state.written.findLast((id) => canBeUndone(state, id));
}

function canBeUndone(state: SessionState, id: string): boolean {
  const step = state.steps[id];
  return step !== undefined && isUndoable(step);
}

/** Some step's writes were begun and not refused, whatever became of them. */
export function hasWritten(state: SessionState): boolean {
  const step = currentStep(state);
  return state.wrote || (step?.state === 'running' && writes(step.plan));
}

/** What the session waits for a person to say. */
export type Waiting =
  | {
      readonly for: 'confirmation' | 'answer' | 'unavailable' | 'failed' | 'interrupted' | 'undone';
      readonly step: StepState;
    }
  | { readonly for: 'undo-confirmation' | 'undo-failed'; readonly step: StepState };

/** The one open question, if there is one. */
export function currentQuestion(state: SessionState): Waiting | undefined {
  if (state.status === 'ended') return undefined;
  if (state.undo !== undefined) {
    const step = state.steps[state.undo.step];
    if (step === undefined) return undefined;
    if (state.undo.phase === 'awaiting-confirmation') return { for: 'undo-confirmation', step };
    return state.undo.phase === 'failed' ? { for: 'undo-failed', step } : undefined;
  }
  const step = currentStep(state);
  if (state.ending !== undefined || step === undefined) return undefined;
  switch (step.state) {
    case 'awaiting-confirmation':
      return { for: 'confirmation', step };
    case 'awaiting-answer':
      return { for: 'answer', step };
    case 'unavailable':
      return isPassedOver(state, step) ? undefined : { for: 'unavailable', step };
    case 'interrupted':
    case 'undone':
      return { for: step.state, step };
    case 'failed':
      return failureIsAsked(state, step) ? { for: 'failed', step } : undefined;
    default:
      return undefined;
  }
}

/** No rule of the runbook answers the failure: a person does. */
export function failureIsAsked(state: SessionState, step: StepState): boolean {
  if (step.state !== 'failed' || wantsRetry(state, step)) return false;
  const action = stepOf(state, step).onFailure.action;
  return action === 'ask' || state.declined.includes(step.id);
}

/** The step that the session is busy with, reading or writing: cancel-step stops it. */
export function busyWith(state: SessionState): string | undefined {
  if (state.status === 'ended') return undefined;
  if (state.undo !== undefined)
    return state.undo.phase === 'planning' || state.undo.phase === 'running' ? state.undo.step : undefined;
  const step = currentStep(state);
  if (step === undefined || state.ending !== undefined) return undefined;
  if (step.state === 'running' || step.state === 'verifying') return step.id;
  // A paused session finishes what it was doing, and begins nothing.
  if (state.status === 'paused') return undefined;
  const begins = step.state === 'pending' || step.state === 'ready' || step.state === 'confirmed';
  return begins || wantsRetry(state, step) ? step.id : undefined;
}

/** What an operator may ask for now; the screen's keys are the keymap cut down to these. */
export function allowedIntents(state: SessionState): ReadonlySet<Intent['type']> {
  const allowed = new Set<Intent['type']>(['add-note']);
  if (state.status === 'ended') return allowed;
  if (busyWith(state) !== undefined) allowed.add('cancel-step');
  if (state.status === 'paused') return allowed;
  allowed.add('pause-session');
  const question = currentQuestion(state);
  const step = currentStep(state);
  if (question?.for === 'undo-confirmation') return new Set([...allowed, 'confirm-undo', 'decline-undo']);
  if (question?.for === 'undo-failed') return new Set([...allowed, 'undo-step', 'decline-undo']);
  if (state.undo !== undefined || state.ending !== undefined) return allowed;
  if (step?.state === 'running' || step?.state === 'verifying') return allowed;
  allowed.add('abort-session');
  if (lastUndoable(state) !== undefined) allowed.add('undo-step');
  switch (question?.for) {
    case 'confirmation':
      return new Set([...allowed, 'confirm-step', 'skip-step', 'replan-step']);
    case 'answer':
      return new Set([...allowed, 'answer-step', 'skip-step']);
    case 'interrupted':
      return new Set([...allowed, 'accept-step', 'retry-step', 'skip-step']);
    case 'failed':
    case 'unavailable':
    case 'undone':
      return new Set([...allowed, 'retry-step', 'skip-step']);
    default:
      return allowed;
  }
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly skipped: number;
  readonly failed: number;
}

export function progress(state: SessionState): Progress {
  const counts = { done: 0, total: state.order.length, skipped: 0, failed: 0 };
  for (const id of state.order) {
    const step = state.steps[id];
    if (step?.state === 'succeeded') counts.done += 1;
    else if (step?.state === 'skipped') counts.skipped += 1;
    else if (step?.state === 'failed') counts.failed += 1;
  }
  return counts;
}

const EXPRESSION = /\$\{\{.*?\}\}/gs;

/** A text as far as it is known: what is still to be found out is an ellipsis. */
const known = (text: string): string => text.replace(EXPRESSION, '…');

/** The title of a step, or of a loop's instance. */
export function titleOf(state: SessionState, id: string): string {
  const of = state.steps[id]?.of ?? id;
  const text = state.titles[id] ?? indexOf(state.runbook).steps.get(of)?.title ?? id;
  return known(text);
}

/** Section ids are told from step ids by this prefix in `titles`. */
export const SECTION = 'section:';

export function sectionTitleOf(state: SessionState, id: string): string {
  const section = indexOf(state.runbook).sections.get(id);
  return known(state.titles[SECTION + id] ?? section?.title ?? id);
}

export function descriptionOf(state: SessionState, id: string): string | undefined {
  const of = state.steps[id]?.of ?? id;
  const text = state.descriptions[id] ?? indexOf(state.runbook).steps.get(of)?.description;
  return text === undefined ? undefined : known(text);
}

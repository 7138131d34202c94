import { endSummary } from './end-summary.ts';
import type { Draft, Failure } from './event.ts';
import {
  currentStep,
  failureIsAsked,
  hasWritten,
  isPassedOver,
  stepOf,
  undoableSteps,
  wantsRetry,
} from './select.ts';
import type { SessionState, StepState } from './state.ts';

/** What the runner does next. */
export type Action =
  | { readonly do: 'wait' }
  | { readonly do: 'plan' | 'run' | 'verify' | 'interrupt' | 'pause-before-retry'; readonly step: string }
  | { readonly do: 'plan-undo' | 'run-undo'; readonly step: string }
  /** Pure consequences: journalled as they are. */
  | { readonly do: 'append'; readonly drafts: readonly Draft[] }
  | { readonly do: 'nothing' };

const WAIT: Action = { do: 'wait' };

export function next(state: SessionState): Action {
  if (state.status === 'ended') return { do: 'nothing' };
  if (state.status === 'paused') return WAIT;
  if (state.undo !== undefined) return nextUndoing(state.undo);
  if (state.ending !== undefined) return end(state, state.ending.outcome, state.ending.summary);
  const step = currentStep(state);
  if (step === undefined) return endOfSteps(state);
  switch (step.state) {
    case 'pending':
    case 'ready':
      return { do: 'plan', step: step.id };
    case 'confirmed':
      return { do: 'run', step: step.id };
    case 'running':
      return { do: 'interrupt', step: step.id };
    case 'verifying':
      return { do: 'verify', step: step.id };
    case 'failed':
      return nextAfterFailure(state, step, step.failure);
    case 'unavailable':
      return isPassedOver(state, step)
        ? {
            do: 'append',
            drafts: [{ type: 'step-skipped', step: step.id, reason: step.reason, by: 'policy' }],
          }
        : WAIT;
    default:
      return WAIT;
  }
}

function nextUndoing(undo: NonNullable<SessionState['undo']>): Action {
  switch (undo.phase) {
    case 'planning':
      return { do: 'plan-undo', step: undo.step };
    case 'running':
      return { do: 'run-undo', step: undo.step };
    default:
      return WAIT;
  }
}

/** The runbook's rule for a failed step: try again, stop, go elsewhere, put things back, or ask. */
function nextAfterFailure(state: SessionState, step: StepState, failure: Failure): Action {
  if (wantsRetry(state, step)) return { do: 'pause-before-retry', step: step.id };
  if (failureIsAsked(state, step)) return WAIT;
  const rule = stepOf(state, step).onFailure;
  const summary = `${step.id}: ${failure.message}`;
  switch (rule.action) {
    case 'stop':
      return end(state, 'failed', summary);
    case 'go-to':
      return { do: 'append', drafts: [{ type: 'went-to', section: rule.section, by: 'policy' }] };
    case 'undo': {
      const undoable = undoableSteps(state);
      const steps = [
        ...new Set(rule.steps.flatMap((id) => undoable.filter((step) => belongsTo(state, step, id)))),
      ];
      if (steps.length === 0) return end(state, 'failed', summary);
      return {
        do: 'append',
        drafts: [
          { type: 'undo-requested', steps, cause: 'on-failure', by: 'policy', afterwards: 'end-failed' },
        ],
      };
    }
    default:
      return WAIT;
  }
}

/** It is that step, an instance of that loop, or a step of the runbook that it called. */
function belongsTo(state: SessionState, step: string, id: string): boolean {
  return step === id || state.steps[step]?.of === id || step.startsWith(`${id}/`);
}

function end(state: SessionState, outcome: 'succeeded' | 'failed' | 'aborted', summary: string): Action {
  const refused = outcome !== 'succeeded' && wasRefused(state);
  return {
    do: 'append',
    drafts: [{ type: 'session-ended', outcome, summary, ...(refused ? { refused } : {}) }],
  };
}

/** Refused before the first write: the caller can be told that nothing was touched. */
function wasRefused(state: SessionState): boolean {
  const step = currentStep(state);
  return step?.state === 'failed' && step.failure.refused === true && !hasWritten(state);
}

function endOfSteps(state: SessionState): Action {
  const steps = state.order.flatMap((id) => state.steps[id] ?? []);
  const failed = steps.filter((step) => step.state === 'failed' && !stepOf(state, step).notifies);
  if (failed.length > 0) return end(state, 'failed', `Failed: ${failed.map((step) => step.id).join(', ')}`);
  return end(state, 'succeeded', endSummary(state));
}

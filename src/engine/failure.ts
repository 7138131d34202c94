import { z } from 'zod';
import { PortFailure } from '../ports/failure.ts';
import { ExpressionFailure } from '../runbook/expressions.ts';
import { StepFailure } from '../steps/step-kind.ts';
import type { Failure } from './event.ts';
import { isRefusal } from './written.ts';

/** An error from planning, running or observing, as it is journalled and shown. */
export function toFailure(error: unknown, phase: Failure['phase']): Failure {
  if (error instanceof PortFailure) {
    const denied = error.reason === 'forbidden' || error.reason === 'unauthorized';
    const refused = denied || (phase === 'plan' && isRefusal(error.reason));
    return {
      message: error.message,
      ...(error.next === undefined ? {} : { next: error.next }),
      reason: error.reason,
      phase,
      ...(refused ? { refused } : {}),
    };
  }
  if (error instanceof StepFailure) {
    return {
      message: error.message,
      ...(error.next === undefined ? {} : { next: error.next }),
      phase,
      ...(phase === 'plan' ? { refused: true } : {}),
    };
  }
  if (error instanceof ExpressionFailure)
    return { message: error.message, next: 'Look at what the steps before it yielded.', phase };
  if (error instanceof z.ZodError) {
    const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'with'}: ${message}`);
    return {
      message: `Its parameters do not fit: ${problems.join('; ')}`,
      next: 'Look at what its expressions yield.',
      phase,
    };
  }
  const what = error instanceof Error ? error.message : String(error);
  return {
    message: `A defect in rollbook stopped this step: ${what}`,
    next: 'Do the step by hand if it cannot wait, and report this with the session folder.',
    phase,
  };
}

const LOST: ReadonlySet<string> = new Set(['timeout', 'disconnected', 'unexpected', 'cancelled']);

/** After such a failure nobody knows whether the write landed: only a probe can tell. */
export function leavesOutcomeUnknown(error: unknown): boolean {
  return !(error instanceof StepFailure) && !(error instanceof PortFailure && !LOST.has(error.reason));
}

const PASSING: ReadonlySet<string> = new Set([
  'timeout',
  'disconnected',
  'throttled',
  'refused',
  'dns',
  'unexpected',
  'not-found',
  'conflict',
  'gone',
]);

/** Worth looking again while the window lasts. */
export function mayPass(error: unknown): error is PortFailure {
  return error instanceof PortFailure && PASSING.has(error.reason);
}

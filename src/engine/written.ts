import type { Plan } from '../steps/step-kind.ts';
import type { Failure } from './event.ts';

export function writes(plan: Plan): boolean {
  return plan.effects.length > 0 && !plan.alreadyDone;
}

/** The server said no before anything changed. */
const REFUSALS: ReadonlySet<string> = new Set([
  'forbidden',
  'unauthorized',
  'conflict',
  'invalid',
  'not-found',
  'read-only',
]);

export function isRefusal(reason: Failure['reason']): boolean {
  return REFUSALS.has(reason ?? '');
}

/** Whether a run that ended like this may have changed the world. A refusal after the first of several effects proves nothing. */
export function mayHaveLanded(plan: Plan, refused: boolean): boolean {
  return writes(plan) && !(refused && plan.effects.length === 1);
}

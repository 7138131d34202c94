import type { Event } from '../engine/event.ts';
import { titleOf } from '../engine/select.ts';
import type { SessionState, StepState } from '../engine/state.ts';
import type { FollowUp } from './session-report.ts';

/** 'Ana, on call, 2026-11-25': the date is the last part. */
const ANSWER = /^(?<owner>.*\S)\s*,\s*(?<due>\d{4}-\d{2}-\d{2})$/s;

/** What is to be done after the session, as it was agreed; nothing when it was not called for. */
export function followUpOf(
  state: SessionState,
  step: StepState,
  events: readonly Event[],
): readonly FollowUp[] {
  const title = titleOf(state, step.id);
  // a step that was skipped keeps no plan
  const planned = events.findLast((event) => event.type === 'step-planned' && event.step === step.id);
  const data = planned?.type === 'step-planned' ? planned.plan.data : undefined;
  const named = {
    step: step.id,
    title,
    what: typeof data?.what === 'string' ? data.what : title,
    ...(typeof data?.details === 'string' ? { details: data.details } : {}),
  };
  switch (step.state) {
    case 'succeeded': {
      const answer = typeof step.outputs.value === 'string' ? step.outputs.value : '';
      const { owner, due } = ANSWER.exec(answer)?.groups ?? { owner: answer };
      return [
        {
          ...named,
          state: 'agreed',
          ...(owner ? { owner } : {}),
          ...(due === undefined ? {} : { due }),
        },
      ];
    }
    case 'skipped':
      return step.why === 'choice' ? [{ ...named, state: 'declined', reason: step.reason }] : [];
    default:
      return [{ ...named, state: 'open' }];
  }
}

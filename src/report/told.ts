import { stepOf, titleOf } from '../engine/select.ts';
import type { SessionState, StepState } from '../engine/state.ts';
import type { Told } from './session-report.ts';

const CARRIERS = ['slack', 'teams', 'statuspage'] as const;

/** It tells people something. */
export function isNotice(state: SessionState, step: StepState): boolean {
  return CARRIERS.some((carrier) => carrier === stepOf(state, step).uses);
}

/** What people were told, or were not; nothing for a message that was not called for. */
export function toldBy(state: SessionState, step: StepState): readonly Told[] {
  const by = CARRIERS.find((carrier) => carrier === stepOf(state, step).uses);
  if (by === undefined) return [];
  const plan = 'plan' in step ? step.plan : undefined;
  if (plan?.alreadyDone) return [];
  const effect = plan?.effects[0];
  const how = outcomeOf(step);
  if (how === undefined) return [];
  return [
    {
      step: step.id,
      title: titleOf(state, step.id),
      by,
      to: effect?.target ?? by,
      text: (effect?.diff ?? []).filter(({ change }) => change !== 'removed').map(({ text }) => text),
      ...how,
      ...(step.endedAt === undefined ? {} : { at: step.endedAt }),
    },
  ];
}

function outcomeOf(step: StepState): Pick<Told, 'state' | 'reason'> | undefined {
  switch (step.state) {
    case 'succeeded':
      return { state: 'told' };
    case 'failed':
      return { state: 'not told', reason: step.failure.message };
    case 'skipped':
      return step.why === 'condition' || step.why === 'passed'
        ? undefined
        : { state: 'not told', reason: step.reason };
    case 'unavailable':
      return { state: 'not told', reason: step.reason };
    case 'interrupted':
      return { state: step.landed === 'yes' ? 'told' : 'not sure', reason: step.evidence };
    case 'running':
    case 'verifying':
      return { state: 'not sure' };
    default:
      return undefined;
  }
}

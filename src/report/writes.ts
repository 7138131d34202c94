import type { Event } from '../engine/event.ts';
import { titleOf } from '../engine/select.ts';
import type { SessionState, StepState } from '../engine/state.ts';
import type { WriteReport } from './session-report.ts';

/** What a step wrote, or was confirmed to write; nothing for one that only looked or was never begun. */
export function writeOf(
  state: SessionState,
  step: StepState,
  events: readonly Event[],
): readonly WriteReport[] {
  const plan = 'plan' in step ? (step.written?.plan ?? step.plan) : step.written?.plan;
  if (plan === undefined || plan.effects.length === 0 || plan.alreadyDone) return [];
  const standing = standingOf(step);
  if (standing === undefined) return [];
  const confirmed = events.findLast(
    (event): event is Extract<Event, { type: 'step-confirmed' }> =>
      event.type === 'step-confirmed' && event.step === step.id,
  );
  return [
    {
      step: step.id,
      title: titleOf(state, step.id),
      summary: plan.summary,
      ...(confirmed === undefined ? {} : { confirmedBy: confirmed.by, confirmedAt: confirmed.time }),
      standing,
      effects: plan.effects.map(({ target, namespace, summary, command, diff }) => ({
        target,
        ...(namespace === undefined ? {} : { namespace }),
        summary,
        command,
        diff,
      })),
      evidence: evidenceOf(step),
      ...(plan.undo === undefined ? {} : { undo: plan.undo }),
      warnings: plan.warnings,
    },
  ];
}

function standingOf(step: StepState): WriteReport['standing'] | undefined {
  switch (step.state) {
    case 'succeeded':
      return 'stands';
    case 'undone':
      return 'undone';
    case 'interrupted':
      return ({ yes: 'stands', partly: 'partly', unknown: 'not sure', no: 'not done' } as const)[step.landed];
    case 'failed':
      return step.failure.refused || !step.began ? 'not done' : 'not sure';
    case 'running':
    case 'verifying':
      return 'not sure';
    default:
      return step.written === undefined ? undefined : 'not sure';
  }
}

function evidenceOf(step: StepState): readonly string[] {
  switch (step.state) {
    case 'succeeded':
    case 'undone':
      return step.evidence;
    case 'interrupted':
      return [step.evidence];
    case 'failed':
      return [step.failure.message];
    default:
      return [];
  }
}

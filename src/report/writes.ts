import type { Event } from '../engine/event.ts';
import { titleOf } from '../engine/select.ts';
import type { SessionState, StepState } from '../engine/state.ts';
import type { WriteReport } from './session-report.ts';

type Planned = Extract<Event, { type: 'step-planned' }>;

/** What a step wrote, or began to write, whatever became of the step since; nothing for one that only looked. */
export function writeOf(
  state: SessionState,
  step: StepState,
  events: readonly Event[],
): readonly WriteReport[] {
  const own = events.filter((event) => 'step' in event && event.step === step.id);
  const begun = own.findLastIndex(({ type }) => type === 'step-started');
  const before = own.slice(0, begun + 1);
  const plan = before.findLast((event): event is Planned => event.type === 'step-planned')?.plan;
  if (begun === -1 || plan === undefined || plan.effects.length === 0 || plan.alreadyDone) return [];
  const confirmed = before.findLast(({ type }) => type === 'step-confirmed');
  return [
    {
      step: step.id,
      title: titleOf(state, step.id),
      summary: plan.summary,
      ...(confirmed?.type === 'step-confirmed'
        ? { confirmedBy: confirmed.by, confirmedAt: confirmed.time }
        : {}),
      ...endOf(own.slice(begun + 1)),
      effects: plan.effects.map(({ target, namespace, summary, command, diff }) => ({
        target,
        ...(namespace === undefined ? {} : { namespace }),
        summary,
        command,
        diff,
      })),
      ...(plan.undo === undefined ? {} : { undo: plan.undo }),
      warnings: plan.warnings,
    },
  ];
}

const LANDED = { yes: 'stands', partly: 'partly', unknown: 'not sure', no: 'not done' } as const;

/** By the last event that says so. */
function endOf(after: readonly Event[]): Pick<WriteReport, 'standing' | 'evidence'> {
  for (const event of after.toReversed()) {
    switch (event.type) {
      case 'step-undone':
        return {
          standing: 'undone',
          evidence: [event.summary, ...event.evidence].filter((line) => line !== ''),
        };
      case 'undo-failed':
        return { standing: 'not sure', evidence: [event.failure.message] };
      case 'step-succeeded':
        return { standing: 'stands', evidence: event.evidence };
      case 'step-failed':
        return {
          standing: event.failure.refused ? 'not done' : 'not sure',
          evidence: [event.failure.message],
        };
      case 'step-interrupted':
        return { standing: LANDED[event.landed], evidence: [event.evidence] };
      case 'step-stale':
        return { standing: 'not done', evidence: [event.message] };
      default:
    }
  }
  return { standing: 'not sure', evidence: [] };
}

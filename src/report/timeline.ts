import type { Event } from '../engine/event.ts';
import { sectionTitleOf, titleOf } from '../engine/select.ts';
import type { SessionState } from '../engine/state.ts';
import { lasted } from './lasted.ts';
import type { Moment } from './session-report.ts';

type Telling = Pick<Moment, 'what' | 'by'> & Partial<Pick<Moment, 'tone'>>;

/** What a reader wants to follow: who said what and when, what was done, what came of it. */
export function timelineOf(events: readonly Event[], state: SessionState): readonly Moment[] {
  const writing = new Set(
    events.flatMap((event) =>
      event.type === 'step-planned' && event.plan.effects.length > 0 && !event.plan.alreadyDone
        ? [event.step]
        : [],
    ),
  );
  return events.flatMap((event): readonly Moment[] => {
    const told = tell(event, state, writing);
    if (told === undefined) return [];
    const step = 'step' in event ? event.step : undefined;
    const { tone = 'plain', ...rest } = told;
    return [
      {
        at: event.time,
        ...(step === undefined ? {} : { step, title: titleOf(state, step) }),
        ...rest,
        tone,
      },
    ];
  });
}

function tell(event: Event, state: SessionState, writing: ReadonlySet<string>): Telling | undefined {
  switch (event.type) {
    case 'session-started':
      return { what: 'the session began' };
    case 'session-resumed':
      return { what: event.runbookChanged ? 'resumed, with the runbook as it was when it began' : 'resumed' };
    case 'session-paused':
      return { what: `paused: ${event.reason}`, tone: 'warn' };
    case 'session-ended':
      return {
        what: `${event.outcome}: ${event.summary}`,
        tone: event.outcome === 'succeeded' ? 'good' : 'bad',
      };
    case 'note-added':
      return { what: `note: ${event.text}` };
    case 'went-to':
      return {
        what: `went on with ${event.section === 'end' ? 'the end' : sectionTitleOf(state, event.section)}`,
        by: event.by,
      };
    case 'step-unavailable':
      return { what: `not available: ${event.reason}`, tone: 'warn' };
    case 'step-confirmed':
      return { what: 'confirmed', by: event.by };
    case 'step-started':
      return writing.has(event.step)
        ? { what: event.attempt > 1 ? `begun, attempt ${event.attempt}` : 'begun' }
        : undefined;
    case 'step-answered':
      return {
        what: `answered: ${typeof event.value === 'string' ? event.value : JSON.stringify(event.value)}`,
        by: event.by,
      };
    case 'step-succeeded':
      return {
        what: `${writing.has(event.step) ? 'done' : 'found'}${event.summary === '' ? '' : `: ${event.summary}`} (${lasted(event.durationMs)})`,
        tone: 'good',
      };
    case 'step-stale':
      return { what: `looked at again: ${event.message}`, tone: 'warn' };
    case 'step-failed':
      return { what: `failed: ${event.failure.message}`, tone: 'bad' };
    case 'step-skipped':
      // that a condition did not hold is no event of an incident
      return event.by === 'policy'
        ? undefined
        : { what: `skipped: ${event.reason}`, by: event.by, tone: 'warn' };
    case 'step-retried':
      return { what: 'tried again', by: event.by };
    case 'step-interrupted':
      return { what: `cut off; done: ${event.landed}. ${event.evidence}`, tone: 'warn' };
    case 'step-accepted':
      return { what: 'taken as done', by: event.by };
    case 'undo-requested':
      return {
        what: `to be undone: ${event.steps.map((id) => titleOf(state, id)).join(', ')}`,
        by: event.by,
        tone: 'warn',
      };
    case 'undo-declined':
      return { what: 'not undone', by: event.by, tone: 'warn' };
    case 'undo-started':
      return { what: 'undo begun', by: event.by };
    case 'undo-failed':
      return { what: `undo failed: ${event.failure.message}`, tone: 'bad' };
    case 'step-undone':
      return { what: `undone${event.summary === '' ? '' : `: ${event.summary}`}`, tone: 'warn' };
    case 'abort-chosen':
      return { what: event.outcome === 'failed' ? 'given up' : 'aborted', by: event.by, tone: 'bad' };
    case 'threshold-crossed':
      return { what: `${event.figure} became critical`, tone: 'bad' };
    case 'threshold-cleared':
      return { what: `${event.figure} is fine again`, tone: 'good' };
    default:
      return undefined;
  }
}

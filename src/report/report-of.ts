import type { Event } from '../engine/event.ts';
import { replay } from '../engine/reduce.ts';
import { stepOf, titleOf } from '../engine/select.ts';
import type { SessionState, StepState } from '../engine/state.ts';
import type { JournalDamaged, JournalEnd } from '../journal/replay.ts';
import { figuresOf } from './figures.ts';
import { followUpOf } from './follow-ups.ts';
import type { Decision, JournalProof, Reasoned, SessionReport } from './session-report.ts';
import { timelineOf } from './timeline.ts';
import { isNotice, toldBy } from './told.ts';
import { writeOf } from './writes.ts';

/** What was read of a session's folder. */
export interface TrustedJournal {
  readonly events: readonly Event[];
  readonly end?: JournalEnd;
  readonly damage?: JournalDamaged;
}

/** Undefined when there is not one event to tell of. */
export function reportOf(journal: TrustedJournal): SessionReport | undefined {
  const { events } = journal;
  const state = replay(events);
  if (state === undefined) return undefined;
  const steps = state.order.flatMap((id) => state.steps[id] ?? []);
  const named = (step: StepState) => ({ step: step.id, title: titleOf(state, step.id) });
  const because = (reason: string, step: StepState): Reasoned => ({ ...named(step), reason });
  const skippedFor = (...why: readonly string[]) =>
    steps.flatMap((step) =>
      step.state === 'skipped' && why.includes(step.why) && !isNotice(state, step) && !isFollowUp(state, step)
        ? [because(step.reason, step)]
        : [],
    );
  const working = steps.filter((step) => !isNotice(state, step));
  return {
    report: 1,
    session: sessionOf(state, events),
    runbook: runbookOf(state),
    inputs: state.inputs,
    journal: proofOf(journal),
    followUps: steps.flatMap((step) => (isFollowUp(state, step) ? followUpOf(state, step, events) : [])),
    writes: working.flatMap((step) => writeOf(state, step, events)),
    failures: working.flatMap((step) =>
      step.state === 'failed'
        ? [
            {
              ...because(step.failure.message, step),
              ...(step.failure.next === undefined ? {} : { next: step.failure.next }),
              ...(step.endedAt === undefined ? {} : { at: step.endedAt }),
            },
          ]
        : step.state === 'interrupted'
          ? [because(step.evidence, step)]
          : [],
    ),
    notChecked: [
      ...skippedFor('unavailable'),
      ...working.flatMap((step) => (step.state === 'unavailable' ? [because(step.reason, step)] : [])),
    ],
    skipped: skippedFor('choice'),
    notNeeded: skippedFor('condition', 'passed'),
    notReached: steps.filter(({ state: is }) => is === 'pending').map(named),
    decisions: decisionsOf(state, events),
    figures: figuresOf(state, events),
    told: steps.flatMap((step) => toldBy(state, step)),
    notes: state.notes.map(({ time, text, step }) => ({
      at: time,
      text,
      ...(step === undefined ? {} : { step }),
    })),
    checks: working.flatMap((step) =>
      step.state === 'succeeded' && step.evidence.length > 0 && !(step.plan?.effects.length ?? 0)
        ? [{ ...named(step), found: step.summary, evidence: step.evidence }]
        : [],
    ),
    timeline: timelineOf(events, state),
  };
}

function isFollowUp(state: SessionState, step: StepState): boolean {
  return stepOf(state, step).uses === 'follow-up';
}

function sessionOf(state: SessionState, events: readonly Event[]): SessionReport['session'] {
  const { mode, scenario, context, namespace, user, production } = state.world;
  const until = state.endedAt ?? events.at(-1)?.time ?? state.startedAt;
  return {
    id: state.session,
    mode,
    ...(scenario === undefined ? {} : { scenario }),
    ...(context === undefined ? {} : { context }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(user === undefined ? {} : { user }),
    production: production === true,
    startedAt: state.startedAt,
    ...(state.endedAt === undefined ? {} : { endedAt: state.endedAt }),
    tookMs: Math.max(0, Date.parse(until) - Date.parse(state.startedAt)),
    ...(state.end === undefined ? {} : { outcome: state.end.outcome }),
    summary: state.end?.summary ?? standing(state),
    version: state.version,
  };
}

function standing(state: SessionState): string {
  const at = state.current === undefined ? '' : `, at ${titleOf(state, state.current)}`;
  return state.status === 'paused' ? `Paused${at}: ${state.pausedBecause ?? ''}` : `Not ended${at}`;
}

function runbookOf({ runbook }: SessionState): SessionReport['runbook'] {
  const { id, title, source, sha256 } = runbook;
  return { id, title, ...(source === undefined ? {} : { source }), sha256 };
}

function proofOf({ events, end, damage }: TrustedJournal): JournalProof {
  if (end === undefined)
    return {
      whole: false,
      events: events.length,
      problem: damage?.message ?? 'It could not be read to its end.',
    };
  return { whole: true, events: events.length, head: end.hash, tornBytes: end.tornBytes };
}

/** What people answered, apart from follow-ups. */
function decisionsOf(state: SessionState, events: readonly Event[]): readonly Decision[] {
  return events.flatMap((event) => {
    const step = event.type === 'step-answered' ? state.steps[event.step] : undefined;
    if (event.type !== 'step-answered' || step === undefined || isFollowUp(state, step)) return [];
    const question = 'plan' in step ? step.plan?.question : undefined;
    const option =
      question?.type === 'decision' ? question.options.find(({ value }) => value === event.value) : undefined;
    return [
      {
        step: step.id,
        title: titleOf(state, step.id),
        question: question?.type === 'task' ? question.instructions : (question?.message ?? ''),
        answer:
          option?.label ?? (typeof event.value === 'string' ? event.value : JSON.stringify(event.value)),
        by: event.by,
        at: event.time,
      },
    ];
  });
}

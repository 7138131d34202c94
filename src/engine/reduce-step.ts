import type { Event } from './event.ts';
import type { Planned, StepState } from './state.ts';
import { isRefusal, mayHaveLanded } from './written.ts';

/** The journal keeps at most this much of a step's output; the whole is in the session's folder. */
const OUTPUT_TAIL = 8 * 1024;

export function newStep(id: string, of: string): StepState {
  return { id, of, state: 'pending', attempts: 0, outputTail: '', outputBytes: 0 };
}

/** What a step keeps through all its states. */
export function base(step: StepState) {
  const { id, of, each, index, attempts, startedAt, endedAt, outputTail, outputBytes, written } = step;
  return {
    id,
    of,
    attempts,
    outputTail,
    outputBytes,
    ...(each === undefined ? {} : { each }),
    ...(index === undefined ? {} : { index }),
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(written === undefined ? {} : { written }),
  };
}

/** The base of a step whose plan may have changed the world; an earlier plan that did is where undo goes back to. */
function wrote(step: StepState, plan: Planned | undefined, refused = false) {
  const same = base(step);
  return plan !== undefined && same.written === undefined && mayHaveLanded(plan.plan, refused)
    ? { ...same, written: plan }
    : same;
}

function planned(step: StepState): Planned | undefined {
  return 'plan' in step && step.plan !== undefined && step.planHash !== undefined
    ? { plan: step.plan, planHash: step.planHash }
    : undefined;
}

function whySkipped(step: StepState): 'condition' | 'unavailable' | 'choice' {
  if (step.state === 'unavailable') return 'unavailable';
  return step.state === 'pending' || step.state === 'ready' ? 'condition' : 'choice';
}

/** One step's life. An event that cannot follow its state leaves it as it is: the journal was written by `decide`. */
export function reduceStep(step: StepState, event: Event): StepState {
  const plan = planned(step);
  const same = base(step);
  switch (event.type) {
    case 'step-planned': {
      const settled = { plan: event.plan, planHash: event.planHash };
      const begun = { ...same, startedAt: step.startedAt ?? event.time, attempts: event.attempt };
      if (event.plan.question) return { ...begun, state: 'awaiting-answer', ...settled };
      if (event.risk === 'safe' || event.plan.alreadyDone)
        return { ...begun, state: 'confirmed', ...settled };
      const stale =
        step.state === 'ready' && step.staleBecause ? { staleBecause: step.staleBecause } : undefined;
      return { ...begun, state: 'awaiting-confirmation', ...stale, ...settled };
    }
    case 'step-unavailable':
      return {
        ...same,
        state: 'unavailable',
        reason: event.reason,
        ...(event.next ? { next: event.next } : {}),
      };
    case 'step-confirmed':
      return plan ? { ...same, state: 'confirmed', ...plan } : step;
    case 'step-started':
      // Each attempt has an output of its own.
      return plan
        ? { ...same, outputTail: '', outputBytes: 0, state: 'running', attemptId: event.attemptId, ...plan }
        : step;
    case 'step-output':
      return {
        ...step,
        outputTail: (step.outputTail + event.text).slice(-OUTPUT_TAIL),
        outputBytes: event.bytes,
      };
    case 'step-verifying':
      return plan && step.state === 'running'
        ? {
            ...wrote(step, plan),
            state: 'verifying',
            attemptId: step.attemptId,
            outcome: event.outcome,
            since: event.time,
            ...(event.aim === undefined ? {} : { aim: event.aim }),
            ...plan,
          }
        : step;
    case 'step-accepted':
      return plan && step.state === 'interrupted'
        ? {
            ...wrote(step, plan),
            state: 'verifying',
            attemptId: 'accepted',
            outcome: { summary: 'found done', evidence: [step.evidence], outputs: {} },
            ...plan,
          }
        : step;
    case 'step-observed':
      return step.state === 'verifying'
        ? { ...step, observed: { summary: event.summary, holds: event.holds } }
        : step;
    case 'step-succeeded': {
      const { summary, evidence, outputs } = event;
      return { ...same, endedAt: event.time, state: 'succeeded', summary, evidence, outputs, ...plan };
    }
    case 'step-failed': {
      const { failure } = event;
      // Planning that failed is an attempt too: a retry must come to an end.
      const attempts = plan === undefined ? step.attempts + 1 : step.attempts;
      const running = step.state === 'running' || step.state === 'verifying';
      const began = running || (step.state === 'failed' && step.began);
      const kept = running ? wrote(step, plan, isRefusal(failure.reason)) : same;
      return { ...kept, attempts, endedAt: event.time, state: 'failed', failure, began, ...plan };
    }
    case 'step-skipped':
      return { ...same, endedAt: event.time, state: 'skipped', reason: event.reason, why: whySkipped(step) };
    case 'step-stale': {
      const kept = step.state === 'running' ? wrote(step, plan, true) : same;
      return { ...kept, state: 'ready', staleBecause: event.message };
    }
    case 'step-retried':
      return { ...same, state: 'ready' };
    case 'step-interrupted':
      return plan
        ? {
            ...(event.landed === 'no' ? same : wrote(step, plan)),
            state: 'interrupted',
            landed: event.landed,
            evidence: event.evidence,
            ...plan,
          }
        : step;
    case 'step-undone': {
      const { written, ...rest } = same;
      const undone = written ?? plan;
      const { summary, evidence } = event;
      return undone ? { ...rest, endedAt: event.time, state: 'undone', summary, evidence, ...undone } : step;
    }
    default:
      return step;
  }
}

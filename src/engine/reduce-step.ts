import type { Event } from './event.ts';
import type { StepState } from './state.ts';

/** The journal keeps at most this much of a step's output; the whole is in the session's folder. */
const OUTPUT_TAIL = 8 * 1024;

export function newStep(id: string, of: string): StepState {
  return { id, of, state: 'pending', attempts: 0, outputTail: '', outputBytes: 0 };
}

function base(step: StepState) {
  const { id, of, each, index, attempts, startedAt, endedAt, outputTail, outputBytes } = step;
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
  };
}

function planned(step: StepState) {
  return 'plan' in step && step.plan !== undefined && step.planHash !== undefined
    ? { plan: step.plan, planHash: step.planHash }
    : undefined;
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
      return plan ? { ...same, state: 'running', attemptId: event.attemptId, ...plan } : step;
    case 'step-output':
      return {
        ...step,
        outputTail: (step.outputTail + event.text).slice(-OUTPUT_TAIL),
        outputBytes: event.bytes,
      };
    case 'step-verifying':
      return plan && step.state === 'running'
        ? { ...same, state: 'verifying', attemptId: step.attemptId, outcome: event.outcome, ...plan }
        : step;
    case 'step-accepted':
      return plan && step.state === 'interrupted'
        ? {
            ...same,
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
      const began = step.state === 'running' || step.state === 'verifying';
      return { ...same, endedAt: event.time, state: 'failed', failure: event.failure, began, ...plan };
    }
    case 'step-skipped':
      return { ...same, endedAt: event.time, state: 'skipped', reason: event.reason };
    case 'step-stale':
      return { ...same, state: 'ready', staleBecause: event.message };
    case 'step-retried':
      return { ...same, state: 'ready' };
    case 'step-interrupted':
      return plan
        ? { ...same, state: 'interrupted', landed: event.landed, evidence: event.evidence, ...plan }
        : step;
    case 'step-undone':
      return plan
        ? {
            ...same,
            endedAt: event.time,
            state: 'undone',
            summary: event.summary,
            evidence: event.evidence,
            ...plan,
          }
        : step;
    default:
      return step;
  }
}

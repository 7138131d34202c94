import { randomUUID } from 'node:crypto';
import { isUnavailable } from '../ports/failure.ts';
import type { Step } from '../runbook/runbook.ts';
import type { Outcome, Plan } from '../steps/step-kind.ts';
import { StepFailure } from '../steps/step-kind.ts';
import { type Desk, kindOf, plannedOf, probeContext, readSignal, required, runContext } from './desk.ts';
import { leavesOutcomeUnknown, toFailure } from './failure.ts';
import { outputCollector } from './output.ts';
import { unavailable } from './perform-step.ts';
import { aimOf } from './perform-verify.ts';
import { abandonable, withinTime } from './time-limit.ts';
import { writes } from './written.ts';

const PROBE_MS = 30_000;

/** Performs the confirmed plan. step-started is on disk before the first effect. */
export async function runStep(desk: Desk, id: string, signal: AbortSignal): Promise<void> {
  const { step, spec } = required(desk, id);
  if (signal.aborted) {
    desk.append({ type: 'step-failed', step: id, failure: toFailure(signal.reason, 'run') });
    return;
  }
  const plan = plannedOf(desk, step);
  const kind = kindOf(desk, spec.uses);
  const attemptId = randomUUID();
  desk.append({ type: 'step-started', step: id, attempt: step.attempts, attemptId });
  const bounded = writes(plan) ? signal : readSignal(desk, signal);
  const output = outputCollector(desk, id);
  try {
    const context = runContext(desk, step, attemptId, bounded, output.emit);
    const outcome: Outcome =
      kind.run === undefined || plan.alreadyDone
        ? { summary: plan.alreadyDone ? 'already so' : '', evidence: [], outputs: {} }
        : await withTimeout(desk, spec, bounded, (late) => kind.run?.(plan, { ...context, signal: late }));
    output.close();
    const aim = aimOf(desk, step, spec);
    desk.append({ type: 'step-verifying', step: id, outcome, ...(aim === undefined ? {} : { aim }) });
  } catch (error) {
    output.close();
    // Reading that the session's end broke off is done again after a resume.
    if (writes(plan) || !desk.stopping.aborted) await afterFailedRun(desk, id, plan, error);
  }
}

/** Within the time that the file gives a step, its undo included. */
export async function withTimeout(
  desk: Desk,
  spec: Step,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Outcome> | undefined,
): Promise<Outcome> {
  const none: Outcome = { summary: '', evidence: [], outputs: {} };
  if (spec.timeoutMs === undefined) return (await work(signal)) ?? none;
  const late = new StepFailure(`It took longer than ${spec.timeoutMs / 1000} s and was stopped`);
  return withinTime(desk.options.clock, spec.timeoutMs, signal, late, async (bounded) => {
    return (await work(bounded)) ?? none;
  });
}

async function afterFailedRun(desk: Desk, id: string, plan: Plan, error: unknown): Promise<void> {
  if (error instanceof StepFailure && error.stale) {
    desk.append({ type: 'step-stale', step: id, message: error.message });
    return;
  }
  if (!writes(plan) && isUnavailable(error)) {
    desk.append(unavailable(id, error));
    return;
  }
  if (writes(plan) && leavesOutcomeUnknown(error)) {
    await interruptStep(desk, id, error instanceof Error ? error.message : String(error));
    return;
  }
  desk.append({ type: 'step-failed', step: id, failure: toFailure(error, 'run') });
}

/** The step was begun and its end is not known: a read-only probe says whether its effect is there. */
export async function interruptStep(desk: Desk, id: string, because?: string): Promise<void> {
  const { step } = required(desk, id);
  if ('plan' in step && step.plan !== undefined && !writes(step.plan)) {
    const evidence = 'It only reads: nothing was changed.';
    desk.append(
      { type: 'step-interrupted', step: id, landed: 'no', evidence },
      { type: 'step-retried', step: id, by: 'policy' },
    );
    return;
  }
  const prefix = because === undefined ? '' : `${because} `;
  const { landed, evidence } = await probeStep(desk, id);
  desk.append({ type: 'step-interrupted', step: id, landed, evidence: prefix + evidence });
}

async function probeStep(desk: Desk, id: string) {
  const { step, spec } = required(desk, id);
  const late = new StepFailure(`it did not answer within ${PROBE_MS / 1000} s`);
  try {
    const kind = kindOf(desk, spec.uses);
    const plan = plannedOf(desk, step);
    return await withinTime(
      desk.options.clock,
      PROBE_MS,
      new AbortController().signal,
      late,
      async (signal) => {
        if (kind.probe === undefined) throw new StepFailure('this kind of step has no probe');
        return abandonable(kind.probe(plan, probeContext(desk, signal)), signal);
      },
    );
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { landed: 'unknown' as const, evidence: `The probe could not tell: ${why}` };
  }
}

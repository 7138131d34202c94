import { StepFailure } from '../steps/step-kind.ts';
import {
  type Desk,
  kindOf,
  planContext,
  probeContext,
  readSignal,
  required,
  runContext,
  undoPlanOf,
  writtenOf,
} from './desk.ts';
import type { Draft } from './event.ts';
import { toFailure } from './failure.ts';
import { observeThrough, windowFrom } from './observe.ts';
import { outputCollector } from './output.ts';
import { withTimeout } from './perform-run.ts';
import { deniedFailure, settlePlan } from './perform-step.ts';
import { abandonable, withinTime } from './time-limit.ts';
import { writes } from './written.ts';

/** An undo that finds the world moved this often is not planned again by itself. */
const PLANS = 5;
const RESUME_MS = 120_000;

/** Plans the way back from the plan that ran, against the world as it is now. */
export async function planUndo(desk: Desk, id: string, signal: AbortSignal): Promise<void> {
  const reading = readSignal(desk, signal);
  const drafts = await draftUndo(desk, id, reading);
  if (!(reading.aborted && desk.stopping.aborted)) desk.append(...drafts);
}

async function draftUndo(desk: Desk, id: string, signal: AbortSignal): Promise<readonly Draft[]> {
  const { step, spec } = required(desk, id);
  try {
    const kind = kindOf(desk, spec.uses);
    if (kind.undo === undefined) throw new StepFailure(`${id} cannot be undone by rollbook.`);
    const undoing = kind.undo(writtenOf(desk, step), planContext(desk, signal));
    const { plan, hash } = settlePlan(desk, step, kind, await abandonable(undoing, signal));
    const planned: Draft = { type: 'undo-planned', step: id, plan, planHash: hash };
    if (plan.alreadyDone)
      return [
        planned,
        { type: 'step-undone', step: id, summary: 'nothing to undo', evidence: [plan.summary] },
      ];
    const denied = deniedFailure(plan, 'undo');
    return denied === undefined ? [planned] : [planned, { type: 'undo-failed', step: id, failure: denied }];
  } catch (error) {
    return [{ type: 'undo-failed', step: id, failure: toFailure(error, 'undo') }];
  }
}

/** Performs the undo that was confirmed, and observes it. */
export async function runUndo(desk: Desk, id: string, signal: AbortSignal): Promise<void> {
  const { step, spec } = required(desk, id);
  const output = outputCollector(desk, id);
  try {
    const kind = kindOf(desk, spec.uses);
    const plan = undoPlanOf(desk);
    const { attemptId } = desk.state().undo ?? {};
    if (plan === undefined || attemptId === undefined) throw new StepFailure(`${id} has no undo planned.`);
    const context = runContext(desk, step, attemptId, signal, output.emit);
    const done = await withTimeout(desk, spec, signal, (late) =>
      kind.run?.(plan, { ...context, signal: late }),
    );
    output.close();
    await concludeUndo(desk, id, done.summary || 'undone', done.evidence, signal);
  } catch (error) {
    output.close();
    const isStale = error instanceof StepFailure && error.stale;
    if (isStale && (desk.state().undo?.plans ?? 0) < PLANS) await planUndo(desk, id, signal);
    else desk.append({ type: 'undo-failed', step: id, failure: toFailure(error, 'undo') });
  }
}

async function concludeUndo(
  desk: Desk,
  id: string,
  summary: string,
  evidence: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const { spec } = required(desk, id);
  const kind = kindOf(desk, spec.uses);
  const plan = undoPlanOf(desk);
  if (kind.observe === undefined || plan === undefined) {
    desk.append({ type: 'step-undone', step: id, summary, evidence });
    return;
  }
  const observe = kind.observe;
  const seen = await observeThrough(
    (bounded) => observe(plan, planContext(desk, bounded)),
    // The old state may never have been healthy: that it is back is what counts, not for how long.
    windowFrom(kind.window, { forMs: 0 }),
    desk.options.clock,
    signal,
    () => undefined,
  );
  desk.append({
    type: 'step-undone',
    step: id,
    summary: seen.summary,
    evidence: [...evidence, ...seen.evidence],
  });
}

/** An undo was begun before a crash: found done it is concluded, otherwise it is planned and asked again. */
export async function resumeUndo(desk: Desk, id: string): Promise<void> {
  const late = new StepFailure(`It did not answer within ${RESUME_MS / 1000} s.`);
  const { signal: never } = new AbortController();
  try {
    await withinTime(desk.options.clock, RESUME_MS, never, late, async (signal) => {
      const kind = kindOf(desk, required(desk, id).spec.uses);
      const plan = undoPlanOf(desk);
      if (plan === undefined || kind.probe === undefined || !writes(plan))
        throw new StepFailure('It cannot be probed.');
      const { landed, evidence } = await abandonable(kind.probe(plan, probeContext(desk, signal)), signal);
      if (landed === 'yes') await concludeUndo(desk, id, 'undone', [evidence], signal);
      else await planUndo(desk, id, signal);
    });
  } catch (error) {
    desk.append({ type: 'undo-failed', step: id, failure: toFailure(error, 'undo') });
  }
}

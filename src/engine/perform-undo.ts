import { StepFailure } from '../steps/step-kind.ts';
import {
  type Desk,
  kindOf,
  planContext,
  plannedOf,
  required,
  runContext,
  undoPlanOf,
  writes,
} from './desk.ts';
import { toFailure } from './failure.ts';
import { observeThrough, windowFrom } from './observe.ts';
import { outputCollector } from './output.ts';
import { planHash } from './plan-hash.ts';

/** Plans the way back from the plan that ran, against the world as it is now. */
export async function planUndo(desk: Desk, id: string, signal: AbortSignal): Promise<void> {
  const { step, spec } = required(desk, id);
  const kind = kindOf(desk, spec.uses);
  try {
    if (kind.undo === undefined) throw new StepFailure(`${id} cannot be undone by rollbook.`);
    const plan = await kind.undo(plannedOf(desk, step), planContext(desk, signal));
    const hash = planHash(plan);
    desk.plans.set(hash, plan);
    if (plan.alreadyDone) {
      desk.append({ type: 'undo-planned', step: id, plan, planHash: hash });
      desk.append({ type: 'step-undone', step: id, summary: 'nothing to undo', evidence: [plan.summary] });
      return;
    }
    desk.append({ type: 'undo-planned', step: id, plan, planHash: hash });
  } catch (error) {
    desk.append({ type: 'undo-failed', step: id, failure: toFailure(error, 'undo') });
  }
}

/** Performs the undo that was confirmed, and observes it. */
export async function runUndo(desk: Desk, id: string, attemptId: string, signal: AbortSignal): Promise<void> {
  const { step, spec } = required(desk, id);
  const kind = kindOf(desk, spec.uses);
  const plan = undoPlanOf(desk);
  if (plan === undefined) return;
  const output = outputCollector(desk, id);
  try {
    const done = await kind.run?.(plan, runContext(desk, step, attemptId, signal, output.emit));
    output.flush();
    await concludeUndo(desk, id, done?.summary ?? 'undone', done?.evidence ?? [], signal);
  } catch (error) {
    output.flush();
    desk.append({ type: 'undo-failed', step: id, failure: toFailure(error, 'undo') });
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
    () => observe(plan, planContext(desk, signal)),
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
export async function resumeUndo(desk: Desk, id: string, signal: AbortSignal): Promise<void> {
  const { spec } = required(desk, id);
  const kind = kindOf(desk, spec.uses);
  const plan = undoPlanOf(desk);
  try {
    if (plan === undefined || kind.probe === undefined || !writes(plan))
      throw new StepFailure('It cannot be probed.');
    const { landed, evidence } = await kind.probe(plan, planContext(desk, signal));
    if (landed === 'yes') await concludeUndo(desk, id, 'undone', [evidence], signal);
    else await planUndo(desk, id, signal);
  } catch (error) {
    desk.append({ type: 'undo-failed', step: id, failure: toFailure(error, 'undo') });
  }
}

import { isUnavailable } from '../ports/failure.ts';
import type { JsonObject } from '../ports/json.ts';
import { ExpressionFailure } from '../runbook/expressions.ts';
import type { Step } from '../runbook/runbook.ts';
import type { Observation, Plan, Window } from '../steps/step-kind.ts';
import { type Desk, kindOf, planContext, plannedOf, readSignal, required, runContext } from './desk.ts';
import type { Aim } from './event.ts';
import { toFailure } from './failure.ts';
import { observeThrough, windowFrom } from './observe.ts';
import { shortResult, unavailable } from './perform-step.ts';
import { evaluateFor, renderFor, windowOf } from './scope.ts';
import type { StepState } from './state.ts';
import { writes } from './written.ts';

type Verifying = Extract<StepState, { readonly state: 'verifying' }>;

/** Success is an observation: looks until what the step wanted is there, through its window. */
export async function verifyStep(desk: Desk, id: string, signal: AbortSignal): Promise<void> {
  const { step, spec } = required(desk, id);
  if (step.state !== 'verifying') return;
  try {
    await verify(desk, step, spec, readSignal(desk, signal));
  } catch (error) {
    // Looking that the session's end broke off goes on after a resume.
    if (desk.stopping.aborted) return;
    if (!writes(step.plan) && isUnavailable(error)) desk.append(unavailable(id, error));
    else desk.append({ type: 'step-failed', step: id, failure: toFailure(error, 'verify') });
  }
}

async function verify(desk: Desk, step: Verifying, spec: Step, signal: AbortSignal): Promise<void> {
  const { clock } = desk.options;
  const kind = kindOf(desk, spec.uses);
  const began = clock.now();
  const window = windowFor(desk, step, spec);
  const look = looker(desk, step, spec, plannedOf(desk, step));
  const seen = await observeThrough(look, window, clock, signal, (observation) => {
    desk.append({ type: 'step-observed', step: step.id, ...observation });
  });
  const outputs = { ...step.outcome.outputs, ...seen.outputs };
  const named = evaluateFor(desk.state(), step, spec.outputs, outputs);
  const proven = kind.observe !== undefined || spec.verify !== undefined;
  const { summary, evidence } = seen;
  const since = step.startedAt === undefined ? began : Date.parse(step.startedAt);
  desk.append(...(proven ? [{ type: 'step-verified', step: step.id, summary, evidence } as const] : []), {
    type: 'step-succeeded',
    step: step.id,
    summary: shortResult(named) ?? (summary || step.outcome.summary),
    evidence: [...new Set([...step.outcome.evidence, ...evidence])],
    outputs: { ...outputs, ...named },
    durationMs: Math.max(0, clock.now() - since),
  });
}

function windowFor(desk: Desk, step: StepState, spec: Step): Window {
  const kind = kindOf(desk, spec.uses);
  const once = kind.observe === undefined ? { withinMs: 0 } : undefined;
  return windowFrom(kind.window, once, windowOf(desk.state(), step, spec.verify));
}

/** What is waited for, to be shown. It never fails: a wrong template is told by the verification itself. */
export function aimOf(desk: Desk, step: StepState, spec: Step): Aim | undefined {
  try {
    const { forMs, withinMs } = windowFor(desk, step, spec);
    const says = spec.verify?.says;
    return {
      ...(says === undefined ? {} : { says: String(renderFor(desk.state(), step, says)) }),
      forMs,
      withinMs,
    };
  } catch {
    return undefined;
  }
}

/** One look: the kind's own, or, for a kind that reads, the reading done again; and the file's expectation on top. */
function looker(desk: Desk, step: Verifying, spec: Step, plan: Plan) {
  const kind = kindOf(desk, spec.uses);
  let first = true;
  return async (signal: AbortSignal): Promise<Observation> => {
    let seen: Observation = { holds: true, ...step.outcome };
    if (kind.observe !== undefined) seen = await kind.observe(plan, planContext(desk, signal));
    else if (!first && kind.run !== undefined && !writes(plan)) {
      const context = runContext(desk, step, step.attemptId, signal, () => undefined);
      seen = { holds: true, ...(await kind.run(plan, context)) };
    }
    first = false;
    return seen.holds ? expected(desk, step, spec, seen) : seen;
  };
}

/** What the file expects of the result; what is not there yet may still come. */
function expected(desk: Desk, step: Verifying, spec: Step, seen: Observation): Observation {
  const expect = spec.verify?.expect;
  if (expect === undefined) return seen;
  const outputs: JsonObject = { ...step.outcome.outputs, ...seen.outputs };
  try {
    const result = { ...outputs, ...evaluateFor(desk.state(), step, spec.outputs, outputs) };
    if (evaluateFor(desk.state(), step, { expect }, result).expect === true) return seen;
  } catch (error) {
    if (!(error instanceof ExpressionFailure && error.fault === 'missing')) throw error;
    return { ...seen, holds: false, summary: error.message };
  }
  const says = renderFor(desk.state(), step, spec.verify?.says ?? expect);
  return { ...seen, holds: false, summary: `${seen.summary}; expected ${says}` };
}

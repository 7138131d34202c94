import { randomUUID } from 'node:crypto';
import { isUnavailable } from '../ports/failure.ts';
import type { JsonObject } from '../ports/json.ts';
import type { Step } from '../runbook/runbook.ts';
import type { Observation, Outcome, Plan, Risk } from '../steps/step-kind.ts';
import { StepFailure } from '../steps/step-kind.ts';
import { type Desk, kindOf, planContext, plannedOf, required, runContext, writes } from './desk.ts';
import { leavesOutcomeUnknown, toFailure } from './failure.ts';
import { observeThrough, windowFrom } from './observe.ts';
import { outputCollector } from './output.ts';
import { planHash } from './plan-hash.ts';
import { evaluateFor, loopItems, renderFor, unmetCondition, windowOf } from './scope.ts';
import type { StepState } from './state.ts';

/** Evaluates the step's condition and loop, then plans it: reads only. */
export async function planStep(desk: Desk, id: string, signal: AbortSignal): Promise<void> {
  const { step, spec } = required(desk, id);
  try {
    const unmet = unmetCondition(desk.state(), step, spec);
    if (unmet !== undefined) {
      desk.append({ type: 'step-skipped', step: id, reason: `not needed: ${unmet}`, by: 'policy' });
      return;
    }
    if (spec.forEach !== undefined && step.index === undefined) {
      const items = loopItems(desk.state(), step, spec.forEach);
      desk.append({ type: 'loop-expanded', step: id, items });
      return;
    }
    const { plan, hash } = await makePlan(desk, step, spec, signal);
    desk.append({
      type: 'step-planned',
      step: id,
      attempt: step.attempts + 1,
      plan,
      risk: plan.risk,
      effects: plan.effects.map((effect) => effect.summary),
      planHash: hash,
    });
    const denied = plan.permissions.filter((permission) => permission.allowed === false);
    if (denied.length > 0 && writes(plan))
      desk.append({ type: 'step-failed', step: id, failure: deniedFailure(plan) });
  } catch (error) {
    if (isUnavailable(error)) appendUnavailable(desk, id, error);
    else desk.append({ type: 'step-failed', step: id, failure: toFailure(error, 'plan') });
  }
}

async function makePlan(desk: Desk, step: StepState, spec: Step, signal: AbortSignal) {
  const kind = kindOf(desk, spec.uses);
  const params = kind.schema.parse(renderFor(desk.state(), step, spec.with));
  const planned = await kind.plan(params, planContext(desk, signal));
  const risk = effectiveRisk(planned, spec.risk, desk.state().world.production === true);
  const confirmWord = planned.confirmWord ?? planned.effects[0]?.target.split('/').at(-1) ?? step.id;
  const plan: Plan = { ...planned, risk, ...(risk === 'dangerous' ? { confirmWord } : {}) };
  const hash = planHash(plan);
  desk.plans.set(hash, plan);
  return { plan, hash };
}

const RISKS: readonly Risk[] = ['safe', 'change', 'dangerous'];

/** A file may raise the risk, and a production context raises every write by one; nothing lowers it. */
export function effectiveRisk(plan: Plan, fromFile: Risk | undefined, production: boolean): Risk {
  const own = Math.max(RISKS.indexOf(plan.risk), fromFile === undefined ? 0 : RISKS.indexOf(fromFile));
  const raised = production && plan.effects.length > 0 ? own + 1 : own;
  return RISKS[Math.min(raised, 2)] ?? 'dangerous';
}

function deniedFailure(plan: Plan) {
  const missing = plan.permissions
    .filter((permission) => permission.allowed === false)
    .map(({ verb, resource, subresource, namespace }) => {
      const what = subresource === undefined ? resource : `${resource}/${subresource}`;
      return `${verb} ${what}${namespace === undefined ? '' : ` in ${namespace}`}`;
    });
  return {
    message: `This user may not ${missing.join(', nor ')}`,
    next: 'Ask for the permission, or let someone who has it take over, then retry.',
    reason: 'forbidden' as const,
    phase: 'plan' as const,
    refused: true,
  };
}

function appendUnavailable(
  desk: Desk,
  id: string,
  error: { message: string; next: string | undefined },
): void {
  desk.append({
    type: 'step-unavailable',
    step: id,
    reason: error.message,
    ...(error.next === undefined ? {} : { next: error.next }),
  });
}

/** Performs the confirmed plan. step-started is on disk before the first effect. */
export async function runStep(desk: Desk, id: string, signal: AbortSignal): Promise<void> {
  const { step, spec } = required(desk, id);
  const plan = plannedOf(desk, step);
  const kind = kindOf(desk, spec.uses);
  const attemptId = randomUUID();
  desk.append({ type: 'step-started', step: id, attempt: step.attempts, attemptId });
  const output = outputCollector(desk, id);
  try {
    const context = runContext(desk, step, attemptId, signal, output.emit);
    const outcome: Outcome =
      kind.run === undefined || plan.alreadyDone
        ? { summary: plan.alreadyDone ? 'already so' : '', evidence: [], outputs: {} }
        : await withTimeout(desk, spec, signal, (bounded) =>
            kind.run?.(plan, { ...context, signal: bounded }),
          );
    output.flush();
    desk.append({ type: 'step-verifying', step: id, outcome });
  } catch (error) {
    output.flush();
    await afterFailedRun(desk, id, plan, error);
  }
}

async function withTimeout(
  desk: Desk,
  spec: Step,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Outcome> | undefined,
): Promise<Outcome> {
  const none: Outcome = { summary: '', evidence: [], outputs: {} };
  if (spec.timeoutMs === undefined) return (await work(signal)) ?? none;
  const timeout = new AbortController();
  const bounded = AbortSignal.any([signal, timeout.signal]);
  const late = new StepFailure(`It took longer than ${spec.timeoutMs / 1000} s and was stopped`);
  const done = new AbortController();
  const timer = desk.options.clock.sleep(spec.timeoutMs, done.signal).then(
    () => timeout.abort(late),
    () => undefined,
  );
  try {
    return (await work(bounded)) ?? none;
  } catch (error) {
    throw timeout.signal.aborted ? late : error;
  } finally {
    done.abort();
    await timer;
  }
}

async function afterFailedRun(desk: Desk, id: string, plan: Plan, error: unknown): Promise<void> {
  if (error instanceof StepFailure && error.stale) {
    desk.append({ type: 'step-stale', step: id, message: error.message });
    return;
  }
  if (!writes(plan) && isUnavailable(error)) {
    appendUnavailable(desk, id, error);
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
  const { step, spec } = required(desk, id);
  const plan = plannedOf(desk, step);
  const kind = kindOf(desk, spec.uses);
  if (!writes(plan)) {
    desk.append({
      type: 'step-interrupted',
      step: id,
      landed: 'no',
      evidence: 'It only reads: nothing was changed.',
    });
    desk.append({ type: 'step-retried', step: id, by: 'policy' });
    return;
  }
  const prefix = because === undefined ? '' : `${because} `;
  try {
    if (kind.probe === undefined) throw new StepFailure('This kind of step has no probe.');
    const { landed, evidence } = await kind.probe(plan, planContext(desk, AbortSignal.timeout(30_000)));
    desk.append({ type: 'step-interrupted', step: id, landed, evidence: prefix + evidence });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    desk.append({
      type: 'step-interrupted',
      step: id,
      landed: 'unknown',
      evidence: `${prefix}The probe could not tell: ${why}`,
    });
  }
}

/** Success is an observation: looks until what the step wanted is there, through its window. */
export async function verifyStep(desk: Desk, id: string, signal: AbortSignal): Promise<void> {
  const { step, spec } = required(desk, id);
  if (step.state !== 'verifying') return;
  const plan = plannedOf(desk, step);
  const kind = kindOf(desk, spec.uses);
  const began = desk.options.clock.now();
  try {
    const look = looker(desk, step, spec, plan, signal);
    const once = kind.observe === undefined ? { withinMs: 0 } : undefined;
    const window = windowFrom(kind.window, once, windowOf(desk.state(), step, spec.verify));
    const seen = await observeThrough(look, window, desk.options.clock, signal, (observation) => {
      desk.append({ type: 'step-observed', step: id, ...observation });
    });
    const outputs = { ...step.outcome.outputs, ...seen.outputs };
    const named = evaluateFor(desk.state(), step, spec.outputs, outputs);
    if (kind.observe !== undefined || spec.verify !== undefined)
      desk.append({ type: 'step-verified', step: id, summary: seen.summary, evidence: seen.evidence });
    const evidence = [...new Set([...step.outcome.evidence, ...seen.evidence])];
    const since = step.startedAt === undefined ? began : Date.parse(step.startedAt);
    desk.append({
      type: 'step-succeeded',
      step: id,
      summary: shortResult(named) ?? (seen.summary || step.outcome.summary),
      evidence,
      outputs: { ...outputs, ...named },
      durationMs: Math.max(0, desk.options.clock.now() - since),
    });
  } catch (error) {
    if (!writes(plan) && isUnavailable(error)) appendUnavailable(desk, id, error);
    else desk.append({ type: 'step-failed', step: id, failure: toFailure(error, 'verify') });
  }
}

/** What the file names is what it wanted to know: 'green', '2'. */
export function shortResult(named: JsonObject): string | undefined {
  const values = Object.values(named);
  const short = values.every((value) => typeof value !== 'object' && String(value).length <= 24);
  return values.length > 0 && short ? values.map(String).join(', ') : undefined;
}

/** One look: the kind's own, or, for a kind that reads, the reading done again; and the file's expectation on top. */
function looker(
  desk: Desk,
  step: StepState & { state: 'verifying' },
  spec: Step,
  plan: Plan,
  signal: AbortSignal,
) {
  const kind = kindOf(desk, spec.uses);
  let first = true;
  return async (): Promise<Observation> => {
    let seen: Observation = { holds: true, ...step.outcome };
    if (kind.observe !== undefined) seen = await kind.observe(plan, planContext(desk, signal));
    else if (!first && kind.run !== undefined && !writes(plan))
      seen = {
        holds: true,
        ...(await kind.run(
          plan,
          runContext(desk, step, step.attemptId, signal, () => undefined),
        )),
      };
    first = false;
    const expect = spec.verify?.expect;
    if (!seen.holds || expect === undefined) return seen;
    const outputs: JsonObject = { ...step.outcome.outputs, ...seen.outputs };
    const result = { ...outputs, ...evaluateFor(desk.state(), step, spec.outputs, outputs) };
    if (evaluateFor(desk.state(), step, { expect }, result).expect === true) return seen;
    const says = renderFor(desk.state(), step, spec.verify?.says ?? expect);
    return { ...seen, holds: false, summary: `${seen.summary}; expected ${says}` };
  };
}

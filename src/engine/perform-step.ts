import { isUnavailable } from '../ports/failure.ts';
import type { Json, JsonObject } from '../ports/json.ts';
import { REDACTED } from '../prose/redacted.ts';
import type { Step } from '../runbook/runbook.ts';
import { type Plan, type Risk, StepFailure, type StepKind } from '../steps/step-kind.ts';
import { type Desk, kindOf, planContext, readSignal, required } from './desk.ts';
import type { Draft, Failure } from './event.ts';
import { toFailure } from './failure.ts';
import { next } from './next.ts';
import { planHash } from './plan-hash.ts';
import { loopItems, notNeeded, renderFor, unmetCondition } from './scope.ts';
import type { StepState } from './state.ts';
import { abandonable } from './time-limit.ts';
import { writes } from './written.ts';

/** Evaluates the step's condition and loop, then plans it: reads only. */
export async function planStep(desk: Desk, id: string, signal: AbortSignal): Promise<void> {
  const reading = readSignal(desk, signal);
  const drafts = await draftPlan(desk, id, reading);
  // The operator turned elsewhere meanwhile, or the session stops: it is planned again when its turn comes.
  const action = next(desk.state());
  const isStillWanted = action.do === 'plan' && action.step === id;
  if (isStillWanted && !(reading.aborted && desk.stopping.aborted)) desk.append(...drafts);
}

async function draftPlan(desk: Desk, id: string, signal: AbortSignal): Promise<readonly Draft[]> {
  const { step, spec } = required(desk, id);
  let phase: Failure['phase'] = 'condition';
  try {
    const unmet = unmetCondition(desk.state(), step, spec);
    if (unmet !== undefined)
      return [{ type: 'step-skipped', step: id, reason: notNeeded(unmet), by: 'policy' }];
    if (spec.forEach !== undefined && step.index === undefined)
      return [{ type: 'loop-expanded', step: id, items: loopItems(desk.state(), step, spec.forEach) }];
    phase = 'plan';
    const { plan, hash } = await abandonable(makePlan(desk, step, spec, signal), signal);
    const planned: Draft = {
      type: 'step-planned',
      step: id,
      attempt: step.attempts + 1,
      plan,
      risk: plan.risk,
      effects: plan.effects.map((effect) => effect.summary),
      planHash: hash,
    };
    const denied = deniedFailure(plan, phase);
    return denied === undefined ? [planned] : [planned, { type: 'step-failed', step: id, failure: denied }];
  } catch (error) {
    return isUnavailable(error)
      ? [unavailable(id, error)]
      : [{ type: 'step-failed', step: id, failure: toFailure(error, phase) }];
  }
}

async function makePlan(desk: Desk, step: StepState, spec: Step, signal: AbortSignal) {
  const kind = kindOf(desk, spec.uses);
  const rendered = renderFor(desk.state(), step, spec.with);
  const planned = await kind.plan(kind.schema.parse(rendered), planContext(desk, signal));
  // A person may well be shown the mark; nothing else can do anything with it.
  if (planned.question === undefined && lacksSecret(rendered, spec))
    throw new StepFailure(`What ${step.id} is to use held a secret, which is not kept in what steps yield.`, {
      next: 'Let the runbook take it from an input or a prompt instead, or do this step by hand.',
    });
  return settlePlan(desk, step, kind, planned, spec.risk);
}

/** The mark of a secret came in with a value, not from the file. */
function lacksSecret(rendered: Json, spec: Step): boolean {
  return JSON.stringify(rendered).includes(REDACTED) && !JSON.stringify(spec.with).includes(REDACTED);
}

/** The plan as it is shown and confirmed, whether it is a step's or its undo's: its risk raised, its confirm word set, its hash. */
export function settlePlan(desk: Desk, step: StepState, kind: StepKind, planned: Plan, fromFile?: Risk) {
  const least = planned.effects.length > 0 ? kind.risk : 'safe';
  const atLeast = RISKS.indexOf(least) > RISKS.indexOf(planned.risk) ? { ...planned, risk: least } : planned;
  const raises = desk.state().world.production === true && kind.notifies !== true;
  const risk = effectiveRisk(atLeast, fromFile, raises);
  const confirmWord = planned.confirmWord ?? (planned.effects[0]?.target.split('/').at(-1) || step.id);
  const plan: Plan = { ...planned, risk, ...(risk === 'dangerous' ? { confirmWord } : {}) };
  const hash = planHash(plan);
  desk.plans.set(hash, plan);
  return { plan, hash };
}

const RISKS: readonly Risk[] = ['safe', 'change', 'dangerous'];

/** A write is never safe; a file may raise the risk, and a production context raises every write by one; nothing lowers it. */
export function effectiveRisk(plan: Plan, fromFile: Risk | undefined, production: boolean): Risk {
  const least = writes(plan) ? 1 : 0;
  const filed = fromFile === undefined ? 0 : RISKS.indexOf(fromFile);
  const own = Math.max(RISKS.indexOf(plan.risk), filed, least);
  const raised = production && plan.effects.length > 0 ? own + 1 : own;
  return RISKS[Math.min(raised, 2)] ?? 'dangerous';
}

/** The permissions that a write lacks, as the failure it would be; undefined when it has them all or does not write. */
export function deniedFailure(plan: Plan, phase: Failure['phase']): Failure | undefined {
  const missing = plan.permissions
    .filter((permission) => permission.allowed === false)
    .map(({ verb, resource, subresource, namespace }) => {
      const what = subresource === undefined ? resource : `${resource}/${subresource}`;
      return `${verb} ${what}${namespace === undefined ? '' : ` in ${namespace}`}`;
    });
  if (missing.length === 0 || !writes(plan)) return undefined;
  return {
    message: `This user may not ${missing.join(', nor ')}`,
    next: 'Ask for the permission, or let someone who has it take over, then retry.',
    reason: 'forbidden',
    phase,
    refused: true,
  };
}

export function unavailable(id: string, error: { message: string; next: string | undefined }): Draft {
  const next = error.next === undefined ? {} : { next: error.next };
  return { type: 'step-unavailable', step: id, reason: error.message, ...next };
}

/** What the file names is what it wanted to know: 'green', '2'. */
export function shortResult(named: JsonObject): string | undefined {
  const values = Object.values(named);
  const short = values.every((value) => typeof value !== 'object' && String(value).length <= 24);
  return values.length > 0 && short ? values.map(String).join(', ') : undefined;
}

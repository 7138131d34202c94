import type { Step } from '../runbook/runbook.ts';
import type { Plan, PlanContext, RunContext, StepKind } from '../steps/step-kind.ts';
import type { Draft, Event } from './event.ts';
import type { RunnerOptions } from './runner.ts';
import { sessionNamespace } from './scope.ts';
import { stepOf } from './select.ts';
import type { SessionState, StepState } from './state.ts';

/** What the performing functions share: the options, the state as it is now, and the one way to write events. */
export interface Desk {
  readonly options: RunnerOptions;
  state(): SessionState;
  append(...drafts: readonly Draft[]): readonly Event[];
  /** Plans as they were made, by hash: the journalled ones have their secrets redacted. */
  readonly plans: Map<string, Plan>;
}

export function kindOf(desk: Desk, uses: string): StepKind {
  const kind = desk.options.kinds.find((candidate) => candidate.kind === uses);
  if (kind === undefined) throw new Error(`No step kind ${uses}`);
  return kind;
}

export function planContext(desk: Desk, signal: AbortSignal): PlanContext {
  return { ports: desk.options.reads, signal, namespace: sessionNamespace(desk.state()) };
}

export function runContext(
  desk: Desk,
  step: StepState,
  attemptId: string,
  signal: AbortSignal,
  emit: RunContext['emit'],
): RunContext {
  return {
    ports: desk.options.ports,
    signal,
    emit,
    outputFile: desk.options.outputFile(step.id, step.attempts),
    attemptId,
  };
}

export function required(desk: Desk, id: string): { readonly step: StepState; readonly spec: Step } {
  const step = desk.state().steps[id];
  if (step === undefined) throw new Error(`No step ${id} in this session`);
  return { step, spec: stepOf(desk.state(), step) };
}

export function plannedOf(desk: Desk, step: StepState): Plan {
  if (!('plan' in step) || step.plan === undefined) throw new Error(`Step ${step.id} has no plan`);
  return desk.plans.get(step.planHash ?? '') ?? step.plan;
}

export function undoPlanOf(desk: Desk): Plan | undefined {
  const undo = desk.state().undo;
  return desk.plans.get(undo?.planHash ?? '') ?? undo?.plan;
}

export function writes(plan: Plan): boolean {
  return plan.effects.length > 0 && !plan.alreadyDone;
}

import { REDACTED } from '../prose/redacted.ts';
import type { Step } from '../runbook/runbook.ts';
import {
  type Plan,
  type PlanContext,
  type ProbeContext,
  type RunContext,
  StepFailure,
  type StepKind,
} from '../steps/step-kind.ts';
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
  /** Aborted when the session stops: reading is broken off then, since it is done again after a resume. */
  readonly stopping: AbortSignal;
}

export function kindOf(desk: Desk, uses: string): StepKind {
  const kind = desk.options.kinds.find((candidate) => candidate.kind === uses);
  if (kind === undefined) throw new Error(`No step kind ${uses}`);
  return kind;
}

export function planContext(desk: Desk, signal: AbortSignal): PlanContext {
  const state = desk.state();
  return { ports: desk.options.reads, signal, namespace: sessionNamespace(state), session: state.session };
}

export function probeContext(desk: Desk, signal: AbortSignal): ProbeContext {
  const { ports } = desk.options;
  return {
    ...planContext(desk, signal),
    processes: ports.processes,
    exec: async (request, options) => (await ports.kubernetes()).exec(request, options),
  };
}

/** A signal for reading: aborted by the operator, or because the session stops. */
export function readSignal(desk: Desk, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, desk.stopping]);
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
  return asMade(desk, step.plan, step.planHash);
}

/** The plan whose writes an undo takes back. */
export function writtenOf(desk: Desk, step: StepState): Plan {
  if (step.written === undefined) throw new StepFailure(`${step.id} wrote nothing that can be undone.`);
  return asMade(desk, step.written.plan, step.written.planHash);
}

export function undoPlanOf(desk: Desk): Plan | undefined {
  const undo = desk.state().undo;
  return undo?.plan && asMade(desk, undo.plan, undo.planHash);
}

/** After a resume only the journal's copy is left; where a secret was taken out of it, it must not be acted upon. */
function asMade(desk: Desk, journalled: Plan, hash: string | undefined): Plan {
  const made = desk.plans.get(hash ?? '');
  if (made !== undefined) return made;
  if (JSON.stringify(journalled.data).includes(REDACTED))
    throw new StepFailure(`The plan "${journalled.summary}" held a secret, which was not kept on disk.`, {
      next: 'Look at the world yourself, then retry the step to plan it again, or do this by hand.',
    });
  return journalled;
}

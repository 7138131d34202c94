import type { z } from 'zod';
import type { Json, JsonObject } from '../ports/json.ts';
import type { AccessRequest, Kubernetes } from '../ports/kubernetes.ts';
import type { Ports, ReadPorts } from '../ports/ports.ts';
import type { Processes } from '../ports/process.ts';

/** safe: reads only. change: a write with a way back. dangerous: asks for the target's name, typed. */
export type Risk = 'safe' | 'change' | 'dangerous';

export interface DiffLine {
  readonly change: 'same' | 'removed' | 'added';
  readonly text: string;
  /** Shown beside the line: what it means, e.g. '0 of 3 pods ready'. */
  readonly note?: string;
}

/** One concrete thing that `run` will do. */
export interface Effect {
  /** The API's verb: patch, scale, run … */
  readonly verb: string;
  /** 'service/frontend-service' */
  readonly target: string;
  readonly namespace?: string;
  /** From what to what, in a line. */
  readonly summary: string;
  readonly diff: readonly DiffLine[];
  /** The equivalent kubectl, git or curl line, quoted for a POSIX shell. */
  readonly command: string;
}

export interface Permission extends AccessRequest {
  /** undefined: the review itself was refused or failed. */
  readonly allowed: boolean | undefined;
  readonly reason?: string;
}

/**
 * What a step is about to do, decided before it is confirmed. Plain JSON: it is journalled,
 * shown by preview and confirmation, and `run` performs it and nothing else.
 */
export interface Plan {
  /** A line: 'service/frontend-service selector {…} -> {…}'. */
  readonly summary: string;
  /** Empty for a step that only reads. */
  readonly effects: readonly Effect[];
  readonly risk: Risk;
  /** What must still be true at the moment of the write: 'resourceVersion 4711'. */
  readonly preconditions: readonly string[];
  readonly permissions: readonly Permission[];
  /** What the operator should know before confirming: 'no HorizontalPodAutoscaler targets it'. */
  readonly facts: readonly string[];
  readonly warnings: readonly string[];
  /** How it is undone, in words; undefined: it cannot be, or there is nothing to undo. */
  readonly undo?: string;
  /** What must be typed to confirm when the risk is dangerous: the target's name. */
  readonly confirmWord?: string;
  /** For human kinds: what is asked. */
  readonly question?: Question;
  /** The world already is as wanted: nothing will be written. */
  readonly alreadyDone?: boolean;
  /** What `run`, `observe`, `probe` and `undo` need, pre-image included. */
  readonly data: JsonObject;
}

export type Question =
  /** Something a person does with their own hands; answered by 'done'. */
  | { readonly type: 'task'; readonly instructions: string }
  | {
      readonly type: 'prompt';
      readonly message: string;
      readonly pattern?: string;
      readonly secret?: boolean;
      readonly default?: string;
    }
  | {
      readonly type: 'decision';
      readonly message: string;
      readonly options: readonly DecisionOption[];
      readonly default?: string;
    };

export interface DecisionOption {
  readonly value: string;
  readonly label: string;
  readonly description?: string;
  /** Where the session goes when it is chosen: a section id, or 'end'. */
  readonly goTo?: string;
}

export interface Outcome {
  /** The step's result in a word or two, beside its tick: 'green', '3/3'. */
  readonly summary: string;
  /** Sentences and figures that prove it. */
  readonly evidence: readonly string[];
  /** Named values for later steps: steps.<id>.outputs.<name>. */
  readonly outputs: JsonObject;
}

/** One look at the world: is what the step wanted there now? */
export interface Observation extends Outcome {
  readonly holds: boolean;
  /** Waiting any longer is pointless: the world says it will not come (ProgressDeadlineExceeded, wrong selector …). */
  readonly hopeless?: string;
}

/** What a read-only probe found after an interruption. */
export interface Landed {
  readonly landed: 'yes' | 'no' | 'partly' | 'unknown';
  /** A sentence with the evidence. */
  readonly evidence: string;
}

/** How long and how often to look, in milliseconds. */
export interface Window {
  /** Must hold for this long without a break. */
  readonly forMs: number;
  readonly withinMs: number;
  readonly everyMs: number;
}

export interface PlanContext {
  readonly ports: ReadPorts;
  readonly signal: AbortSignal;
  /** The session's namespace, when the runbook gives one. */
  readonly namespace: string | undefined;
  /** The session's id, for what people are told; absent in a preview. */
  readonly session?: string;
}

/** Probing happens only in a session that may write, so a probe that the runbook declares as a program can run. */
export interface ProbeContext extends PlanContext {
  /** Absent: declared probe programs cannot run here, and the answer is 'unknown'. */
  readonly processes?: Processes;
  /** The same for a probe that runs in a container. */
  readonly exec?: Kubernetes['exec'];
}

export interface RunContext {
  readonly ports: Ports;
  readonly signal: AbortSignal;
  /** A chunk of output, neutralised and kept by the runner; may be called often. */
  emit(chunk: string): void;
  /** Where a child's complete output goes; undefined where nothing is kept. */
  readonly outputFile: string | undefined;
  /** Unique for this attempt, and journalled before `run`: a marker that a probe can look for. */
  readonly attemptId: string;
}

/**
 * A kind of step, one file each: pure description, reading plan, and a `run` that takes that plan.
 *
 * run     performs the plan's effects. Absent: the kind only looks (observe) or asks (plan.question).
 * observe one look at whether the goal is reached; polled by the engine through the window, after `run`.
 * probe   after an interruption: did the effects happen? Reads only. Required with `run` when it writes.
 * undo    plans the way back from the plan that ran (its pre-image is in `data`) as a plan of the same kind.
 *
 * Failures are thrown: PortFailure (expected) or StepFailure. Anything else is a bug.
 */
export interface StepKind<Params = unknown> {
  /** 'kubernetes/select-traffic' */
  readonly kind: string;
  /** One line for the documentation and for editors. */
  readonly description: string;
  readonly schema: z.ZodType<Params>;
  /** The least risk a plan of this kind has. */
  readonly risk: Risk;
  /** name → what it is; the names that an expression may use, `result.<name>` and `steps.<id>.outputs.<name>`. 'any' allows all. */
  readonly outputs: Readonly<Record<string, string>> | 'any';
  readonly window?: Window;
  /**
   * It only tells people something. That it could not is never a reason to stop: the session goes on, does not fail
   * for it, and names it at its end. What people are told is no riskier in production.
   */
  readonly notifies?: true;
  /** What it does, for the outline, from parameters alone. */
  describe(params: Params): string;
  plan(params: Params, context: PlanContext): Promise<Plan>;
  run?(plan: Plan, context: RunContext): Promise<Outcome>;
  observe?(plan: Plan, context: PlanContext): Promise<Observation>;
  probe?(plan: Plan, context: ProbeContext): Promise<Landed>;
  undo?(plan: Plan, context: PlanContext): Promise<Plan>;
}

/** A step failed in an expected way; the message says what happened and to what. */
export class StepFailure extends Error {
  readonly next: string | undefined;
  /** The world moved since the plan was confirmed: plan again, show again, ask again. */
  readonly stale: boolean;
  readonly details: Json | undefined;
  constructor(
    message: string,
    options: { next?: string; stale?: boolean; details?: Json; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = 'StepFailure';
    this.next = options.next;
    this.stale = options.stale ?? false;
    this.details = options.details;
  }
}

/**
 * Gives a kind to the registry. Its parameters' type is checked here, against its own schema; outside, parameters
 * are `unknown` until `schema` has parsed them, and only what it returned may be handed to `describe` and `plan`.
 */
export function defineKind<Params>(kind: StepKind<Params>): StepKind {
  return kind;
}

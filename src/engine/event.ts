import type { FailureReason } from '../ports/failure.ts';
import type { Json, JsonObject } from '../ports/json.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { Landed, Outcome, Plan } from '../steps/step-kind.ts';

export type SessionMode = 'incident' | 'drill' | 'preview';
export type SessionEnd = 'succeeded' | 'failed' | 'aborted';
/** Who answered: a person at a screen, a flag of the command line, the drill's competent operator, or a rule of the engine. */
export type Answerer = 'operator' | '--yes' | '--confirm' | '--answer' | '--auto' | 'policy';

export interface World {
  readonly mode: SessionMode;
  /** Kubernetes context and namespace, when the session has them. */
  readonly context?: string;
  readonly namespace?: string;
  readonly user?: string;
  readonly production?: boolean;
  readonly scenario?: string;
}

export interface Failure {
  readonly message: string;
  readonly next?: string;
  readonly reason?: FailureReason;
  /** Where in its life the step failed. */
  readonly phase: 'condition' | 'plan' | 'run' | 'verify' | 'undo';
  /** Refused by permission or precondition before anything was written. */
  readonly refused?: boolean;
}

/** What a verification waits for: the file's words, filled in, how long it must hold, and until when it is looked for. */
export interface Aim {
  readonly says?: string;
  readonly forMs: number;
  readonly withinMs: number;
}

/** A figure beyond a limit that the runbook sets. */
export interface Alarm {
  /** Its title. */
  readonly figure: string;
  readonly source: 'prometheus' | 'elasticsearch';
  readonly value: number;
  /** percent: a share, 0.05 is 5 %. per-minute: of log lines. */
  readonly unit: 'percent' | 'seconds' | 'count' | 'per-minute';
  readonly limit: number;
  readonly side: 'above' | 'below';
}

interface Stamp {
  /** From 1, without gaps. */
  readonly seq: number;
  /** ISO 8601, UTC. */
  readonly time: string;
}

interface StepStamp extends Stamp {
  readonly step: string;
}

export type Event =
  | (Stamp & {
      readonly type: 'session-started';
      readonly session: string;
      readonly runbook: Runbook;
      readonly inputs: JsonObject;
      readonly world: World;
      readonly version: string;
    })
  | (Stamp & { readonly type: 'session-resumed'; readonly host: string; readonly runbookChanged: boolean })
  | (Stamp & { readonly type: 'session-paused'; readonly reason: string; readonly waitingFor?: string })
  | (Stamp & {
      readonly type: 'session-ended';
      readonly outcome: SessionEnd;
      readonly summary: string;
      readonly refused?: boolean;
    })
  /** A figure that is watched became critical; nothing stops because of it. */
  | (Stamp & { readonly type: 'threshold-crossed'; readonly step?: string } & Alarm)
  /** It has been fine for a while. */
  | (Stamp & { readonly type: 'threshold-cleared'; readonly step?: string } & Omit<Alarm, 'limit' | 'side'>)
  | (Stamp & { readonly type: 'note-added'; readonly text: string; readonly step?: string })
  /** The session moves on to a section; steps between are not taken. */
  | (Stamp & { readonly type: 'went-to'; readonly section: string; readonly by: Answerer })
  /** Titles and descriptions whose expressions can be filled in now; keys are step and section ids. */
  | (Stamp & {
      readonly type: 'texts-rendered';
      readonly titles: Readonly<Record<string, string>>;
      readonly descriptions: Readonly<Record<string, string>>;
    })
  /** A loop's list is known: instances `<step>[0]`, `<step>[1]` … take the step's place. */
  | (StepStamp & { readonly type: 'loop-expanded'; readonly items: readonly Json[] })
  | (StepStamp & {
      readonly type: 'step-planned';
      readonly attempt: number;
      readonly plan: Plan;
      readonly risk: Plan['risk'];
      readonly effects: readonly string[];
      readonly planHash: string;
    })
  /** Something is not there in this world: the operator is asked, or it is skipped with this reason. */
  | (StepStamp & { readonly type: 'step-unavailable'; readonly reason: string; readonly next?: string })
  | (StepStamp & { readonly type: 'step-confirmed'; readonly by: Answerer; readonly planHash: string })
  /** Flushed before the first effect. */
  | (StepStamp & { readonly type: 'step-started'; readonly attempt: number; readonly attemptId: string })
  | (StepStamp & { readonly type: 'step-answered'; readonly value: Json; readonly by: Answerer })
  /** Output went to the file; only its place is journalled. */
  | (StepStamp & { readonly type: 'step-output'; readonly text: string; readonly bytes: number })
  /** `run` returned; what it wanted is being observed now. */
  | (StepStamp & { readonly type: 'step-verifying'; readonly outcome: Outcome; readonly aim?: Aim })
  | (StepStamp & { readonly type: 'step-observed'; readonly summary: string; readonly holds: boolean })
  | (StepStamp & {
      readonly type: 'step-verified';
      readonly summary: string;
      readonly evidence: readonly string[];
    })
  | (StepStamp & {
      readonly type: 'step-succeeded';
      readonly summary: string;
      readonly evidence: readonly string[];
      readonly outputs: JsonObject;
      readonly durationMs: number;
    })
  /** The write was refused because the world moved; planned and asked again. */
  | (StepStamp & { readonly type: 'step-stale'; readonly message: string })
  | (StepStamp & { readonly type: 'step-failed'; readonly failure: Failure })
  | (StepStamp & { readonly type: 'step-skipped'; readonly reason: string; readonly by: Answerer })
  | (StepStamp & { readonly type: 'step-retried'; readonly by: Answerer; readonly delayMs?: number })
  | (StepStamp & {
      readonly type: 'step-interrupted';
      readonly landed: Landed['landed'];
      readonly evidence: string;
    })
  /** After an interruption: the operator takes the effect as done, and it is verified. */
  | (StepStamp & { readonly type: 'step-accepted'; readonly by: Answerer })
  /** These steps are to be undone, in this order; then the operator is asked, or the session ends. */
  | (Stamp & {
      readonly type: 'undo-requested';
      readonly steps: readonly string[];
      readonly cause: 'operator' | 'on-failure';
      readonly by: Answerer;
      readonly afterwards: 'ask' | 'end-failed';
    })
  | (StepStamp & { readonly type: 'undo-planned'; readonly plan: Plan; readonly planHash: string })
  | (StepStamp & { readonly type: 'undo-declined'; readonly by: Answerer })
  | (StepStamp & { readonly type: 'undo-started'; readonly by: Answerer; readonly attemptId: string })
  | (StepStamp & { readonly type: 'undo-failed'; readonly failure: Failure })
  | (StepStamp & {
      readonly type: 'step-undone';
      readonly summary: string;
      readonly evidence: readonly string[];
    })
  /** The session stops here; the writes listed are undone first, newest first. */
  | (Stamp & {
      readonly type: 'abort-chosen';
      readonly undo: readonly string[];
      readonly outcome: 'aborted' | 'failed';
      readonly by: Answerer;
    });

/** What is seen beside the steps; the step is the one whose turn it is. */
export type Sighting = Extract<Draft, { type: 'threshold-crossed' | 'threshold-cleared' }>;

/** An event before the journal stamped it. */
export type Draft = Event extends infer E ? (E extends Event ? Omit<E, 'seq' | 'time'> : never) : never;

import type { Json, JsonObject } from '../ports/json.ts';
import type { Runbook } from '../runbook/runbook.ts';
import type { Landed, Outcome, Plan } from '../steps/step-kind.ts';
import type { Aim, Alarm, Failure, SessionEnd, World } from './event.ts';

interface StepBase {
  readonly id: string;
  /** Id of the runbook's step; differs from `id` for a loop's instances. */
  readonly of: string;
  /** A loop's item and place. */
  readonly each?: Json;
  readonly index?: number;
  readonly attempts: number;
  /** Times are ISO 8601, from the events. */
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Journalled tail of its output, bounded; the whole is in the session's folder. */
  readonly outputTail: string;
  readonly outputBytes: number;
  /** The first plan whose writes may still be in the world, whatever was tried after it: undo goes back from there. */
  readonly written?: Planned;
}

export interface Planned {
  readonly plan: Plan;
  readonly planHash: string;
}

export type StepState = StepBase &
  (
    | { readonly state: 'pending' }
    /** Its turn, being planned (again after `staleBecause`). */
    | { readonly state: 'ready'; readonly staleBecause?: string }
    | ({ readonly state: 'awaiting-confirmation'; readonly staleBecause?: string } & Planned)
    | ({ readonly state: 'awaiting-answer' } & Planned)
    | { readonly state: 'unavailable'; readonly reason: string; readonly next?: string }
    | ({ readonly state: 'confirmed' } & Planned)
    | ({ readonly state: 'running'; readonly attemptId: string } & Planned)
    | ({
        readonly state: 'verifying';
        readonly attemptId: string;
        readonly outcome: Outcome;
        readonly aim?: Aim;
        /** Since when it is looked for, ISO 8601. */
        readonly since?: string;
        readonly observed?: { readonly summary: string; readonly holds: boolean };
      } & Planned)
    | ({
        readonly state: 'succeeded';
        readonly summary: string;
        readonly evidence: readonly string[];
        readonly outputs: JsonObject;
      } & Partial<Planned>)
    | ({
        readonly state: 'failed';
        readonly failure: Failure /** `run` was begun: effects may exist. */;
        readonly began: boolean;
      } & Partial<Planned>)
    | {
        readonly state: 'skipped';
        readonly reason: string;
        /** Its condition did not hold; what it needs is not there; another section came first; someone chose so. */
        readonly why: 'condition' | 'unavailable' | 'passed' | 'choice';
      }
    | ({
        readonly state: 'interrupted';
        readonly landed: Landed['landed'];
        readonly evidence: string;
      } & Planned)
    | ({ readonly state: 'undone'; readonly summary: string; readonly evidence: readonly string[] } & Planned)
  );

export interface UndoState {
  readonly step: string;
  readonly phase: 'planning' | 'awaiting-confirmation' | 'running' | 'failed';
  readonly plan?: Plan;
  readonly planHash?: string;
  /** How often it was planned: again when the world moved before it was done. */
  readonly plans?: number;
  /** Of the undo that was begun. */
  readonly attemptId?: string;
  readonly failure?: Failure;
  /** Why: the operator's key, the runbook's on-failure, or an abort. Decides whether it is asked. */
  readonly cause: 'operator' | 'on-failure' | 'abort';
}

export interface Note {
  readonly time: string;
  readonly text: string;
  readonly step?: string;
}

/** The whole session, folded from its events; never read from a clock or a world. */
export interface SessionState {
  readonly seq: number;
  readonly session: string;
  readonly version: string;
  readonly runbook: Runbook;
  readonly inputs: JsonObject;
  readonly world: World;
  readonly status: 'active' | 'paused' | 'ended';
  readonly pausedBecause?: string;
  readonly startedAt: string;
  readonly endedAt?: string;
  readonly end?: { readonly outcome: SessionEnd; readonly summary: string; readonly refused: boolean };
  /** Order of display and of execution; loops are expanded in place. */
  readonly order: readonly string[];
  readonly steps: Readonly<Record<string, StepState>>;
  /** The step whose turn it is; undefined when all are done. */
  readonly current?: string;
  /** The undo in hand; the steps' own flow waits for it. */
  readonly undo?: UndoState;
  /** Undos still to do after the one in hand, in order. */
  readonly undoQueue: readonly string[];
  /** Set when the session ends once the undos are done. */
  readonly ending?: { readonly outcome: SessionEnd; readonly summary: string };
  /** Steps whose writes may still be in the world, in the order they were made. */
  readonly written: readonly string[];
  /** Some write was begun and not refused, whatever became of it. */
  readonly wrote: boolean;
  /** Failed steps whose on-failure undo the operator declined: they are asked about instead. */
  readonly declined: readonly string[];
  readonly notes: readonly Note[];
  /** Figures that are critical, and since when (ISO 8601). */
  readonly alarms: readonly (Alarm & { readonly since: string })[];
  /** Rendered so far, by step or section id; `titleOf` falls back to the runbook's own text. */
  readonly titles: Readonly<Record<string, string>>;
  readonly descriptions: Readonly<Record<string, string>>;
}

import type { Answerer, SessionEnd, SessionMode } from '../engine/event.ts';
import type { SessionState } from '../engine/state.ts';

/**
 * A session as a document: made of its journal alone, redacted as the journal is. Programs read it as JSON; a field
 * is only ever added. Times are ISO 8601, UTC; lengths of time are in milliseconds.
 */
export interface SessionReport {
  readonly report: 1;
  readonly session: {
    readonly id: string;
    readonly mode: SessionMode;
    readonly scenario?: string;
    readonly context?: string;
    readonly namespace?: string;
    readonly user?: string;
    readonly production: boolean;
    readonly startedAt: string;
    /** Absent while it is open. */
    readonly endedAt?: string;
    readonly tookMs: number;
    readonly outcome?: SessionEnd;
    /** How it ended, in a sentence; of an open one, how it stands. */
    readonly summary: string;
    /** Of rollbook. */
    readonly version: string;
  };
  readonly runbook: {
    readonly id: string;
    readonly title: string;
    readonly source?: string;
    readonly sha256: string;
  };
  readonly inputs: SessionState['inputs'];
  readonly journal: JournalProof;
  readonly followUps: readonly FollowUp[];
  readonly writes: readonly WriteReport[];
  readonly failures: readonly (Reasoned & { readonly next?: string; readonly at?: string })[];
  readonly notChecked: readonly Reasoned[];
  readonly skipped: readonly Reasoned[];
  /** Steps of no use, or of a way that was not taken. */
  readonly notNeeded: readonly Reasoned[];
  /** Steps that the session did not come to. */
  readonly notReached: readonly { readonly step: string; readonly title: string }[];
  readonly decisions: readonly Decision[];
  readonly figures: readonly Figure[];
  readonly told: readonly Told[];
  readonly notes: readonly { readonly at: string; readonly text: string; readonly step?: string }[];
  readonly checks: readonly (StepName & { readonly found: string; readonly evidence: readonly string[] })[];
  readonly timeline: readonly Moment[];
}

export interface StepName {
  readonly step: string;
  readonly title: string;
}

export interface Reasoned extends StepName {
  readonly reason: string;
}

/** Whether the journal is as it was written: each line's hash covers the line before. */
export type JournalProof =
  | { readonly whole: true; readonly events: number; readonly head: string; readonly tornBytes: number }
  /** Only what comes before the damage is in the report. */
  | { readonly whole: false; readonly events: number; readonly problem: string };

export interface WriteReport extends StepName {
  readonly summary: string;
  readonly confirmedBy?: Answerer;
  readonly confirmedAt?: string;
  /** Whether it is still so at the end, as far as the session knows. */
  readonly standing: 'stands' | 'undone' | 'partly' | 'not sure' | 'not done';
  readonly effects: readonly {
    readonly target: string;
    readonly namespace?: string;
    readonly summary: string;
    readonly command: string;
    readonly diff: readonly {
      readonly change: 'same' | 'removed' | 'added';
      readonly text: string;
      readonly note?: string;
    }[];
  }[];
  readonly evidence: readonly string[];
  /** How it could be undone; absent: it could not. */
  readonly undo?: string;
  readonly warnings: readonly string[];
}

export interface Decision extends StepName {
  readonly question: string;
  readonly answer: string;
  readonly by: Answerer;
  readonly at: string;
}

/** What was measured, the first time and the last. */
export interface Figure {
  readonly title: string;
  readonly before: string;
  readonly beforeAt: string;
  readonly after: string;
  readonly afterAt: string;
}

export interface Told extends StepName {
  readonly by: 'slack' | 'teams' | 'statuspage';
  readonly to: string;
  readonly text: readonly string[];
  readonly state: 'told' | 'not told' | 'not sure';
  readonly reason?: string;
  readonly at?: string;
}

export interface FollowUp extends StepName {
  readonly what: string;
  readonly details?: string;
  readonly state: 'agreed' | 'open' | 'declined';
  readonly owner?: string;
  /** A date: 2026-11-25. */
  readonly due?: string;
  readonly reason?: string;
}

export interface Moment {
  readonly at: string;
  readonly step?: string;
  readonly title?: string;
  readonly what: string;
  readonly by?: Answerer;
  readonly tone: 'plain' | 'good' | 'bad' | 'warn';
}

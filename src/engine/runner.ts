import type { Clock } from '../ports/clock.ts';
import type { Ports, ReadPorts } from '../ports/ports.ts';
import type { StepKind } from '../steps/step-kind.ts';
import type { Draft, Event } from './event.ts';
import type { Asked } from './intent.ts';
import type { SessionState } from './state.ts';

export interface RunnerOptions {
  /** The journal so far; at least session-started. */
  readonly events: readonly Event[];
  /** Stamps, writes and flushes to disk, then returns the events as written. The runner acts only after it returned. */
  append(drafts: readonly Draft[]): readonly Event[];
  readonly kinds: readonly StepKind[];
  readonly ports: Ports;
  /** The same world through clients that cannot write: for planning, observing and probing. */
  readonly reads: ReadPorts;
  readonly clock: Clock;
  /** The file that keeps all the output of a step's attempt. */
  outputFile(step: string, attempt: number): string | undefined;
  /** Called after each append, with what was appended and the state after it. */
  onEvents(events: readonly Event[], state: SessionState): void;
  onOutput(step: string, text: string): void;
}

/** One session being run. */
export interface Runner {
  readonly state: SessionState;
  /** Decides at once: journalled and taken up, or refused with a sentence. */
  ask(asked: Asked): { readonly ok: true } | { readonly ok: false; readonly message: string };
  /** Runs until the session ended or `stop` was called. */
  readonly done: Promise<void>;
  /** Finishes what is in flight (or aborts it when `cancel`), journals session-paused, and resolves. */
  stop(reason: string, options?: { readonly cancel?: boolean }): Promise<void>;
}

import type { Json } from '../ports/json.ts';
import type { Answerer } from './event.ts';

/** What an operator (or a flag in their place) wants. Decided upon by `decide`; refused with a sentence when it cannot be. */
export type Intent =
  /** `typed` is required by a dangerous plan: its confirmWord. `planHash` is what the operator saw. */
  | {
      readonly type: 'confirm-step';
      readonly step: string;
      readonly planHash: string;
      readonly typed?: string;
    }
  | { readonly type: 'answer-step'; readonly step: string; readonly value: Json }
  | { readonly type: 'skip-step'; readonly step: string; readonly reason: string }
  | { readonly type: 'retry-step'; readonly step: string }
  | { readonly type: 'replan-step'; readonly step: string }
  /** After an interruption: take it as done, and verify. */
  | { readonly type: 'accept-step'; readonly step: string }
  /** Stop the step that is running (its signal is aborted). */
  | { readonly type: 'cancel-step'; readonly step: string }
  /** Plan the undo of a step that wrote; then confirm-undo or decline-undo. */
  | { readonly type: 'undo-step'; readonly step: string }
  | {
      readonly type: 'confirm-undo';
      readonly step: string;
      readonly planHash: string;
      readonly typed?: string;
    }
  | { readonly type: 'decline-undo'; readonly step: string }
  | { readonly type: 'abort-session'; readonly undo: boolean }
  | { readonly type: 'pause-session'; readonly reason: string }
  | { readonly type: 'add-note'; readonly text: string; readonly step?: string };

export interface Asked {
  readonly intent: Intent;
  readonly by: Answerer;
}

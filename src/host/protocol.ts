import type { LiveSnapshot } from '../cluster/live.ts';
import type { Event } from '../engine/event.ts';
import type { Asked } from '../engine/intent.ts';

/** Newline-delimited JSON over the session's local socket, both ways. */
export type FromHost =
  | {
      readonly type: 'hello';
      readonly protocol: 1;
      readonly session: string;
      readonly version: string;
      readonly folder: string;
    }
  /** The journal from the first event, then each new one; a screen folds them with `reduce`. */
  | { readonly type: 'events'; readonly events: readonly Event[] }
  /** Output as it comes, bounded; not journalled chunk by chunk. */
  | { readonly type: 'output'; readonly step: string; readonly text: string }
  | { readonly type: 'live'; readonly snapshot: LiveSnapshot }
  /** An intent was not accepted; a sentence. */
  | { readonly type: 'refused'; readonly id: number; readonly message: string };

export type ToHost =
  | { readonly type: 'intent'; readonly id: number; readonly asked: Asked }
  /** This screen leaves; the session goes on. */
  | { readonly type: 'detach' };

/** What a screen holds on to: the same for a socket and for an engine in the same process. */
export interface SessionClient {
  readonly folder: string;
  send(asked: Asked): Promise<{ readonly ok: true } | { readonly ok: false; readonly message: string }>;
  subscribe(listener: (message: FromHost) => void): () => void;
  /** Resolves when the host went away: 'ended' after session-ended, 'lost' when it died. */
  readonly closed: Promise<'ended' | 'lost'>;
  detach(): void;
}

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
  /** An intent was journalled; the events it caused were sent before. */
  | { readonly type: 'accepted'; readonly id: number }
  /** The host cannot go on (its disk is full …): a sentence, and what to do next. It exits; the session can be resumed. */
  | { readonly type: 'failed'; readonly message: string }
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
  /** The first listener gets everything since the beginning; one that comes later only what comes after it. */
  subscribe(listener: (message: FromHost) => void): () => void;
  /** Resolves when the session or this screen's part in it is over. */
  readonly closed: Promise<Closed>;
  /** This screen leaves; the session goes on. */
  detach(): void;
}

/** After session-ended; after session-paused; after this screen's own `detach`; or the host died. */
export type Closed = 'ended' | 'paused' | 'detached' | 'lost';

import type { LiveSnapshot } from '../cluster/live.ts';
import type { Event } from '../engine/event.ts';

export interface FeedListener {
  events(events: readonly Event[]): void;
  output(step: string, text: string): void;
  live(snapshot: LiveSnapshot): void;
}

/** What happens in a session, as it happens: the runner and the live watch speak, server and lifecycle listen. */
export interface Feed extends FeedListener {
  readonly lastLive: LiveSnapshot | undefined;
  listen(listener: Partial<FeedListener>): () => void;
}

export function createFeed(): Feed {
  const listeners = new Set<Partial<FeedListener>>();
  let lastLive: LiveSnapshot | undefined;
  return {
    get lastLive() {
      return lastLive;
    },
    events(events) {
      for (const listener of listeners) listener.events?.(events);
    },
    output(step, text) {
      for (const listener of listeners) listener.output?.(step, text);
    },
    live(snapshot) {
      lastLive = snapshot;
      for (const listener of listeners) listener.live?.(snapshot);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

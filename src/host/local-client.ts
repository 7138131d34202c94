import type { Event } from '../engine/event.ts';
import type { Runner } from '../engine/runner.ts';
import type { Feed } from './feed.ts';
import type { Closed, SessionClient } from './protocol.ts';
import { createSubscribers } from './subscribers.ts';

export interface LocalSession {
  readonly folder: string;
  readonly session: string;
  readonly version: string;
  /** The journal when the runner was made; what comes after it comes by the feed. */
  readonly events: readonly Event[];
  readonly runner: Runner;
  readonly feed: Feed;
}

/** The client of a runner in the same process: plain lines and JSON need no host of their own. */
export function localClient({ folder, session, version, events, runner, feed }: LocalSession): SessionClient {
  const subscribers = createSubscribers();
  subscribers.give({ type: 'hello', protocol: 1, session, version, folder });
  if (events.length > 0) subscribers.give({ type: 'events', events });
  const stopListening = feed.listen({
    events: (appended) => subscribers.give({ type: 'events', events: appended }),
    output: (step, text) => subscribers.give({ type: 'output', step, text }),
    live: (snapshot) => subscribers.give({ type: 'live', snapshot }),
  });
  let leave: (closed: Closed) => void;
  const left = new Promise<Closed>((resolve) => {
    leave = resolve;
  });
  const over = runner.done.then(
    () => (runner.state.status === 'ended' ? 'ended' : 'paused'),
    (error: unknown) => {
      subscribers.give({ type: 'failed', message: sentence(error) });
      return 'lost' as const;
    },
  );
  return {
    folder,
    closed: Promise.race([over, left]),
    subscribe: subscribers.add,
    async send(asked) {
      try {
        return runner.ask(asked);
      } catch (error) {
        // The journal cannot be written; `closed` says so too.
        return { ok: false, message: sentence(error) };
      }
    },
    detach() {
      stopListening();
      leave('detached');
    },
  };
}

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

import type { Event } from './event.ts';
import type { SessionState } from './state.ts';

type Listener = (events: readonly Event[], state: SessionState) => void;

/** A listener that asks for something causes events while it is being told: they come after those it is hearing of. */
export function inOrder(listener: Listener): Listener {
  const queue: Parameters<Listener>[] = [];
  let telling = false;
  return (events, state) => {
    if (events.length === 0) return;
    queue.push([events, state]);
    if (telling) return;
    telling = true;
    try {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) listener(...item);
    } finally {
      telling = false;
    }
  };
}

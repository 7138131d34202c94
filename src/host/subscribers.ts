import type { FromHost } from './protocol.ts';

/** Keeps what comes before anyone listens for the first who does. */
export function createSubscribers() {
  const listeners = new Set<(message: FromHost) => void>();
  let early: FromHost[] | undefined = [];
  return {
    give(message: FromHost): void {
      early?.push(message);
      for (const listener of listeners) listener(message);
    },
    add(listener: (message: FromHost) => void): () => void {
      listeners.add(listener);
      const missed = early;
      early = undefined;
      for (const message of missed ?? []) listener(message);
      return () => listeners.delete(listener);
    },
  };
}

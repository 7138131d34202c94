import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';

/** What a timer of Node can count to; a longer one would go off at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => Math.floor(performance.now()),
  async sleep(ms, signal) {
    try {
      let left = ms;
      do {
        await delay(Math.min(left, LONGEST_TIMER_MS), undefined, signal === undefined ? {} : { signal });
        left -= LONGEST_TIMER_MS;
      } while (left > 0);
    } catch (error) {
      // timers reject with an AbortError of their own; the port promises the signal's reason
      throw signal?.aborted ? signal.reason : error;
    }
  },
};

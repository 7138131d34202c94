import type { Clock } from '../../src/ports/clock.ts';

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** Time stands still until `advance`. Sleepers wake in order, each seeing the moment it asked for. */
export class FakeClock implements Clock {
  #now: number;
  #setBy = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(start = Date.parse('2026-11-02T03:00:00Z')) {
    this.#now = start;
  }

  now(): number {
    return this.#now + this.#setBy;
  }

  elapsed(): number {
    return this.#now;
  }

  /** Somebody sets the machine's time; what is being measured goes on. */
  setTime(byMs: number): void {
    this.#setBy += byMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          signal?.removeEventListener('abort', abandon);
          resolve();
        },
      };
      const abandon = () => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abandon, { once: true });
      this.#sleepers.add(sleeper);
    });
  }

  /** How many are asleep now. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** Moves time forward, letting whoever wakes run (and sleep again) on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let next = this.#earliest(end); next !== undefined; next = this.#earliest(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#sleepers.delete(next);
      next.wake();
      await settle();
    }
    this.#now = end;
  }

  /** Advances from sleeper to sleeper until the promise settles; fails when it waits for something else than time. */
  async runUntil<T>(promise: Promise<T>, limitMs = 24 * 3_600_000): Promise<T> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => undefined);
    const limit = this.#now + limitMs;
    await settle();
    while (!settled) {
      const next = this.#earliest(limit);
      if (next === undefined) throw new Error('the promise waits for something else than the fake clock');
      await this.advance(next.at - this.#now);
    }
    return done;
  }

  #earliest(before: number): Sleeper | undefined {
    let earliest: Sleeper | undefined;
    for (const sleeper of this.#sleepers) {
      if (sleeper.at <= before && (earliest === undefined || sleeper.at < earliest.at)) earliest = sleeper;
    }
    return earliest;
  }
}

/** Lets every pending promise reaction run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

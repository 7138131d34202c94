import type { SandboxClock } from '../kubernetes/world-interfaces.ts';

export interface TimersOptions {
  readonly clock: SandboxClock;
  readonly pace: (milliseconds: number) => number;
  /** Told of what went wrong; everything else goes on. */
  readonly onError: (error: unknown) => void;
}

/** Delayed and lasting work of those who live in the world; it all ends with the world. */
export class Timers {
  readonly #options: TimersOptions;
  readonly #cancels = new Set<() => void>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: TimersOptions) {
    this.#options = options;
  }

  /** In seconds of the world's time. */
  after(seconds: number, work: () => void): void {
    if (this.#stopped) return;
    const { clock, pace, onError } = this.#options;
    const cancel = clock.after(pace(seconds * 1000), () => {
      this.#cancels.delete(cancel);
      try {
        work();
      } catch (error) {
        onError(error);
      }
    });
    this.#cancels.add(cancel);
  }

  /** Never resolves once the world has stopped. */
  pause(seconds: number): Promise<void> {
    return new Promise((resolve) => this.after(seconds, resolve));
  }

  run(work: () => Promise<void>): void {
    if (this.#stopped) return;
    const running = work()
      .catch((error) => {
        if (!this.#stopped) this.#options.onError(error);
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }
}

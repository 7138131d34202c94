import type { ControllerContext } from './controller-context.ts';

export type Timer = 'start' | 'probe' | 'crash' | 'end';

/** What a pod waits for: one timer of each kind at most. Delays are durations of the world. */
export class PodTimers {
  readonly #context: ControllerContext;
  readonly #cancels = new Map<Timer, () => void>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  has(timer: Timer): boolean {
    return this.#cancels.has(timer);
  }

  after(timer: Timer, delayMs: number, work: () => void): void {
    const { clock, pace, onError } = this.#context;
    this.cancel(timer);
    const cancel = clock.after(pace(delayMs), () => {
      this.#cancels.delete(timer);
      try {
        work();
      } catch (error) {
        onError(error);
      }
    });
    this.#cancels.set(timer, cancel);
  }

  cancel(timer: Timer): void {
    this.#cancels.get(timer)?.();
    this.#cancels.delete(timer);
  }

  clear(): void {
    for (const cancel of this.#cancels.values()) cancel();
    this.#cancels.clear();
  }
}

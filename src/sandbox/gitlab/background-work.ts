import type { SandboxClock } from '../kubernetes/world-interfaces.ts';

export interface BackgroundWorkOptions {
  readonly clock: SandboxClock;
  readonly pace: (milliseconds: number) => number;
  readonly onError: (error: unknown) => void;
}

/** Work that a forge does a while after it was asked; it can be stopped without leaving git running. */
export class BackgroundWork {
  readonly #options: BackgroundWorkOptions;
  readonly #cancels = new Set<() => void>();
  readonly #running = new Set<Promise<void>>();
  #stopped = false;

  constructor(options: BackgroundWorkOptions) {
    this.#options = options;
  }

  /** Resolves once the work is done, rejects as it does; neither when stopped before. */
  after(delayMs: number, work: () => Promise<void>): Promise<void> {
    const { clock, pace } = this.#options;
    return new Promise((resolve, reject) => {
      if (this.#stopped) return;
      const cancel = clock.after(pace(delayMs), () => {
        this.#cancels.delete(cancel);
        const run = work().then(resolve, reject);
        this.#running.add(run);
        run.finally(() => this.#running.delete(run));
      });
      this.#cancels.add(cancel);
    });
  }

  /** For work that no one waits for. */
  later(delayMs: number, work: () => Promise<void>): void {
    this.after(delayMs, work).catch(this.#options.onError);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#cancels) cancel();
    await Promise.all(this.#running);
  }
}

import type { SandboxClock } from '../world-interfaces.ts';

/** How long changes of one object are gathered before it is reconciled. */
const GATHER_MS = 5;
/** Reconciling one object may take about this part of the time at most; large sets are looked at less often. */
const DUTY = 8;
const RETRY_MS = 500;

export interface ReconcileQueueOptions {
  readonly clock: SandboxClock;
  readonly reconcile: (id: string) => void;
  /** Told of what a reconcile threw; it is tried again. */
  readonly onError: (error: unknown) => void;
}

/** Reconciles each object once for any number of changes, the earliest wish winning. */
export class ReconcileQueue {
  readonly #options: ReconcileQueueOptions;
  readonly #waiting = new Map<string, { readonly due: number; readonly cancel: () => void }>();
  readonly #restUntil = new Map<string, number>();

  constructor(options: ReconcileQueueOptions) {
    this.#options = options;
  }

  add(id: string, delayMs = 0): void {
    const { clock } = this.#options;
    const now = clock.now();
    const due = Math.max(now + Math.max(delayMs, GATHER_MS), this.#restUntil.get(id) ?? 0);
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined && waiting.due <= due) return;
    waiting?.cancel();
    this.#waiting.set(id, { due, cancel: clock.after(due - now, () => this.#run(id)) });
  }

  stop(): void {
    for (const { cancel } of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #run(id: string): void {
    this.#waiting.delete(id);
    const { clock, reconcile, onError } = this.#options;
    const start = clock.now();
    try {
      reconcile(id);
    } catch (error) {
      onError(error);
      this.add(id, RETRY_MS);
    }
    const took = clock.now() - start;
    if (took > GATHER_MS) this.#restUntil.set(id, clock.now() + took * DUTY);
    else this.#restUntil.delete(id);
  }
}

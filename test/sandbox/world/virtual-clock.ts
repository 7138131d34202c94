import type { SandboxClock } from '../../../src/sandbox/kubernetes/world-interfaces.ts';

interface Timer {
  readonly due: number;
  readonly sequence: number;
  readonly work: () => void;
}

/** A clock that stands still until it is told to go on; in whole milliseconds, like the real one. */
export class VirtualClock implements SandboxClock {
  #now: number;
  #sequence = 0;
  #timers: Timer[] = [];

  constructor(now = Date.parse('2026-01-12T10:00:00Z')) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  after(delayMs: number, work: () => void): () => void {
    this.#sequence += 1;
    const timer = { due: this.#now + Math.ceil(Math.max(0, delayMs)), sequence: this.#sequence, work };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((item) => item !== timer);
    };
  }

  /** How many timers are set. */
  get waiting(): number {
    return this.#timers.length;
  }

  advance(milliseconds: number): void {
    const end = this.#now + milliseconds;
    for (;;) {
      const [next] = this.#timers
        .filter(({ due }) => due <= end)
        .sort((a, b) => a.due - b.due || a.sequence - b.sequence);
      if (next === undefined) break;
      this.#timers = this.#timers.filter((item) => item !== next);
      this.#now = next.due;
      next.work();
    }
    this.#now = end;
  }
}

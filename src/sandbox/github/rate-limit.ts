const HOUR_MS = 3_600_000;
const WITH_TOKEN = 5000;
const WITHOUT = 60;

export interface RateLimit {
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
  /** Seconds since the epoch. */
  readonly reset: number;
}

/** Counts the requests of each caller by the hour, as GitHub does. */
export class RateLimits {
  readonly #now: () => number;
  readonly #windows = new Map<string, { used: number; readonly start: number }>();

  /** `now` in milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** What is left to a caller; the empty name is every caller without a token. */
  of(caller: string): RateLimit {
    const { used, start } = this.#window(caller);
    const limit = caller === '' ? WITHOUT : WITH_TOKEN;
    const reset = Math.ceil((start + HOUR_MS) / 1000);
    return { limit, used, remaining: Math.max(0, limit - used), reset };
  }

  /** Counts one request; false when there was none left. */
  take(caller: string): boolean {
    if (this.of(caller).remaining === 0) return false;
    this.#window(caller).used += 1;
    return true;
  }

  #window(caller: string): { used: number; readonly start: number } {
    const known = this.#windows.get(caller);
    if (known !== undefined && this.#now() < known.start + HOUR_MS) return known;
    const fresh = { used: 0, start: this.#now() };
    this.#windows.set(caller, fresh);
    return fresh;
  }
}

export function rateLimitHeaders({ limit, used, remaining, reset }: RateLimit): Record<string, string> {
  return {
    'X-RateLimit-Limit': String(limit),
    'X-RateLimit-Remaining': String(remaining),
    'X-RateLimit-Used': String(used),
    'X-RateLimit-Reset': String(reset),
    'X-RateLimit-Resource': 'core',
  };
}

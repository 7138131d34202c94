/** As many as a line is drawn of. */
const CELLS = 40;
const DEFAULT_SPAN_MS = 10 * 60_000;
const LEAST_STEP_MS = 5_000;

/** A figure over time: one value for each step, the last one that was heard in it. Where none was heard is a gap. */
export interface History {
  readonly stepMs: number;
  /** How far back it begins. */
  readonly spanMs: number;
  /** Milliseconds since the epoch; null: there was an answer, and no figure in it. */
  add(at: number, value: number | null): void;
  /** Oldest first, up to the step of `now`. */
  points(now: number): readonly (number | null)[];
}

export function createHistory(spanMs = DEFAULT_SPAN_MS): History {
  const stepMs = Math.max(LEAST_STEP_MS, Math.ceil(spanMs / CELLS / 1000) * 1000);
  const values = new Map<number, number | null>();
  return {
    stepMs,
    spanMs: stepMs * CELLS,
    add(at, value) {
      values.set(Math.floor(at / stepMs), value);
    },
    points(now) {
      const current = Math.floor(now / stepMs);
      // a step that has just begun is no gap yet
      const oldest = (values.has(current) ? current : current - 1) - CELLS + 1;
      for (const step of values.keys()) if (step < oldest) values.delete(step);
      return Array.from({ length: CELLS }, (_, place) => values.get(oldest + place) ?? null);
    },
  };
}

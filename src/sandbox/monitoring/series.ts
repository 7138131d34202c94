export type Labels = Readonly<Record<string, string>>;

/** Marks the end of a series, as Prometheus' stale marker does: a value no metric here can have. */
export const STALE = -Number.MAX_VALUE;

/** One time series: samples by time, oldest first. */
export class Series {
  readonly labels: Labels;
  times: number[] = [];
  values: number[] = [];

  constructor(labels: Labels) {
    this.labels = labels;
  }

  get last(): number | undefined {
    return this.values.at(-1);
  }

  append(time: number, value: number): void {
    this.times.push(time);
    this.values.push(value);
  }

  /** Forgets samples before `time`. Copies only once a fifth can go. */
  trim(time: number): void {
    const drop = this.firstAfter(time - 1);
    if (drop === 0 || drop < this.times.length / 5) return;
    this.times = this.times.slice(drop);
    this.values = this.values.slice(drop);
  }

  /** Index of the first sample later than `time`. */
  firstAfter(time: number): number {
    let low = 0;
    let high = this.times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.times[middle] ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export interface SeriesMatcher {
  readonly name: string;
  matches(value: string): boolean;
  /** The only value it accepts, where there is one. */
  readonly exact?: string;
}

/** All series in memory, bounded in time. */
export class SeriesStore {
  readonly #retentionMs: number;
  readonly #series = new Map<string, Series>();
  readonly #byName = new Map<string, Set<Series>>();
  /** Writers that keep their label objects pay for an id once. */
  readonly #ids = new WeakMap<Labels, string>();

  constructor(retentionMs: number) {
    this.#retentionMs = retentionMs;
  }

  /** The series of these labels, `__name__` among them; made when new. */
  series(labels: Labels): Series {
    const id = this.#ids.get(labels) ?? seriesId(labels);
    this.#ids.set(labels, id);
    const known = this.#series.get(id);
    if (known !== undefined) return known;
    const fresh = new Series(labels);
    this.#series.set(id, fresh);
    const name = labels.__name__ ?? '';
    const named = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, named.add(fresh));
    return fresh;
  }

  select(matchers: readonly SeriesMatcher[]): Series[] {
    const name = matchers.find(
      (matcher) => matcher.name === '__name__' && matcher.exact !== undefined,
    )?.exact;
    const candidates = name === undefined ? this.#series.values() : (this.#byName.get(name) ?? []);
    return [...candidates].filter((series) =>
      matchers.every((matcher) => matcher.matches(series.labels[matcher.name] ?? '')),
    );
  }

  /** Forgets what is older than the retention, and series with nothing left. */
  prune(now: number): void {
    const oldest = now - this.#retentionMs;
    for (const [id, series] of this.#series) {
      series.trim(oldest);
      if ((series.times.at(-1) ?? oldest) >= oldest) continue;
      this.#series.delete(id);
      this.#byName.get(series.labels.__name__ ?? '')?.delete(series);
    }
  }
}

/** Equal labels give equal ids, in whatever order they come. */
export function seriesId(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

import { type Labels, type Series, type SeriesStore, STALE, seriesId } from './series.ts';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** Spread of response times around their median, of a log-normal distribution. */
const SPREAD = 0.55;

interface Counter {
  readonly series: Series;
  total: number;
}

/** Something else in the world that is measured. */
export interface MetricSource {
  /** One stretch of time up to now. */
  measure(metrics: Metrics, seconds: number): void;
  /** The same for a stretch of the past that ends at `time`. */
  past(metrics: Metrics, time: number, seconds: number): void;
}

/** What the programs and the cluster count, written down as samples at each scrape. */
export class Metrics {
  readonly #store: SeriesStore;
  readonly #counters = new Map<string, Counter>();
  #gauges = new Map<Series, number>();
  #earlier = new Map<Series, number>();

  constructor(store: SeriesStore) {
    this.#store = store;
  }

  add(labels: Labels, amount: number): void {
    const id = seriesId(labels);
    const counter = this.#counters.get(id) ?? { series: this.#store.series(labels), total: 0 };
    this.#counters.set(id, counter);
    counter.total += amount;
  }

  /** Counts `requests` that took about `medianSeconds`, in the usual buckets unless told. */
  observe(
    name: string,
    labels: Labels,
    requests: number,
    medianSeconds: number,
    bounds: readonly number[] = BUCKETS,
  ): void {
    for (const le of bounds) {
      const within = Math.round(requests * shareWithin(le, medianSeconds));
      this.add({ __name__: `${name}_bucket`, ...labels, le: String(le) }, within);
    }
    this.add({ __name__: `${name}_bucket`, ...labels, le: '+Inf' }, requests);
    this.add({ __name__: `${name}_count`, ...labels }, requests);
    this.add({ __name__: `${name}_sum`, ...labels }, requests * medianSeconds * Math.exp(SPREAD ** 2 / 2));
  }

  /** Until the next scrape; a gauge that is not set again ends. */
  set(labels: Labels, value: number): void {
    this.#gauges.set(this.#store.series(labels), value);
  }

  scrape(time: number): void {
    for (const { series, total } of this.#counters.values()) series.append(time, total);
    for (const [series, value] of this.#gauges) series.append(time, value);
    for (const series of this.#earlier.keys()) if (!this.#gauges.has(series)) series.append(time, STALE);
    this.#earlier = this.#gauges;
    this.#gauges = new Map();
  }
}

/** Share of a log-normal distribution below a bound; the normal one approximated by a logistic. */
function shareWithin(bound: number, median: number): number {
  const z = Math.log(bound / Math.max(median, 0.0005)) / SPREAD;
  return 1 / (1 + Math.exp(-1.702 * z));
}

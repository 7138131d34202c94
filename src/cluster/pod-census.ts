import type { LivePod } from './live.ts';
import { byRestarts, severity } from './order.ts';

/** What the pods of one workload have to say together. */
export interface WorkloadPods {
  readonly restarts: number;
  /** 'CrashLoopBackOff ×4'; 'Running' when all is well; '' without pods. */
  readonly status: string;
}

interface Tally {
  restarts: number;
  /** By the worst first; the key is what is said of a pod. */
  readonly said: Map<string, { readonly severity: number; count: number }>;
}

interface Known {
  readonly pod: LivePod;
  readonly level: number;
}

const WELL = 0;

/**
 * All pods that are known, counted as they come and go: a look at ten thousand of them costs no more than what is shown.
 * As a map by name it keeps the records that it was given.
 */
export class PodCensus {
  readonly #pods = new Map<string, Known>();
  readonly #bySeverity = new Map<number, Map<string, LivePod>>();
  readonly #byWorkload = new Map<string, Tally>();
  /** There are few statuses, and many pods in each. */
  readonly #severities = new Map<string, number>();
  #ready = 0;

  get size(): number {
    return this.#pods.size;
  }

  get ready(): number {
    return this.#ready;
  }

  get(name: string): LivePod | undefined {
    return this.#pods.get(name)?.pod;
  }

  keys(): MapIterator<string> {
    return this.#pods.keys();
  }

  set(name: string, pod: LivePod): this {
    const before = this.#pods.get(name);
    if (before?.pod === pod) return this;
    if (before !== undefined) this.#forget(name, before);
    const level = this.#severityOf(pod);
    this.#pods.set(name, { pod, level });
    const peers = this.#bySeverity.get(level) ?? new Map<string, LivePod>();
    this.#bySeverity.set(level, peers.set(name, pod));
    if (pod.ready) this.#ready += 1;
    this.#count(pod, level, 1);
    return this;
  }

  delete(name: string): boolean {
    const before = this.#pods.get(name);
    if (before !== undefined) this.#forget(name, before);
    return this.#pods.delete(name);
  }

  clear(): void {
    this.#pods.clear();
    this.#bySeverity.clear();
    this.#byWorkload.clear();
    this.#severities.clear();
    this.#ready = 0;
  }

  /** The worst ones, in order. */
  worst(most: number): LivePod[] {
    const worst: LivePod[] = [];
    for (const level of [...this.#bySeverity.keys()].sort((a, b) => b - a)) {
      if (worst.length >= most) break;
      const pods = this.#bySeverity.get(level)?.values() ?? [];
      worst.push(...firstOf(pods, most - worst.length, byRestarts));
    }
    return worst;
  }

  workload(name: string): WorkloadPods {
    const tally = this.#byWorkload.get(name);
    if (tally === undefined) return { restarts: 0, status: '' };
    const [status, worst] = [...tally.said].reduce((a, b) => (b[1].severity > a[1].severity ? b : a));
    const isCounted = worst.severity !== WELL && worst.count > 1;
    return { restarts: tally.restarts, status: isCounted ? `${status} ×${worst.count}` : status };
  }

  #severityOf(pod: LivePod): number {
    const key = pod.ready ? `ready ${pod.status}` : pod.status;
    const known = this.#severities.get(key);
    if (known !== undefined) return known;
    const level = severity(pod);
    this.#severities.set(key, level);
    return level;
  }

  #forget(name: string, { pod, level }: Known): void {
    this.#bySeverity.get(level)?.delete(name);
    if (pod.ready) this.#ready -= 1;
    this.#count(pod, level, -1);
  }

  #count(pod: LivePod, level: number, by: 1 | -1): void {
    const tally = this.#byWorkload.get(pod.workload) ?? { restarts: 0, said: new Map() };
    this.#byWorkload.set(pod.workload, tally);
    tally.restarts += by * pod.restarts;
    const status = level === 4 ? 'not ready' : pod.status;
    const said = tally.said.get(status) ?? { severity: level, count: 0 };
    said.count += by;
    if (said.count > 0) tally.said.set(status, said);
    else tally.said.delete(status);
    if (tally.said.size === 0) this.#byWorkload.delete(pod.workload);
  }
}

/** The first `most` in order, without sorting the rest. */
function firstOf<T>(values: Iterable<T>, most: number, compare: (a: T, b: T) => number): T[] {
  const first: T[] = [];
  for (const value of values) {
    const last = first[most - 1];
    if (last !== undefined && compare(value, last) >= 0) continue;
    let [low, high] = [0, first.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(value, first[middle] as T) < 0) high = middle;
      else low = middle + 1;
    }
    first.splice(low, 0, value);
    if (first.length > most) first.pop();
  }
  return first;
}

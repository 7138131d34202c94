/** Small records drawn by the live pane: projections of the cluster's objects. Strings are neutralised already. */
export interface Freshness {
  readonly state: 'connecting' | 'live' | 'behind' | 'disconnected';
  /** Milliseconds since the epoch of the last thing heard on the stalest stream. */
  readonly heardAt: number | undefined;
  /** A sentence, while disconnected. */
  readonly problem?: string;
}

export interface LivePod {
  readonly name: string;
  readonly workload: string;
  readonly ready: boolean;
  /** As kubectl's STATUS column: Running, CrashLoopBackOff, Terminating … */
  readonly status: string;
  /** Readiness in a word when it is not ready although running: 'not ready: HTTP probe failed with statuscode: 500' where known. */
  readonly reason?: string;
  readonly readyContainers: number;
  readonly containers: number;
  readonly restarts: number;
  readonly startedAt?: string;
  readonly node?: string;
  /** Image tag of the first container, or the label app.kubernetes.io/version. */
  readonly version: string;
}

export interface LiveWorkload {
  readonly name: string;
  readonly kind: string;
  readonly desired: number;
  readonly ready: number;
  readonly updated: number;
  readonly available: number;
  /** observedGeneration has caught up with generation. */
  readonly observed: boolean;
  /** complete | progressing | failed (ProgressDeadlineExceeded) | scaled-down */
  readonly rollout: 'complete' | 'progressing' | 'failed' | 'scaled-down';
  /** The worst pod's status, with a count: 'CrashLoopBackOff ×4'. */
  readonly status: string;
  readonly version: string;
  readonly restarts: number;
}

export interface LiveService {
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly ready: number;
  readonly notReady: number;
  /** Workloads behind the ready endpoints. */
  readonly behind: readonly string[];
}

export interface LiveEvent {
  readonly uid: string;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** 'pod/frontend-green-7d9…' */
  readonly object: string;
  readonly message: string;
  readonly count: number;
  /** Milliseconds since the epoch. */
  readonly lastSeen: number;
}

export interface LiveMetric {
  readonly title: string;
  readonly unit: 'percent' | 'seconds' | 'count';
  /** Newest last; NaN is carried as null. */
  readonly points: readonly (number | null)[];
  readonly warnAbove?: number;
  readonly problem?: string;
}

export interface LiveSnapshot {
  readonly freshness: Freshness;
  readonly namespace: string;
  /** Worst first. */
  readonly workloads: readonly LiveWorkload[];
  readonly services: readonly LiveService[];
  /** Worst first, at most 200; `podCount` and `podsReady` count all. */
  readonly pods: readonly LivePod[];
  readonly podCount: number;
  readonly podsReady: number;
  /** Newest first, at most 100. */
  readonly events: readonly LiveEvent[];
  readonly metrics: readonly LiveMetric[];
  /** What could not be watched, a sentence each: 'endpointslices: not served, endpoints are used'. */
  readonly gaps: readonly string[];
}

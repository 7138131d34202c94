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

/** unknown: there is no figure to judge. */
export type Level = 'normal' | 'warning' | 'critical' | 'unknown';

export interface Limits {
  readonly warnAbove?: number;
  readonly criticalAbove?: number;
  readonly warnBelow?: number;
  readonly criticalBelow?: number;
}

/** percent: a share, 0.05 is 5 %. per-minute: of log lines. */
export type FigureUnit = 'percent' | 'seconds' | 'count' | 'per-minute';

/** A figure over time, and whether it is as it should be. */
export interface LiveFigure extends Limits {
  readonly title: string;
  readonly unit: FigureUnit;
  /** Newest last, one for each `stepMs`; null: a gap, nothing was heard. */
  readonly points: readonly (number | null)[];
  readonly stepMs: number;
  /** The newest; absent: the source gave none. */
  readonly value?: number;
  readonly level: Level;
  /** When the source answered last, in milliseconds since the epoch; absent: never. */
  readonly heardAt?: number;
  /** How often it is asked, in milliseconds. */
  readonly everyMs: number;
  /** A sentence: why there is no figure, or not a whole one. */
  readonly problem?: string;
}

export interface LogLine {
  /** Milliseconds since the epoch; absent where the document has no time. */
  readonly at?: number;
  readonly level: string;
  readonly pod: string;
  readonly message: string;
}

/** The same line, however often: it is shown once. */
export interface RepeatedLine extends LogLine {
  readonly count: number;
}

/** Log lines that a search finds: how many a minute, and the newest. */
export interface LiveLog extends LiveFigure {
  /** The newest, newest first. */
  readonly lines: readonly RepeatedLine[];
}

/** A figure that has crossed into critical. */
export interface Alarm {
  readonly figure: string;
  readonly source: 'prometheus' | 'elasticsearch';
  readonly value: number;
  readonly unit: FigureUnit;
  readonly limit: number;
  readonly side: 'above' | 'below';
}

/** A dashboard. Without an address, why not. */
export interface LiveLink {
  readonly title: string;
  /** Harmless: http or https, printable, without a login in it. */
  readonly url?: string;
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
  readonly metrics: readonly LiveFigure[];
  readonly logs: readonly LiveLog[];
  readonly links: readonly LiveLink[];
  /** What could not be watched, a sentence each: 'endpointslices: not served, endpoints are used'. */
  readonly gaps: readonly string[];
}

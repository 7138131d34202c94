import type { StoredObject } from '../../kubernetes/store.ts';
import type { Applications } from '../../world/applications.ts';
import type { ShippedLine } from '../../world/pod-logs.ts';
import type { TrafficSpec } from '../../world/spec.ts';

export interface PastLinesOptions {
  readonly traffic: readonly TrafficSpec[];
  /** By Deployment. */
  readonly pods: ReadonlyMap<string, readonly StoredObject[]>;
  readonly applications: Applications;
  /** When the world began, in milliseconds since the epoch. */
  readonly until: number;
  readonly random: () => number;
}

const MINUTE = 60_000;
const SPAN_MS = 20 * MINUTE;
const STEP_MS = 4_000;
const LOGGING_PODS = 3;
const PATHS = ['/', '/api/accounts', '/api/cards'];

/** What the pods will have logged until now: requests, the errors of a bad release, the probes that found it unready. */
export function pastLines(options: PastLinesOptions): readonly ShippedLine[] {
  const { until } = options;
  const lines: ShippedLine[] = [];
  for (let time = until - SPAN_MS; time < until; time += STEP_MS)
    for (const traffic of options.traffic) lines.push(...linesAt(options, traffic, time));
  return lines;
}

function linesAt(options: PastLinesOptions, { past }: TrafficSpec, time: number): readonly ShippedLine[] {
  if (past === undefined) return [];
  const ago = options.until - time;
  const isReleased = ago < past.releasedMinutesAgo * MINUTE;
  const isUnready = past.unreadyMinutesAgo !== undefined && ago < past.unreadyMinutesAgo * MINUTE;
  const pods = (options.pods.get(isReleased ? past.after : past.before) ?? []).slice(0, LOGGING_PODS);
  return pods.flatMap((pod) => (isUnready ? probed(options, pod, time) : served(options, pod, time)));
}

function served({ applications, random }: PastLinesOptions, pod: StoredObject, time: number): ShippedLine[] {
  const { errorRate, latencyMs, errorLines } = applications.of(pod);
  const path = PATHS[Math.floor(random() * PATHS.length)] ?? '/';
  const isError = random() < errorRate;
  const level = isError ? 'error' : 'info';
  const cause = errorLines[Math.floor(random() * errorLines.length)];
  const duration = Math.round(latencyMs * (0.6 + random()));
  const request = {
    level,
    msg: 'request',
    method: 'GET',
    path,
    status: isError ? 500 : 200,
    duration_ms: duration,
  };
  return [
    said(pod, time, request),
    ...(isError && cause !== undefined ? [said(pod, time, { level, msg: cause, path })] : []),
  ];
}

function probed({ applications, random }: PastLinesOptions, pod: StoredObject, time: number): ShippedLine[] {
  const { health, errorLines } = applications.of(pod);
  const cause = errorLines[Math.floor(random() * errorLines.length)];
  const failed = { level: 'error', msg: 'health check failed', path: '/healthz', status: health };
  // probes come twice as often as this looks
  return [0, STEP_MS / 2].map((later) =>
    said(pod, time + later, { ...failed, ...(cause === undefined ? {} : { cause }) }),
  );
}

function said(pod: StoredObject, time: number, fields: object): ShippedLine {
  return { pod, container: pod.spec?.containers?.[0]?.name ?? '', time, text: JSON.stringify(fields) };
}

import type { LivePod, LiveWorkload } from '../cluster/live.ts';

/** What stands at a moment in one namespace. */
export interface Standing {
  readonly context: string;
  readonly namespace: string;
  /** ISO 8601. */
  readonly readAt: string;
  readonly podCount: number;
  readonly podsReady: number;
  /** Worst first. */
  readonly workloads: readonly LiveWorkload[];
  /** Worst first. */
  readonly pods: readonly LivePod[];
  /** What could not be read, a sentence each. */
  readonly gaps: readonly string[];
}

const GAP = '   ';

/** As lines for a person or a pipe, worst first; ages are of `now`, in milliseconds since the epoch. */
export function statusLines(standing: Standing, now: number): readonly string[] {
  const { context, namespace, readAt, podCount, podsReady, workloads, pods, gaps } = standing;
  const head = `${namespace} in ${context}: ${podsReady} of ${podCount} pods ready, read at ${readAt.slice(11, 19)}Z`;
  const blocks = [
    [head, ...gaps],
    workloads.length === 0
      ? []
      : columns([
          ['DEPLOYMENT', 'READY', 'ROLLOUT', 'PODS', 'RESTARTS', 'VERSION'],
          ...workloads.map((each) => [
            each.name,
            `${each.ready}/${each.desired}`,
            each.rollout,
            each.status,
            String(each.restarts),
            each.version,
          ]),
        ]),
    pods.length === 0
      ? ['No pods there.']
      : columns([
          ['POD', 'READY', 'STATUS', 'RESTARTS', 'AGE', 'NODE'],
          ...pods.map((each) => [
            each.name,
            `${each.readyContainers}/${each.containers}`,
            each.reason === undefined || each.status !== 'Running' ? each.status : each.reason,
            String(each.restarts),
            each.startedAt === undefined ? '' : ageOf(now - Date.parse(each.startedAt)),
            each.node ?? '',
          ]),
        ]),
  ];
  return blocks
    .filter((block) => block.length > 0)
    .flatMap((block, at) => (at === 0 ? block : ['', ...block]));
}

/** As wide as what is in them; the last one is not padded. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [at, cell] of row.entries()) widths[at] = Math.max(widths[at] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0)))
      .join(GAP)
      .trimEnd(),
  );
}

function ageOf(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}

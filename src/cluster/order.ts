import type { LivePod, LiveWorkload } from './live.ts';

/** How bad a pod's state is: 0 is well. What needs a person's eye first has the highest number. */
export function severity({ ready, status }: Pick<LivePod, 'ready' | 'status'>): number {
  if (
    /CrashLoop|Err|BackOff|OOMKilled|Invalid|Failed|Evicted|Unknown|DeadlineExceeded|ContainerCannotRun/.test(
      status,
    )
  )
    return 5;
  if (/^(ExitCode|Signal):/.test(status)) return 5;
  if (status === 'Terminating') return 1;
  if (ready || status === 'Completed' || status === 'Succeeded') return 0;
  if (status === 'Running' || status === 'NotReady') return 4;
  if (status === 'Pending') return 3;
  return 2;
}

export function worstPodFirst(a: LivePod, b: LivePod): number {
  return severity(b) - severity(a) || byRestarts(a, b);
}

/** Among pods that are as bad as each other. */
export function byRestarts(a: LivePod, b: LivePod): number {
  return b.restarts - a.restarts || compare(a.name, b.name);
}

const ROLLOUT_ORDER = { failed: 0, progressing: 1, complete: 2, 'scaled-down': 3 } as const;

export function worstWorkloadFirst(a: LiveWorkload, b: LiveWorkload): number {
  return ROLLOUT_ORDER[a.rollout] - ROLLOUT_ORDER[b.rollout] || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

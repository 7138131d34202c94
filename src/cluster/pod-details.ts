import type { Clock } from '../ports/clock.ts';
import type { KubernetesReads } from '../ports/kubernetes.ts';
import type { LivePod } from './live.ts';
import { projectPod } from './pods.ts';

export interface PodDetailOptions {
  readonly reads: Pick<KubernetesReads, 'get'>;
  readonly namespace: string;
  readonly clock: Clock;
  onDetail(pod: LivePod): void;
  readonly signal: AbortSignal;
}

const AT_ONCE = 4;
/** However often a pod changes, it is not read more often than this. */
const AGAIN_AFTER_MS = 5_000;

interface Reading {
  readonly of: string;
  readonly at: number;
}

/** Reads whole objects of the few pods that are shown, each again when its state is another one. Never throws. */
export function createPodDetails(options: PodDetailOptions): (shown: readonly LivePod[]) => void {
  const { reads, namespace, clock, signal } = options;
  const readings = new Map<string, Reading>();
  let running = 0;
  let wanted: readonly LivePod[] = [];

  async function read({ name }: LivePod): Promise<void> {
    running += 1;
    try {
      const pod = projectPod(await reads.get({ group: '', resource: 'pods', name, namespace }, { signal }));
      options.onDetail(pod);
    } catch {
      // Gone already, or not readable: the row has to do.
    } finally {
      running -= 1;
      more();
    }
  }

  function more(): void {
    const now = clock.elapsed();
    for (const pod of wanted) {
      if (running >= AT_ONCE || signal.aborted) return;
      const last = readings.get(pod.name);
      if (last !== undefined && (last.of === stateOf(pod) || now - last.at < AGAIN_AFTER_MS)) continue;
      readings.set(pod.name, { of: stateOf(pod), at: now });
      void read(pod);
    }
  }

  return (shown) => {
    wanted = shown;
    more();
    if (readings.size > shown.length * 4) forgetOthers(readings, shown);
  };
}

const stateOf = ({ status, ready, readyContainers }: LivePod): string =>
  `${status} ${ready} ${readyContainers}`;

function forgetOthers(readings: Map<string, Reading>, shown: readonly LivePod[]): void {
  const names = new Set(shown.map(({ name }) => name));
  for (const name of readings.keys()) if (!names.has(name)) readings.delete(name);
}

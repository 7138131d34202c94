import { z } from 'zod';
import { condition, isPodReady, isPodTerminating } from '../../cluster/selector.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';

const terminated = z.object({
  reason: z.string().optional(),
  message: z.string().optional(),
  exitCode: z.number().optional(),
  signal: z.number().optional(),
});
const containerStatus = z.object({
  name: z.string(),
  ready: z.boolean().optional(),
  restartCount: z.number().default(0),
  state: z
    .object({
      waiting: z.object({ reason: z.string().optional(), message: z.string().optional() }).optional(),
      terminated: terminated.optional(),
    })
    .default({}),
  lastState: z.object({ terminated: terminated.optional() }).default({}),
});
type ContainerStatus = z.infer<typeof containerStatus>;

/** How many restarts the containers of a pod have had. */
export function restartsOf(pod: KubeObject): number {
  return containersOf(pod).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

/** Worst first: terminating ones last, then by not being ready, then by restarts. */
export function worstFirst(pods: readonly KubeObject[]): readonly KubeObject[] {
  return pods
    .map((pod) => ({
      pod,
      rank: isPodTerminating(pod) ? 2 : isPodReady(pod) ? 1 : 0,
      restarts: restartsOf(pod),
    }))
    .sort(
      (a, b) =>
        a.rank - b.rank || b.restarts - a.restarts || a.pod.metadata.name.localeCompare(b.pod.metadata.name),
    )
    .map(({ pod }) => pod);
}

/** What keeps a pod from being ready, in sentences; none for a pod that is well, or on its way out. */
export function podTrouble(pod: KubeObject): readonly string[] {
  if (isPodTerminating(pod)) return [];
  const name = `pod/${pod.metadata.name}`;
  const containers = containersOf(pod).flatMap((container) => {
    const trouble = containerTrouble(container);
    return trouble === undefined ? [] : [`${name}, container ${container.name}: ${trouble}`];
  });
  if (containers.length > 0) return containers;
  const scheduled = condition(pod, 'PodScheduled');
  if (scheduled?.status === 'False')
    return [`${name} is not scheduled: ${scheduled.message ?? scheduled.reason ?? 'no reason given'}`];
  if (pod.status?.phase === 'Failed') {
    return [`${name} failed: ${String(pod.status.message ?? pod.status.reason ?? 'no reason given')}`];
  }
  return [];
}

function containerTrouble({ state, lastState, ready, restartCount }: ContainerStatus): string | undefined {
  const restarts =
    restartCount === 0 ? '' : `, ${restartCount} ${restartCount === 1 ? 'restart' : 'restarts'}`;
  if (state.waiting !== undefined) {
    const why = state.waiting.message === undefined ? '' : `, ${state.waiting.message}`;
    const before = lastState.terminated === undefined ? '' : `; before that ${ended(lastState.terminated)}`;
    return `waiting (${state.waiting.reason ?? 'no reason given'}${why})${restarts}${before}`;
  }
  if (state.terminated !== undefined) {
    const done = state.terminated.exitCode === 0;
    return done ? undefined : `${ended(state.terminated)}${restarts}`;
  }
  return ready === false ? `running, but not ready${restarts}` : undefined;
}

function ended({ reason, message, exitCode, signal }: z.infer<typeof terminated>): string {
  const how = signal === undefined ? `exit code ${exitCode ?? 'unknown'}` : `signal ${signal}`;
  return `ended with ${how}${reason === undefined ? '' : ` (${reason})`}${message === undefined ? '' : `: ${message.trim().slice(-300)}`}`;
}

function containersOf(pod: KubeObject): readonly ContainerStatus[] {
  return [pod.status?.initContainerStatuses, pod.status?.containerStatuses].flatMap((statuses) => {
    const parsed = z.array(containerStatus).safeParse(statuses);
    return parsed.success ? parsed.data : [];
  });
}

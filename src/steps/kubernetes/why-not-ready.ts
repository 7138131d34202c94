import { isPodReady, isPodTerminating } from '../../cluster/selector.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import type { Place } from './place.ts';
import { podTrouble, worstFirst } from './pod-trouble.ts';

/** Longer reasons stand in full in `describe`. */
const LONGEST = 160;

/**
 * What keeps the worst pod of a selector from being ready, in a line that stays the same while nothing changes;
 * undefined when all are ready, or when this user may not look. Reads pods, and the events of one of them.
 */
export async function whyNotReady(place: Place, labelSelector: string): Promise<string | undefined> {
  const { kube, namespace, options } = place;
  try {
    const { items } = await kube.list({ group: '', resource: 'pods', namespace, labelSelector }, options);
    const worst = worstFirst(items).find((pod) => !isPodReady(pod) && !isPodTerminating(pod));
    if (worst === undefined) return undefined;
    const why = isRunning(worst) ? await lastWarning(place, worst) : undefined;
    return (why === undefined ? podTrouble(worst)[0] : `pod/${worst.metadata.name}: ${why}`)?.slice(
      0,
      LONGEST,
    );
  } catch (error) {
    // What it says is a help, not the check: without it the counts speak.
    if (error instanceof PortFailure) return undefined;
    throw error;
  }
}

/** A pod that runs without being ready says why only in its events: the answer of its readiness probe. */
function isRunning(pod: KubeObject): boolean {
  const statuses = pod.status?.containerStatuses;
  return (
    Array.isArray(statuses) &&
    statuses.every(
      (status) =>
        typeof status === 'object' && status !== null && 'state' in status && hasRunning(status.state),
    )
  );
}

function hasRunning(state: unknown): boolean {
  return typeof state === 'object' && state !== null && 'running' in state;
}

async function lastWarning(
  { kube, namespace, options }: Place,
  pod: KubeObject,
): Promise<string | undefined> {
  const fieldSelector = `involvedObject.uid=${pod.metadata.uid ?? ''}`;
  const { items } = await kube.list({ group: '', resource: 'events', namespace, fieldSelector }, options);
  const message = items
    .filter((event) => event.type === 'Warning' && typeof event.message === 'string')
    .sort((a, b) => seen(b) - seen(a))[0]?.message;
  return typeof message === 'string' ? message.trim().replace(/\s+/g, ' ') : undefined;
}

function seen(event: KubeObject): number {
  return Date.parse(String(event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp)) || 0;
}

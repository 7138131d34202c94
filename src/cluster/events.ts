import type { KubeObject } from '../ports/kubernetes.ts';
import { neutralise } from '../prose/neutralise.ts';
import type { LiveEvent } from './live.ts';

/** A core/v1 Event, written by either of the two recorders, as one row. */
export function projectEvent(event: KubeObject): LiveEvent {
  const involved = (event.involvedObject ?? {}) as { kind?: string; name?: string };
  const series = (event.series ?? undefined) as { count?: number; lastObservedTime?: string } | undefined;
  const times = [
    series?.lastObservedTime,
    event.lastTimestamp,
    event.eventTime,
    event.metadata.creationTimestamp,
  ];
  const last = times.find((each) => typeof each === 'string' && each !== '') as string | undefined;
  const seen = Date.parse(last ?? '');
  const count = series?.count ?? event.count;
  return {
    uid: event.metadata.uid ?? event.metadata.name,
    type: event.type === 'Warning' ? 'Warning' : 'Normal',
    reason: neutralise(String(event.reason ?? '')),
    object: neutralise(`${(involved.kind ?? 'object').toLowerCase()}/${involved.name ?? ''}`),
    message: neutralise(String(event.message ?? '').trim()),
    count: typeof count === 'number' && count > 0 ? count : 1,
    lastSeen: Number.isNaN(seen) ? 0 : seen,
  };
}

/** Newest first. */
export function newestFirst(a: LiveEvent, b: LiveEvent): number {
  return b.lastSeen - a.lastSeen || (a.uid < b.uid ? -1 : 1);
}

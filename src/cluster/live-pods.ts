import type { Clock } from '../ports/clock.ts';
import type { KubernetesReads, ListRequest, RowEvent, TableRow, WatchStatus } from '../ports/kubernetes.ts';
import type { LivePod } from './live.ts';
import { followStream, type Stream } from './live-stream.ts';
import { PodCensus } from './pod-census.ts';
import { createPodDetails } from './pod-details.ts';
import { podAfterRow, withRow } from './pod-rows.ts';
import { projectPod } from './pods.ts';

/** What it takes to follow a namespace. */
export type LiveReads = Pick<KubernetesReads, 'get' | 'watch' | 'watchRows'>;

export interface FollowedPods {
  readonly census: PodCensus;
  /** How sure what is known is. */
  current(): Stream;
  /** These are shown: what rows do not tell is read of them. */
  show(pods: readonly LivePod[]): void;
}

/** As many pods are followed as objects; a page holds no more. */
const FEW = 500;

export interface FollowPodsOptions {
  readonly reads: LiveReads;
  readonly request: ListRequest & { readonly namespace: string };
  readonly clock: Clock;
  readonly onChange: () => void;
}

/**
 * Follows the pods of a namespace: whole objects of as many as fit one page, and of more than that rows of the
 * server's table, with the objects of those alone that are shown.
 */
export function followPods(options: FollowPodsOptions, signal: AbortSignal): FollowedPods {
  const { reads, request, clock, onChange } = options;
  const census = new PodCensus();
  const byObject = (): Stream =>
    followStream({ reads, request, project: projectPod, onChange, known: census }, signal);
  if (reads.watchRows === undefined) {
    const stream = byObject();
    return { census, current: () => stream, show: () => undefined };
  }

  const rowsOver = new AbortController();
  const rowSignal = AbortSignal.any([signal, rowsOver.signal]);
  let objects: Stream | undefined;
  let status: WatchStatus = { connected: false, heardAt: undefined };
  let synced = false;
  let seen = new Set<string>();
  const { namespace } = request;
  const details = createPodDetails({
    reads,
    namespace,
    clock,
    signal: rowSignal,
    onDetail(pod) {
      // The row is the newer one of the two, or soon will be.
      const row = census.get(pod.name);
      if (row === undefined) return;
      census.set(pod.name, withRow(pod, row));
      onChange();
    },
  });

  function giveUpRows(): void {
    rowsOver.abort();
    census.clear();
    objects ??= byObject();
    onChange();
  }

  function take(event: RowEvent): void {
    if (rowSignal.aborted) return;
    switch (event.type) {
      case 'page':
        // A list that broke off may have named what has gone since.
        if (event.isFirst) seen = new Set();
        if (!synced && event.isFirst && event.isLast && event.rows.length <= FEW) {
          giveUpRows();
          return;
        }
        for (const row of event.rows) seen.add(put(row));
        break;
      case 'synced':
        for (const name of census.keys()) if (!seen.has(name)) census.delete(name);
        seen = new Set();
        synced = true;
        break;
      case 'changed':
        put(event.row);
        break;
      case 'deleted':
        census.delete(event.name);
        break;
      default:
        event satisfies never;
    }
    onChange();
  }

  function put(row: TableRow): string {
    const pod = podAfterRow(census.get(row.name), row, clock.now());
    census.set(pod.name, pod);
    return pod.name;
  }

  reads.watchRows(
    request,
    {
      onEvent: take,
      onStatus(next) {
        if (rowSignal.aborted) return;
        if (next.reason === 'not-served') {
          giveUpRows();
          return;
        }
        const worthTelling = next.connected !== status.connected || next.problem !== status.problem;
        status = next;
        if (worthTelling) onChange();
      },
    },
    rowSignal,
  );
  const rows: Stream = {
    resource: request.resource,
    known: census,
    get synced() {
      return synced;
    },
    get status() {
      return status;
    },
    get missing() {
      return !status.connected && status.reason === 'forbidden' ? status.reason : undefined;
    },
  };
  return { census, current: () => objects ?? rows, show: details };
}

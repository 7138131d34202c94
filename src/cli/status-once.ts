import type { KubernetesLooks } from '../adapters/kubernetes/looks.ts';
import { worstWorkloadFirst } from '../cluster/order.ts';
import { PodCensus } from '../cluster/pod-census.ts';
import { projectPodRow } from '../cluster/pod-rows.ts';
import { projectPod } from '../cluster/pods.ts';
import { projectWorkload } from '../cluster/workloads.ts';
import { PortFailure } from '../ports/failure.ts';
import type { KubeObject, ListRequest } from '../ports/kubernetes.ts';
import type { Standing } from './status-lines.ts';

export interface Looked {
  readonly namespace: string;
  readonly labelSelector?: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** One look at a namespace: its pods in rows, its deployments as objects. Throws PortFailure. */
export async function lookOnce(reads: KubernetesLooks, looked: Looked): Promise<Standing> {
  const { namespace, labelSelector, now } = looked;
  const of = { namespace, ...(labelSelector === undefined ? {} : { labelSelector }) };
  const gaps: string[] = [];
  const listing = reads
    .list({ group: 'apps', resource: 'deployments', version: 'v1', namespace })
    .then(({ items }) => items)
    .catch((error: unknown): readonly KubeObject[] => {
      if (!(error instanceof PortFailure) || error.reason !== 'forbidden') throw error;
      gaps.push('deployments: not allowed to list');
      return [];
    });
  const [pods, deployments] = await Promise.all([
    census(reads, { group: '', resource: 'pods', version: 'v1', ...of }, now),
    listing,
  ]);
  return {
    context: reads.context.name,
    namespace,
    readAt: new Date(now()).toISOString(),
    podCount: pods.size,
    podsReady: pods.ready,
    workloads: deployments
      .filter(({ metadata }) => labelSelector === undefined || pods.workload(metadata.name).status !== '')
      .map((each) => projectWorkload(each, pods.workload(each.metadata.name)))
      .sort(worstWorkloadFirst),
    pods: pods.worst(Number.POSITIVE_INFINITY),
    gaps,
  };
}

async function census(reads: KubernetesLooks, request: ListRequest, now: () => number): Promise<PodCensus> {
  const pods = new PodCensus();
  try {
    await rowsOnce(reads, request, now, pods);
  } catch (error) {
    if (!(error instanceof PortFailure) || error.reason !== 'not-served') throw error;
    const { items } = await reads.list(request);
    for (const pod of items.map(projectPod)) pods.set(pod.name, pod);
  }
  return pods;
}

/** The list that a watch begins with, and no watch. */
function rowsOnce(
  reads: KubernetesLooks,
  request: ListRequest,
  now: () => number,
  pods: PodCensus,
): Promise<void> {
  const over = new AbortController();
  return new Promise((resolve, reject) => {
    const fail = (message: string, reason: PortFailure['reason']) => {
      over.abort();
      reject(new PortFailure(message, { reason }));
    };
    if (reads.watchRows === undefined) return fail('No tables are made here.', 'not-served');
    reads.watchRows(
      request,
      {
        onEvent(event) {
          if (event.type === 'page')
            for (const pod of event.rows.map((row) => projectPodRow(row, now()))) pods.set(pod.name, pod);
          if (event.type !== 'synced') return;
          over.abort();
          resolve();
        },
        onStatus({ connected, problem, reason = 'unexpected' }) {
          if (!connected && problem !== undefined) fail(problem, reason);
        },
      },
      over.signal,
    );
  });
}

import type { StoredObject } from '../store.ts';
import { ageSince } from './age.ts';
import { ageColumn, type Column, nameColumn, text, wide } from './column.ts';

interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly reason?: string;
    readonly exitCode?: number;
    readonly signal?: number;
    readonly finishedAt?: string;
  };
}

function statusesOf(pod: StoredObject, field: string): readonly ContainerStatus[] {
  return pod.status?.[field] ?? [];
}

function terminatedReason(state: NonNullable<ContainerState['terminated']>): string {
  if (state.reason !== undefined && state.reason !== '') return state.reason;
  return state.signal ? `Signal:${state.signal}` : `ExitCode:${state.exitCode ?? 0}`;
}

/** The first init container that is not done decides, with how far the others got. */
function initReason(pod: StoredObject): string | undefined {
  const total = pod.spec?.initContainers?.length ?? 0;
  for (const [index, status] of statusesOf(pod, 'initContainerStatuses').entries()) {
    const { terminated, waiting } = status.state ?? {};
    if (terminated?.exitCode === 0) continue;
    if (terminated !== undefined) return `Init:${terminatedReason(terminated)}`;
    if (waiting?.reason !== undefined && waiting.reason !== 'PodInitializing')
      return `Init:${waiting.reason}`;
    return `Init:${index}/${total}`;
  }
  return undefined;
}

function isReady(pod: StoredObject): boolean {
  const conditions: readonly { type: string; status: string }[] = pod.status?.conditions ?? [];
  return conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
}

function containerReason(pod: StoredObject, fallback: string): string {
  let reason = fallback;
  let running = false;
  for (const { state, ready } of statusesOf(pod, 'containerStatuses').toReversed()) {
    if (state?.waiting?.reason) reason = state.waiting.reason;
    else if (state?.terminated !== undefined) reason = terminatedReason(state.terminated);
    else if (ready === true && state?.running !== undefined) running = true;
  }
  if (reason === 'Completed' && running) return isReady(pod) ? 'Running' : 'NotReady';
  return reason;
}

/** What `kubectl get pods` shows as STATUS. */
function podStatusText(pod: StoredObject): string {
  const phase: string = pod.status?.reason ?? pod.status?.phase ?? 'Unknown';
  const reason = initReason(pod) ?? containerReason(pod, phase);
  if (pod.metadata.deletionTimestamp === undefined) return reason;
  return pod.status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
}

function readyText(pod: StoredObject): string {
  const ready = statusesOf(pod, 'containerStatuses').filter((status) => status.ready === true).length;
  return `${ready}/${pod.spec?.containers?.length ?? 0}`;
}

function restartsText(pod: StoredObject, now: number): string {
  const own = initReason(pod) === undefined ? 'containerStatuses' : 'initContainerStatuses';
  const statuses = statusesOf(pod, own);
  const restarts = statuses.reduce((sum, status) => sum + (status.restartCount ?? 0), 0);
  const ends = statuses.map((status) => status.lastState?.terminated?.finishedAt ?? '').sort();
  const last = ends.at(-1) ?? '';
  return restarts > 0 && last !== '' ? `${restarts} (${ageSince(last, now)} ago)` : String(restarts);
}

function gatesText(pod: StoredObject): string {
  const gates: readonly { conditionType: string }[] = pod.spec?.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const conditions: readonly { type: string; status: string }[] = pod.status?.conditions ?? [];
  const met = gates.filter((gate) =>
    conditions.some((condition) => condition.type === gate.conditionType && condition.status === 'True'),
  );
  return `${met.length}/${gates.length}`;
}

export const podColumns: readonly Column[] = [
  nameColumn,
  text('Ready', 'How many containers are ready, of how many.', readyText),
  text('Status', 'The state of the containers in one word.', podStatusText),
  text('Restarts', 'How often the containers were restarted, and when last.', restartsText),
  ageColumn,
  wide(text('IP', 'The address of the pod.', (pod) => pod.status?.podIP || '<none>')),
  wide(text('Node', 'The node the pod is bound to.', (pod) => pod.spec?.nodeName || '<none>')),
  wide(
    text(
      'Nominated Node',
      'The node that is being cleared for the pod.',
      (pod) => pod.status?.nominatedNodeName || '<none>',
    ),
  ),
  wide(text('Readiness Gates', 'How many readiness gates are met, of how many.', gatesText)),
];

import type { KubeObject } from '../ports/kubernetes.ts';
import { neutralise } from '../prose/neutralise.ts';
import type { LivePod } from './live.ts';
import { condition, isPodReady, isPodTerminating } from './selector.ts';

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: { readonly reason?: string; readonly exitCode?: number; readonly signal?: number };
}
interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly started?: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
}
interface Container {
  readonly name: string;
  readonly image?: string;
  readonly restartPolicy?: string;
}

/** A pod as one row. */
export function projectPod(pod: KubeObject): LivePod {
  const containers = list<Container>(pod.spec?.containers);
  const statuses = list<ContainerStatus>(pod.status?.containerStatuses);
  const ready = isPodReady(pod);
  const status = podStatus(pod);
  const reason = ready ? undefined : whyNotReady(pod, status, statuses);
  const startedAt = pod.status?.startTime;
  const node = pod.spec?.nodeName;
  return {
    name: neutralise(pod.metadata.name),
    workload: neutralise(workloadOf(pod)),
    ready,
    status: neutralise(status),
    ...(reason === undefined ? {} : { reason: neutralise(reason) }),
    readyContainers: statuses.filter((each) => each.ready).length,
    containers: containers.length,
    restarts: statuses.reduce((sum, each) => sum + (each.restartCount ?? 0), 0),
    ...(typeof startedAt === 'string' ? { startedAt } : {}),
    ...(typeof node === 'string' ? { node: neutralise(node) } : {}),
    version: neutralise(versionOf(pod)),
  };
}

/** kubectl's STATUS column, by kubectl's rules: the most telling reason of its containers, then the phase. */
export function podStatus(pod: KubeObject): string {
  const phase = text(pod.status?.reason) || text(pod.status?.phase) || 'Unknown';
  const initial = initStatus(pod);
  const gated = condition(pod, 'PodScheduled')?.reason === 'SchedulingGated';
  let status = initial ?? (gated ? 'SchedulingGated' : phase);
  if (initial === undefined || condition(pod, 'Initialized')?.status === 'True') {
    const statuses = list<ContainerStatus>(pod.status?.containerStatuses);
    // as kubectl goes through them: the first container that has something to say wins
    for (const each of [...statuses].reverse()) status = containerReason(each.state) ?? status;
    const running = statuses.some((each) => each.ready && each.state?.running);
    if (status === 'Completed' && running) {
      status = condition(pod, 'Ready')?.status === 'True' ? 'Running' : 'NotReady';
    }
  }
  if (!isPodTerminating(pod)) return status;
  return pod.status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
}

function initStatus(pod: KubeObject): string | undefined {
  const specs = list<Container>(pod.spec?.initContainers);
  const statuses = list<ContainerStatus>(pod.status?.initContainerStatuses);
  for (const [index, { name, state, started }] of statuses.entries()) {
    if (state?.terminated?.exitCode === 0) continue;
    const sidecar = specs.find((each) => each.name === name)?.restartPolicy === 'Always';
    if (sidecar && started === true) continue;
    const reason = state?.terminated === undefined ? state?.waiting?.reason : containerReason(state);
    if (reason && reason !== 'PodInitializing') return `Init:${reason}`;
    return `Init:${index}/${specs.length}`;
  }
  return undefined;
}

function containerReason(state: ContainerState | undefined): string | undefined {
  if (state?.waiting?.reason) return state.waiting.reason;
  const terminated = state?.terminated;
  if (terminated === undefined) return undefined;
  if (terminated.reason) return terminated.reason;
  return terminated.signal ? `Signal:${terminated.signal}` : `ExitCode:${terminated.exitCode ?? 0}`;
}

function whyNotReady(
  pod: KubeObject,
  status: string,
  statuses: readonly ContainerStatus[],
): string | undefined {
  const waiting = statuses.find((each) => each.state?.waiting?.message)?.state?.waiting?.message;
  if (waiting !== undefined) return waiting;
  if (status === 'Running') return 'not ready';
  return status === 'Pending' ? condition(pod, 'PodScheduled')?.message : undefined;
}

/** The deployment (or other owner) a pod belongs to: a ReplicaSet's name without its hash. */
export function workloadOf(pod: KubeObject): string {
  const owners = pod.metadata.ownerReferences ?? [];
  const owner = owners.find((each) => each.controller) ?? owners[0];
  if (owner === undefined) return pod.metadata.name;
  const hash = pod.metadata.labels?.['pod-template-hash'];
  if (owner.kind !== 'ReplicaSet') return owner.name;
  return hash !== undefined && owner.name.endsWith(`-${hash}`)
    ? owner.name.slice(0, -hash.length - 1)
    : owner.name.replace(/-[a-z0-9]{5,10}$/, '');
}

/** The label app.kubernetes.io/version, or the tag of the first container's image. */
export function versionOf(object: KubeObject): string {
  const template = object.spec?.template as
    | { metadata?: { labels?: Record<string, string> }; spec?: object }
    | undefined;
  const labels = template?.metadata?.labels ?? object.metadata.labels;
  const label = labels?.['app.kubernetes.io/version'];
  if (label) return label;
  const spec = (template?.spec ?? object.spec) as { containers?: unknown } | undefined;
  return imageTag(list<Container>(spec?.containers)[0]?.image ?? '');
}

/** 'registry:5000/shop/web:v2@sha256:…' → 'v2'; a digest alone → its first twelve digits. */
export function imageTag(image: string): string {
  const [name = '', digest] = image.split('@');
  const tag = /:([^:/]+)$/.exec(name)?.[1];
  return tag ?? digest?.replace(/^sha256:/, '').slice(0, 12) ?? (image === '' ? '' : 'latest');
}

function list<T>(value: unknown): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

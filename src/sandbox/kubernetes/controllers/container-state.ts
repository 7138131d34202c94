import { createHash } from 'node:crypto';
import type { StoredObject } from '../store.ts';
import { type Condition, withCondition } from './conditions.ts';

export interface Terminated {
  readonly exitCode: number;
  readonly reason: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly containerID: string;
}

export type Phase =
  | { readonly waiting: { readonly reason: string; readonly message?: string } }
  | { readonly running: { readonly startedAt: string } }
  | { readonly terminated: Terminated };

/** An entry of `status.containerStatuses`. */
export interface ContainerStatus {
  readonly name: string;
  readonly state: Phase;
  readonly lastState: { readonly terminated?: Terminated };
  readonly ready: boolean;
  readonly restartCount: number;
  readonly image: string;
  readonly imageID: string;
  readonly containerID?: string;
  readonly started: boolean;
}

/** One container as its kubelet knows it. */
export interface ContainerState {
  readonly name: string;
  readonly image: string;
  phase: Phase;
  last: { readonly terminated?: Terminated };
  restarts: number;
  ready: boolean;
}

const CREATING: Phase = { waiting: { reason: 'ContainerCreating' } };
/** Of every container of a pod with init containers, until these are done. */
const INITIALIZING: Phase = { waiting: { reason: 'PodInitializing' } };

type Containers = readonly { readonly name: string; readonly image: string }[];

export function freshContainers(pod: StoredObject): ContainerState[] {
  const initial: Containers = pod.spec.initContainers ?? [];
  return fresh(pod.spec.containers ?? [], initial.length > 0 ? INITIALIZING : CREATING);
}

export function freshInitContainers(pod: StoredObject): ContainerState[] {
  return fresh(pod.spec.initContainers ?? [], INITIALIZING);
}

function fresh(containers: Containers, phase: Phase): ContainerState[] {
  return containers.map(({ name, image }) => ({
    name,
    image,
    phase,
    last: {},
    restarts: 0,
    ready: false,
  }));
}

/** The containers as an existing pod's status tells them. */
export function knownContainers(pod: StoredObject): ContainerState[] {
  return known(freshContainers(pod), pod.status?.containerStatuses ?? []);
}

export function knownInitContainers(pod: StoredObject): ContainerState[] {
  return known(freshInitContainers(pod), pod.status?.initContainerStatuses ?? []);
}

function known(containers: ContainerState[], statuses: readonly ContainerStatus[]): ContainerState[] {
  return containers.map((fresh) => {
    const status = statuses.find((item) => item.name === fresh.name);
    if (status === undefined) return fresh;
    return {
      ...fresh,
      phase: status.state,
      last: status.lastState,
      restarts: status.restartCount,
      ready: status.ready,
    };
  });
}

export function isRunning(container: ContainerState): boolean {
  return 'running' in container.phase;
}

function hexOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The id of one run of a container; `where` tells containers apart. */
export function containerId(where: string, restarts: number): string {
  return `containerd://${hexOf(`${where}/${restarts}`)}`;
}

function containerStatus(pod: StoredObject, container: ContainerState): ContainerStatus {
  const begun = container.restarts > 0 || !('waiting' in container.phase);
  return {
    name: container.name,
    state: container.phase,
    lastState: container.last,
    ready: container.ready,
    restartCount: container.restarts,
    image: container.image,
    imageID: begun ? `${container.image.replace(/:[^:/]+$/, '')}@sha256:${hexOf(container.image)}` : '',
    ...(begun
      ? { containerID: containerId(`${pod.metadata.uid}/${container.name}`, container.restarts) }
      : {}),
    started: isRunning(container),
  };
}

export interface PodFacts {
  readonly now: string;
  readonly hostIP: string;
  readonly podIP: string | undefined;
  readonly containers: readonly ContainerState[];
  readonly initContainers?: readonly ContainerState[];
  /** Of the cluster's version, 1.x. */
  readonly minor: number;
}

/** The first 1.x whose kubelet reports these. */
const SANDBOX_CONDITION_SINCE = 29;
const HOST_ADDRESSES_SINCE = 29;

function sandboxReady(podIP: string | undefined): Condition {
  return { type: 'PodReadyToStartContainers', status: podIP === undefined ? 'False' : 'True' };
}

function phaseOf(pod: StoredObject, containers: readonly ContainerState[]): string {
  const ends = containers.map(({ phase }) => ('terminated' in phase ? phase.terminated : undefined));
  const policy = pod.spec.restartPolicy ?? 'Always';
  const over = policy !== 'Always' && ends.every((end) => end !== undefined);
  if (over && ends.every((end) => end?.exitCode === 0)) return 'Succeeded';
  if (over && policy === 'Never') return 'Failed';
  const begun = containers.some(({ phase, restarts }) => restarts > 0 || !('waiting' in phase));
  return begun ? 'Running' : 'Pending';
}

function initialization(containers: readonly ContainerState[]): Condition {
  const type = 'Initialized';
  const missing = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  if (missing.length === 0) return { type, status: 'True' };
  return {
    type,
    status: 'False',
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${missing.join(' ')}]`,
  };
}

function readiness(type: string, containers: readonly ContainerState[]): Condition {
  const missing = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  if (missing.length === 0) return { type, status: 'True' };
  return {
    type,
    status: 'False',
    reason: 'ContainersNotReady',
    message: `containers with unready status: [${missing.join(' ')}]`,
  };
}

/** The status of a pod that is on a node. */
export function podStatus(pod: StoredObject, facts: PodFacts): Record<string, unknown> {
  const { now, hostIP, podIP, containers, minor, initContainers = [] } = facts;
  const before = pod.status ?? {};
  const wanted: readonly Condition[] = [
    ...(minor < SANDBOX_CONDITION_SINCE ? [] : [sandboxReady(podIP)]),
    initialization(initContainers),
    readiness('Ready', containers),
    readiness('ContainersReady', containers),
    { type: 'PodScheduled', status: 'True' },
  ];
  const probed = (condition: Condition) => ({ ...condition, lastProbeTime: null });
  const known: readonly Condition[] = before.conditions ?? [];
  const own = wanted.map((condition) => {
    const was = known.filter(({ type }) => type === condition.type);
    return withCondition(was, probed(condition), now);
  });
  const others = known.filter(({ type }) => !wanted.some((condition) => condition.type === type));
  return {
    phase: phaseOf(pod, containers),
    conditions: [...own.flat(), ...others],
    hostIP,
    ...(minor < HOST_ADDRESSES_SINCE ? {} : { hostIPs: [{ ip: hostIP }] }),
    ...(podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] }),
    startTime: before.startTime ?? now,
    ...(initContainers.length === 0
      ? {}
      : { initContainerStatuses: initContainers.map((container) => containerStatus(pod, container)) }),
    containerStatuses: containers.map((container) => containerStatus(pod, container)),
    qosClass: before.qosClass ?? 'BestEffort',
  };
}

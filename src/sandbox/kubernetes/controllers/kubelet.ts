import type { StoredObject } from '../store.ts';
import type { Workloads } from './application.ts';
import { conditionOf, withCondition } from './conditions.ts';
import type { Controller, ControllerContext } from './controller-context.ts';
import { timeText } from './deployment-status.ts';
import { itemId, NODES, PODS, splitItemId } from './keys.ts';
import type { Node } from './pod-reporter.ts';
import { PodWorker } from './pod-worker.ts';
import { ReconcileQueue } from './reconcile-queue.ts';

const SCHEDULING_MS = 40;
const SCHEDULER = { component: 'default-scheduler' };
const FIRST_ADDRESS = 10;

/** The scheduler and all the nodes' kubelets: brings pods to life and to their end. */
export class Kubelet implements Controller {
  readonly #context: ControllerContext;
  readonly #workloads: Workloads;
  readonly #schedule: ReconcileQueue;
  readonly #workers = new Map<string, PodWorker>();
  readonly #nodes = new Map<string, Node>();
  #addresses = FIRST_ADDRESS;
  #turn = 0;

  constructor(context: ControllerContext, workloads: Workloads) {
    this.#context = context;
    this.#workloads = workloads;
    this.#schedule = new ReconcileQueue({
      clock: context.clock,
      onError: context.onError,
      reconcile: (id) => this.#place(id),
    });
  }

  start(): void {
    const { view } = this.#context;
    view.on(PODS, ({ type, object }) => {
      if (type === 'DELETED') this.#gone(object);
      else this.#seen(object);
    });
    view.on(NODES, () => {
      for (const pod of view.all(PODS)) if (pod.spec.nodeName === undefined) this.#seen(pod);
    });
    const pods = view.all(PODS);
    this.#addresses += pods.length;
    for (const pod of pods) this.#seen(pod);
  }

  stop(): void {
    this.#schedule.stop();
    for (const worker of this.#workers.values()) worker.dispose();
    this.#workers.clear();
  }

  /** The programs in these pods behave otherwise now. */
  reconsider(affects: (pod: StoredObject) => boolean): void {
    for (const pod of this.#context.view.all(PODS)) {
      if (affects(pod)) this.#workers.get(pod.metadata.uid)?.reconsider();
    }
  }

  #seen(pod: StoredObject): void {
    const worker = this.#workers.get(pod.metadata.uid);
    const { nodeName } = pod.spec;
    const { phase } = pod.status ?? {};
    if (worker !== undefined) worker.update(pod);
    else if (phase === 'Succeeded' || phase === 'Failed') this.#clearAway(pod);
    else if (nodeName === undefined) this.#queuePod(pod);
    else this.#takeOn(pod, nodeName);
  }

  #queuePod(pod: StoredObject): void {
    const { pace } = this.#context;
    this.#schedule.add(itemId(pod.metadata.namespace, pod.metadata.name), pace(SCHEDULING_MS));
  }

  /** A finished pod that no worker holds any more still has to go when it is deleted. */
  #clearAway(pod: StoredObject): void {
    const { namespace, name, deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined) this.#context.store.remove(PODS, namespace, name);
  }

  #gone(pod: StoredObject): void {
    this.#workers.get(pod.metadata.uid)?.gone();
    this.#workers.delete(pod.metadata.uid);
  }

  #place(id: string): void {
    const { store, events, clock } = this.#context;
    const { namespace, name } = splitItemId(id);
    const pod = store.get(PODS, namespace, name);
    if (pod === undefined || pod.spec.nodeName !== undefined) return;
    const nodes = this.#context.view.all(NODES);
    const free = nodes.filter((node) => node.spec?.unschedulable !== true);
    const node = free[this.#turn % Math.max(1, free.length)];
    if (node === undefined) {
      this.#cannotPlace(pod, nodes.length);
      return;
    }
    this.#turn += 1;
    store.mutate(PODS, namespace, name, (draft) => {
      draft.spec.nodeName = node.metadata.name;
      const condition = { type: 'PodScheduled', status: 'True' as const, lastProbeTime: null };
      draft.status = {
        ...draft.status,
        conditions: withCondition(draft.status?.conditions, condition, timeText(clock.now())),
      };
    });
    const message = `Successfully assigned ${namespace}/${name} to ${node.metadata.name}`;
    events.record(pod, { type: 'Normal', reason: 'Scheduled', message, source: SCHEDULER });
  }

  #cannotPlace(pod: StoredObject, nodes: number): void {
    const { store, events, clock } = this.#context;
    const message = `0/${nodes} nodes are available: ${nodes} node(s) were unschedulable. preemption: 0/${nodes} nodes are available: ${nodes} Preemption is not helpful for scheduling.`;
    if (conditionOf(pod, 'PodScheduled')?.message === message) return;
    store.mutate(PODS, pod.metadata.namespace, pod.metadata.name, (draft) => {
      const condition = { type: 'PodScheduled', status: 'False' as const, reason: 'Unschedulable', message };
      draft.status = {
        ...draft.status,
        conditions: withCondition(draft.status?.conditions, condition, timeText(clock.now())),
      };
    });
    events.record(pod, { type: 'Warning', reason: 'FailedScheduling', message, source: SCHEDULER });
  }

  #takeOn(pod: StoredObject, nodeName: string): void {
    const worker = new PodWorker(pod, {
      context: this.#context,
      workloads: this.#workloads,
      node: this.#nodeOf(nodeName),
      nextAddress: () => this.#nextAddress(),
    });
    this.#workers.set(worker.uid, worker);
    this.#noteImages(pod, nodeName);
    if (pod.metadata.deletionTimestamp === undefined) worker.begin();
    else worker.update(pod);
  }

  /** What already runs on a node needs no pull there. */
  #noteImages(pod: StoredObject, nodeName: string): void {
    const begun: { image: string; containerID?: string }[] = pod.status?.containerStatuses ?? [];
    const { images } = this.#nodeOf(nodeName);
    for (const { image, containerID } of begun) if (containerID !== undefined) images.add(image);
  }

  #nodeOf(name: string): Node {
    const known = this.#nodes.get(name);
    if (known !== undefined) return known;
    const object = this.#context.store.get(NODES, undefined, name);
    const addresses: { type: string; address: string }[] = object?.status?.addresses ?? [];
    const ip = addresses.find(({ type }) => type === 'InternalIP')?.address ?? '172.18.0.2';
    const node = { name, ip, images: new Set<string>() };
    this.#nodes.set(name, node);
    return node;
  }

  #nextAddress(): string {
    this.#addresses += 1;
    return podAddress(this.#addresses);
  }
}

/** The n-th address of the pod network. */
export function podAddress(n: number): string {
  return `10.244.${Math.floor(n / 250) % 256}.${(n % 250) + 2}`;
}

import type { StoredObject } from '../store.ts';
import { controllerOf } from './cluster-view.ts';
import { conditionOf, isTrue } from './conditions.ts';
import type { Controller, ControllerContext } from './controller-context.ts';
import { timeText } from './deployment-status.ts';
import { itemId, PODS, REPLICA_SETS, splitItemId } from './keys.ts';
import { matchesSelector } from './labels.ts';
import { randomSuffix } from './naming.ts';
import { ReconcileQueue } from './reconcile-queue.ts';

const SOURCE = { component: 'replicaset-controller' };
/** Pods created or deleted in one go, so that a large set does not hold up everything else. */
const BURST = 250;

/** Keeps as many pods as each ReplicaSet wants. */
export class ReplicaSetController implements Controller {
  readonly #context: ControllerContext;
  readonly #queue: ReconcileQueue;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#queue = new ReconcileQueue({
      clock: context.clock,
      onError: context.onError,
      reconcile: (id) => this.#reconcile(id),
    });
  }

  start(): void {
    const { view } = this.#context;
    view.on(REPLICA_SETS, ({ object, type }) => {
      if (type !== 'DELETED') this.#enqueue(object);
    });
    view.on(PODS, ({ object, previous }) => {
      this.#enqueueOwner(object);
      if (previous !== undefined) this.#enqueueOwner(previous);
      if (controllerOf(object) === undefined) this.#enqueueAdopters(object);
    });
    for (const set of view.all(REPLICA_SETS)) this.#enqueue(set);
  }

  stop(): void {
    this.#queue.stop();
  }

  #enqueue(set: StoredObject): void {
    this.#queue.add(itemId(set.metadata.namespace, set.metadata.name));
  }

  #enqueueOwner(pod: StoredObject): void {
    const owner = controllerOf(pod);
    if (owner?.kind === 'ReplicaSet') this.#queue.add(itemId(pod.metadata.namespace, owner.name));
  }

  #enqueueAdopters(pod: StoredObject): void {
    const { view } = this.#context;
    for (const set of view.inNamespace(REPLICA_SETS, pod.metadata.namespace ?? '')) {
      if (matchesSelector(pod.metadata.labels, set.spec.selector)) this.#enqueue(set);
    }
  }

  #reconcile(id: string): void {
    const { namespace, name } = splitItemId(id);
    const set = this.#context.store.get(REPLICA_SETS, namespace, name);
    if (set === undefined || set.metadata.deletionTimestamp !== undefined) return;
    const pods = this.#claim(set).filter(isActive);
    const difference = set.spec.replicas - pods.length;
    if (difference > 0) this.#create(set, Math.min(difference, BURST));
    if (difference < 0) this.#remove(set, pods, Math.min(-difference, BURST));
    this.#writeStatus(set);
    if (Math.abs(difference) > BURST) this.#enqueue(set);
  }

  /** The set's pods: those no longer matching are let go, matching orphans are taken in. */
  #claim(set: StoredObject): StoredObject[] {
    const { view, store } = this.#context;
    const { namespace = '', name, uid } = set.metadata;
    const mine: StoredObject[] = [];
    for (const pod of view.controlledBy(uid, PODS)) {
      if (matchesSelector(pod.metadata.labels, set.spec.selector)) {
        mine.push(pod);
        continue;
      }
      store.mutate(PODS, namespace, pod.metadata.name, (draft) => {
        const owners = (draft.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
        if (owners.length > 0) draft.metadata.ownerReferences = owners;
        else delete draft.metadata.ownerReferences;
      });
    }
    if (mine.length >= set.spec.replicas) return mine;
    for (const pod of view.inNamespace(PODS, namespace)) {
      if (controllerOf(pod) !== undefined || !isActive(pod)) continue;
      if (!matchesSelector(pod.metadata.labels, set.spec.selector)) continue;
      const adopted = store.mutate(PODS, namespace, pod.metadata.name, (draft) => {
        draft.metadata.ownerReferences = [...(draft.metadata.ownerReferences ?? []), ownerOf(name, uid)];
      });
      if (adopted !== undefined) mine.push(adopted);
    }
    return mine;
  }

  #create(set: StoredObject, count: number): void {
    const { store } = this.#context;
    for (let i = 0; i < count; i += 1) {
      const name = freePodName(this.#context, set);
      store.create(PODS, podOf(set, name));
      this.#tell(set, 'SuccessfulCreate', `Created pod: ${name}`);
    }
  }

  #remove(set: StoredObject, pods: readonly StoredObject[], count: number): void {
    for (const pod of [...pods].sort(byWorth).slice(0, count)) {
      deletePod(this.#context, pod);
      this.#tell(set, 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
    }
  }

  #tell(set: StoredObject, reason: string, message: string): void {
    this.#context.events.record(set, { type: 'Normal', reason, message, source: SOURCE });
  }

  #writeStatus(set: StoredObject): void {
    const { view, store, clock, pace } = this.#context;
    const { namespace, name, uid, generation } = set.metadata;
    const pods = view.controlledBy(uid, PODS).filter(isActive);
    const ready = pods.filter((pod) => isTrue(pod, 'Ready'));
    const settleMs = pace((set.spec.minReadySeconds ?? 0) * 1000);
    const waits = ready.map((pod) => readySince(pod) + settleMs - clock.now());
    const available = settleMs === 0 ? ready.length : waits.filter((wait) => wait <= 0).length;
    const labels = set.spec.template.metadata?.labels ?? {};
    const labelled = pods.filter((pod) => matchesSelector(pod.metadata.labels, { matchLabels: labels }));
    store.mutate(REPLICA_SETS, namespace, name, (draft) => {
      draft.status = {
        replicas: pods.length,
        ...positive({
          fullyLabeledReplicas: labelled.length,
          readyReplicas: ready.length,
          availableReplicas: available,
        }),
        observedGeneration: generation,
      };
    });
    const next = settleMs === 0 ? [] : waits.filter((wait) => wait > 0);
    if (next.length > 0) this.#queue.add(itemId(namespace, name), Math.min(...next));
  }
}

/** Asks for the pod's end: its kubelet takes it from there. One that never got to a node is gone at once. */
export function deletePod({ store, clock }: ControllerContext, pod: StoredObject): void {
  const { namespace, name, deletionTimestamp } = pod.metadata;
  if (deletionTimestamp !== undefined) return;
  if (pod.spec.nodeName === undefined) {
    store.remove(PODS, namespace, name);
    return;
  }
  const grace = pod.spec.terminationGracePeriodSeconds ?? 30;
  store.mutate(PODS, namespace, name, (draft) => {
    draft.metadata.deletionTimestamp = timeText(clock.now() + grace * 1000);
    draft.metadata.deletionGracePeriodSeconds = grace;
  });
}

/** A generated name that no pod bears yet. */
export function freePodName({ store, random }: ControllerContext, set: StoredObject): string {
  for (;;) {
    const name = `${set.metadata.name}-${randomSuffix(random)}`;
    if (store.get(PODS, set.metadata.namespace, name) === undefined) return name;
  }
}

function isActive(pod: StoredObject): boolean {
  const phase = pod.status?.phase;
  return phase !== 'Succeeded' && phase !== 'Failed' && pod.metadata.deletionTimestamp === undefined;
}

/** The pod a ReplicaSet makes of its template. */
export function podOf(set: StoredObject, name: string) {
  const { template } = set.spec;
  const { labels, annotations } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${set.metadata.name}-`,
      ...(set.metadata.namespace === undefined ? {} : { namespace: set.metadata.namespace }),
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [ownerOf(set.metadata.name, set.metadata.uid)],
    },
    spec: template.spec,
    status: { phase: 'Pending', qosClass: qosOf(template.spec) },
  };
}

function ownerOf(name: string, uid: string) {
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid, controller: true, blockOwnerDeletion: true };
}

function qosOf(spec: { containers?: { resources?: { limits?: unknown; requests?: unknown } }[] }): string {
  const resources = (spec.containers ?? []).map((container) => container.resources ?? {});
  if (resources.every(({ limits, requests }) => limits === undefined && requests === undefined)) {
    return 'BestEffort';
  }
  const same = resources.every(
    ({ limits, requests }) =>
      limits !== undefined && (requests === undefined || JSON.stringify(limits) === JSON.stringify(requests)),
  );
  return same ? 'Guaranteed' : 'Burstable';
}

function readySince(pod: StoredObject): number {
  return Date.parse(String(conditionOf(pod, 'Ready')?.lastTransitionTime ?? pod.metadata.creationTimestamp));
}

function positive(counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0));
}

const PHASE_WORTH: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

/** First those that are worth least: no node yet, not running, not ready, restarted often, young. */
function byWorth(a: StoredObject, b: StoredObject): number {
  return (
    Number(a.spec.nodeName !== undefined) - Number(b.spec.nodeName !== undefined) ||
    (PHASE_WORTH[a.status?.phase] ?? 0) - (PHASE_WORTH[b.status?.phase] ?? 0) ||
    Number(isTrue(a, 'Ready')) - Number(isTrue(b, 'Ready')) ||
    deletionCost(a) - deletionCost(b) ||
    restartsOf(b) - restartsOf(a) ||
    b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp)
  );
}

function deletionCost(pod: StoredObject): number {
  return Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0);
}

function restartsOf(pod: StoredObject): number {
  const statuses: { restartCount?: number }[] = pod.status?.containerStatuses ?? [];
  return Math.max(0, ...statuses.map((status) => status.restartCount ?? 0));
}

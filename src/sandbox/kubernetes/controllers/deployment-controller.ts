import type { StoredObject } from '../store.ts';
import { controllerOf } from './cluster-view.ts';
import { withCondition } from './conditions.ts';
import type { Controller, ControllerContext } from './controller-context.ts';
import {
  newSetReplicas,
  oldSetReplicas,
  proportionalReplicas,
  type RolloutLimits,
  rolloutLimits,
} from './deployment-arithmetic.ts';
import { countsOf, deadlineOf, deploymentStatus, isComplete, timeText } from './deployment-status.ts';
import { DEPLOYMENTS, itemId, REPLICA_SETS, splitItemId } from './keys.ts';
import { ReconcileQueue } from './reconcile-queue.ts';
import { countOf, RevisionWriter } from './revision-writer.ts';
import { DESIRED_REPLICAS, MAX_REPLICAS, revisionOf, setOfTemplate, withRevision } from './revisions.ts';

/** Rolls Deployments out, as kube-controller-manager does. */
export class DeploymentController implements Controller {
  readonly #context: ControllerContext;
  readonly #queue: ReconcileQueue;
  readonly #revisions: RevisionWriter;

  constructor(context: ControllerContext) {
    this.#context = context;
    this.#revisions = new RevisionWriter(context);
    this.#queue = new ReconcileQueue({
      clock: context.clock,
      onError: context.onError,
      reconcile: (id) => this.#reconcile(id),
    });
  }

  start(): void {
    const { view } = this.#context;
    view.on(DEPLOYMENTS, ({ object, type }) => {
      if (type !== 'DELETED') this.#enqueue(object);
    });
    view.on(REPLICA_SETS, ({ object }) => {
      const owner = controllerOf(object);
      if (owner?.kind === 'Deployment') this.#queue.add(itemId(object.metadata.namespace, owner.name));
    });
    for (const deployment of view.all(DEPLOYMENTS)) this.#enqueue(deployment);
  }

  stop(): void {
    this.#queue.stop();
  }

  #enqueue(deployment: StoredObject): void {
    this.#queue.add(itemId(deployment.metadata.namespace, deployment.metadata.name));
  }

  #reconcile(id: string): void {
    const { namespace, name } = splitItemId(id);
    const deployment = this.#context.store.get(DEPLOYMENTS, namespace, name);
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return;
    const { replicas, strategy, paused } = deployment.spec;
    const recreate = strategy?.type === 'Recreate';
    const limits = recreate
      ? { maxSurge: 0, maxUnavailable: replicas }
      : rolloutLimits(strategy?.rollingUpdate, replicas);
    if (this.#notePause(deployment)) return;
    const sets = this.#setsOf(deployment);
    const newest = this.#newestSet(deployment, sets, limits);
    // Its creation is seen as a change of its own and comes back here.
    if (newest === 'changed') return;
    const resized = sets.some((set) => set.spec.replicas > 0 && annotatedSize(set) !== replicas);
    if (paused === true || resized) this.#resize(deployment, sets, newest, limits);
    else if (newest !== undefined) this.#roll(deployment, sets, newest, limits, recreate);
    this.#finish(deployment, limits);
  }

  /** Oldest first. */
  #setsOf(deployment: StoredObject): StoredObject[] {
    return this.#context.view.controlledBy(deployment.metadata.uid, REPLICA_SETS).sort(byAge);
  }

  /** Says in the conditions that a Deployment was paused or resumed. True when that was news. */
  #notePause(deployment: StoredObject): boolean {
    const { paused } = deployment.spec;
    const reason: string | undefined = deployment.status?.conditions?.find(
      (condition: { type: string }) => condition.type === 'Progressing',
    )?.reason;
    const wasPaused = reason === 'DeploymentPaused';
    if ((paused === true) === wasPaused || (paused === true && reason === 'ProgressDeadlineExceeded')) {
      return false;
    }
    const now = timeText(this.#context.clock.now());
    const condition = {
      type: 'Progressing',
      status: 'Unknown' as const,
      reason: paused === true ? 'DeploymentPaused' : 'DeploymentResumed',
      message: paused === true ? 'Deployment is paused' : 'Deployment is resumed',
      lastUpdateTime: now,
    };
    this.#mutate(deployment, (draft) => {
      draft.status = {
        ...draft.status,
        conditions: withCondition(draft.status?.conditions, condition, now),
      };
    });
    return true;
  }

  #newestSet(
    deployment: StoredObject,
    sets: readonly StoredObject[],
    limits: RolloutLimits,
  ): StoredObject | undefined | 'changed' {
    const existing = setOfTemplate(deployment, sets);
    const latest = Math.max(0, ...sets.filter((set) => set !== existing).map(revisionOf));
    if (existing === undefined) {
      if (deployment.spec.paused === true) return undefined;
      this.#revisions.create(deployment, sets, latest + 1, limits);
      return 'changed';
    }
    const revision = Math.max(revisionOf(existing), latest + 1);
    if (revision !== revisionOf(existing)) {
      this.#mutateSet(existing, (draft) => {
        draft.metadata.annotations = withRevision(draft.metadata.annotations, revision);
      });
      this.#revisions.announce(
        deployment,
        revision,
        'FoundNewReplicaSet',
        `Found new replica set "${existing.metadata.name}"`,
      );
      return 'changed';
    }
    if (revisionOf(deployment) !== revision) {
      this.#mutate(deployment, (draft) => {
        draft.metadata.annotations = withRevision(draft.metadata.annotations, revision);
      });
      return 'changed';
    }
    return existing;
  }

  #roll(
    deployment: StoredObject,
    sets: readonly StoredObject[],
    newest: StoredObject,
    limits: RolloutLimits,
    recreate: boolean,
  ): void {
    const { replicas } = deployment.spec;
    const old = sets.filter((set) => set !== newest);
    if (recreate) {
      for (const set of old) this.#revisions.scale(deployment, set, 0, limits);
      const gone = old.every((set) => set.spec.replicas === 0 && (set.status?.replicas ?? 0) === 0);
      if (gone) this.#revisions.scale(deployment, newest, replicas, limits);
      return;
    }
    const wanted = newSetReplicas(countOf(newest), old.map(countOf), replicas, limits);
    if (this.#revisions.scale(deployment, newest, wanted, limits)) return;
    const left = oldSetReplicas(countOf(newest), old.map(countOf), replicas, limits);
    for (const set of old) this.#revisions.scale(deployment, set, left.get(set.metadata.name) ?? 0, limits);
  }

  /** The Deployment's size changed: the sets in use follow, in proportion when there are several. */
  #resize(
    deployment: StoredObject,
    sets: readonly StoredObject[],
    newest: StoredObject | undefined,
    limits: RolloutLimits,
  ): void {
    const { replicas } = deployment.spec;
    const active = sets.filter((set) => set.spec.replicas > 0);
    const only = active.length <= 1 ? (active[0] ?? newest ?? sets.at(-1)) : undefined;
    if (only !== undefined) {
      this.#revisions.scale(deployment, only, replicas, limits);
      return;
    }
    if (newest !== undefined && isSaturated(newest, replicas)) {
      for (const set of active) if (set !== newest) this.#revisions.scale(deployment, set, 0, limits);
      return;
    }
    const allowed = replicas > 0 ? replicas + limits.maxSurge : 0;
    const shares = active.map((set) => ({
      name: set.metadata.name,
      wanted: set.spec.replicas as number,
      annotatedMaximum: Number(set.metadata.annotations?.[MAX_REPLICAS] ?? replicas),
    }));
    const spread = proportionalReplicas(shares, allowed);
    for (const set of active)
      this.#revisions.scale(deployment, set, spread.get(set.metadata.name) ?? 0, limits);
  }

  /** Status, clean-up of old revisions, and a wake-up at the progress deadline. */
  #finish(stale: StoredObject, limits: RolloutLimits): void {
    const { store, clock, pace } = this.#context;
    const { namespace, name } = stale.metadata;
    const deployment = store.get(DEPLOYMENTS, namespace, name);
    if (deployment === undefined) return;
    const sets = this.#setsOf(deployment);
    const newest = setOfTemplate(deployment, sets);
    const counts = countsOf(sets, newest);
    const { progressDeadlineSeconds, revisionHistoryLimit, paused } = deployment.spec;
    const options = {
      now: clock.now(),
      deadlineMs: pace((progressDeadlineSeconds ?? 600) * 1000),
      newestName: newest?.metadata.name,
      paused: paused === true,
    };
    const status = deploymentStatus(deployment, counts, limits.maxUnavailable, options);
    const written = this.#mutate(deployment, (draft) => {
      draft.status = status;
    });
    if (isComplete(deployment, counts)) this.#revisions.forget(sets, newest, revisionHistoryLimit ?? 10);
    const deadline = written && deadlineOf(written, options);
    if (deadline !== undefined) this.#queue.add(itemId(namespace, name), deadline - clock.now() + 10);
  }

  #mutate(object: StoredObject, change: (draft: StoredObject) => void): StoredObject | undefined {
    return this.#context.store.mutate(DEPLOYMENTS, object.metadata.namespace, object.metadata.name, change);
  }

  #mutateSet(object: StoredObject, change: (draft: StoredObject) => void): void {
    this.#context.store.mutate(REPLICA_SETS, object.metadata.namespace, object.metadata.name, change);
  }
}

function annotatedSize(set: StoredObject): number {
  return Number(set.metadata.annotations?.[DESIRED_REPLICAS]);
}

function isSaturated(set: StoredObject, replicas: number): boolean {
  return (
    set.spec.replicas === replicas &&
    annotatedSize(set) === replicas &&
    set.status?.availableReplicas === replicas
  );
}

function byAge(a: StoredObject, b: StoredObject): number {
  return (
    a.metadata.creationTimestamp.localeCompare(b.metadata.creationTimestamp) ||
    revisionOf(a) - revisionOf(b) ||
    a.metadata.name.localeCompare(b.metadata.name)
  );
}

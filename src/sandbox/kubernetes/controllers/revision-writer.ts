import type { StoredObject } from '../store.ts';
import { withCondition } from './conditions.ts';
import type { ControllerContext } from './controller-context.ts';
import { newSetReplicas, type ReplicaSetCount, type RolloutLimits } from './deployment-arithmetic.ts';
import { timeText } from './deployment-status.ts';
import { DEPLOYMENTS, REPLICA_SETS } from './keys.ts';
import {
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  newReplicaSet,
  revisionOf,
  setAnnotations,
  withRevision,
} from './revisions.ts';

const SOURCE = { component: 'deployment-controller' };

/** The first 1.x whose events tell how many replicas there were before. */
const FROM_AND_TO_SINCE = 27;

/** What a Deployment does to its replica sets, each change told as an event. */
export class RevisionWriter {
  readonly #context: ControllerContext;

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  /** Makes the replica set of the Deployment's template, as large as there is room for. */
  create(
    deployment: StoredObject,
    sets: readonly StoredObject[],
    revision: number,
    limits: RolloutLimits,
  ): void {
    const { store } = this.#context;
    const { replicas, strategy } = deployment.spec;
    const annotations = withRevision(setAnnotations(deployment, replicas, limits.maxSurge), revision);
    const old = sets.map(countOf);
    const none = { name: '', wanted: 0, available: 0 };
    const alone = strategy?.type === 'Recreate' && old.some((set) => set.wanted > 0);
    const first = alone ? 0 : newSetReplicas(none, old, replicas, limits);
    const fresh = newReplicaSet(deployment, { replicas: first, annotations });
    if (store.get(REPLICA_SETS, deployment.metadata.namespace, fresh.metadata.name) !== undefined) {
      this.#mutate(deployment, (draft) => {
        const collisions = draft.status?.collisionCount ?? 0;
        draft.status = { ...draft.status, collisionCount: collisions + 1 };
      });
      return;
    }
    const created = store.create(REPLICA_SETS, fresh);
    if (first > 0) this.#tellScaled(deployment, created.metadata.name, 0, first);
    const message = `Created new replica set "${created.metadata.name}"`;
    this.announce(deployment, revision, 'NewReplicaSetCreated', message);
  }

  /** Says in the conditions that the replica set of this revision is there. */
  announce(deployment: StoredObject, revision: number, reason: string, message: string): void {
    const now = timeText(this.#context.clock.now());
    this.#mutate(deployment, (draft) => {
      draft.metadata.annotations = withRevision(draft.metadata.annotations, revision);
      const condition = {
        type: 'Progressing',
        status: 'True' as const,
        reason,
        message,
        lastUpdateTime: now,
      };
      draft.status = {
        ...draft.status,
        conditions: withCondition(draft.status?.conditions, condition, now),
      };
    });
  }

  /** True when the size changed. */
  scale(deployment: StoredObject, set: StoredObject, replicas: number, limits: RolloutLimits): boolean {
    const wanted = deployment.spec.replicas;
    const before = set.spec.replicas;
    this.#mutateSet(set, (draft) => {
      draft.spec.replicas = replicas;
      draft.metadata.annotations = {
        ...draft.metadata.annotations,
        [DESIRED_REPLICAS]: String(wanted),
        [MAX_REPLICAS]: String(wanted + limits.maxSurge),
      };
    });
    if (before === replicas) return false;
    this.#tellScaled(deployment, set.metadata.name, before, replicas);
    return true;
  }

  #tellScaled(deployment: StoredObject, set: string, before: number, after: number): void {
    const amount = this.#context.minor < FROM_AND_TO_SINCE ? `to ${after}` : `from ${before} to ${after}`;
    const message = `Scaled ${after > before ? 'up' : 'down'} replica set ${set} ${amount}`;
    this.#context.events.record(deployment, {
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message,
      source: SOURCE,
    });
  }

  /** Removes the oldest revisions that run nothing, down to `limit`. */
  forget(sets: readonly StoredObject[], newest: StoredObject | undefined, limit: number): void {
    const idle = sets.filter(
      (set) => set !== newest && set.spec.replicas === 0 && (set.status?.replicas ?? 0) === 0,
    );
    const oldest = [...idle].sort((a, b) => revisionOf(a) - revisionOf(b));
    for (const set of oldest.slice(0, Math.max(0, oldest.length - limit))) {
      this.#context.store.remove(REPLICA_SETS, set.metadata.namespace, set.metadata.name);
    }
  }

  #mutate(object: StoredObject, change: (draft: StoredObject) => void): void {
    this.#context.store.mutate(DEPLOYMENTS, object.metadata.namespace, object.metadata.name, change);
  }

  #mutateSet(object: StoredObject, change: (draft: StoredObject) => void): void {
    this.#context.store.mutate(REPLICA_SETS, object.metadata.namespace, object.metadata.name, change);
  }
}

export function countOf(set: StoredObject): ReplicaSetCount {
  const { name } = set.metadata;
  return { name, wanted: set.spec.replicas, available: set.status?.availableReplicas ?? 0 };
}

import type { StoredObject } from '../store.ts';
import { type Condition, conditionOf, withCondition } from './conditions.ts';

export interface DeploymentCounts {
  readonly replicas: number;
  readonly updatedReplicas: number;
  readonly readyReplicas: number;
  readonly availableReplicas: number;
  readonly unavailableReplicas: number;
}

const count = (sets: readonly StoredObject[], read: (set: StoredObject) => number | undefined) =>
  sets.reduce((total, set) => total + (read(set) ?? 0), 0);

export function countsOf(sets: readonly StoredObject[], newest: StoredObject | undefined): DeploymentCounts {
  const availableReplicas = count(sets, (set) => set.status?.availableReplicas);
  const wanted = count(sets, (set) => set.spec.replicas);
  return {
    replicas: count(sets, (set) => set.status?.replicas),
    updatedReplicas: newest?.status?.replicas ?? 0,
    readyReplicas: count(sets, (set) => set.status?.readyReplicas),
    availableReplicas,
    unavailableReplicas: Math.max(0, wanted - availableReplicas),
  };
}

/** Every replica is of the new template and available, and no old one is left. */
export function isComplete(deployment: StoredObject, counts: DeploymentCounts): boolean {
  const wanted = deployment.spec.replicas;
  return (
    counts.updatedReplicas === wanted && counts.replicas === wanted && counts.availableReplicas === wanted
  );
}

function hasMoved(deployment: StoredObject, counts: DeploymentCounts): boolean {
  const before = deployment.status ?? {};
  const oldBefore = (before.replicas ?? 0) - (before.updatedReplicas ?? 0);
  return (
    counts.updatedReplicas > (before.updatedReplicas ?? 0) ||
    counts.replicas - counts.updatedReplicas < oldBefore ||
    counts.readyReplicas > (before.readyReplicas ?? 0) ||
    counts.availableReplicas > (before.availableReplicas ?? 0)
  );
}

function availability(deployment: StoredObject, counts: DeploymentCounts, maxUnavailable: number): Condition {
  const enough = counts.availableReplicas >= deployment.spec.replicas - maxUnavailable;
  return enough
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

export interface ProgressOptions {
  readonly now: number;
  /** The progress deadline in milliseconds as it passes here. */
  readonly deadlineMs: number;
  readonly newestName: string | undefined;
  readonly paused: boolean;
}

/** When the deadline of the current rollout passes; undefined when none is running. */
export function deadlineOf(deployment: StoredObject, options: ProgressOptions): number | undefined {
  const progressing = conditionOf(deployment, 'Progressing');
  if (progressing?.reason === undefined || progressing.reason === 'NewReplicaSetAvailable') return undefined;
  if (progressing.reason === 'ProgressDeadlineExceeded' || options.paused) return undefined;
  return Date.parse(String(progressing.lastUpdateTime)) + options.deadlineMs;
}

function progress(
  deployment: StoredObject,
  counts: DeploymentCounts,
  options: ProgressOptions,
): Condition | undefined {
  const before = conditionOf(deployment, 'Progressing');
  const subject =
    options.newestName === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${options.newestName}"`;
  const settled = before?.reason === 'NewReplicaSetAvailable' && counts.replicas === counts.updatedReplicas;
  if (options.paused || settled) return before;
  const common = { type: 'Progressing', lastUpdateTime: timeText(options.now) };
  if (isComplete(deployment, counts)) {
    const message = `${subject} has successfully progressed.`;
    return { ...common, status: 'True', reason: 'NewReplicaSetAvailable', message };
  }
  if (hasMoved(deployment, counts)) {
    return { ...common, status: 'True', reason: 'ReplicaSetUpdated', message: `${subject} is progressing.` };
  }
  const deadline = deadlineOf(deployment, options);
  if (deadline === undefined || options.now < deadline) return before;
  const message = `${subject} has timed out progressing.`;
  return { ...common, status: 'False', reason: 'ProgressDeadlineExceeded', message };
}

/** The Deployment's whole new status. */
export function deploymentStatus(
  deployment: StoredObject,
  counts: DeploymentCounts,
  maxUnavailable: number,
  options: ProgressOptions,
): Record<string, unknown> {
  const now = timeText(options.now);
  const available = availability(deployment, counts, maxUnavailable);
  const known = conditionOf(deployment, 'Available');
  const lastUpdateTime = known?.status === available.status ? (known.lastUpdateTime ?? now) : now;
  let conditions = withCondition(deployment.status?.conditions, { ...available, lastUpdateTime }, now);
  const progressing = progress(deployment, counts, options);
  if (progressing !== undefined) conditions = withCondition(conditions, progressing, now);
  const collisions = deployment.status?.collisionCount;
  return {
    observedGeneration: deployment.metadata.generation,
    ...Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0)),
    conditions,
    ...(collisions === undefined ? {} : { collisionCount: collisions }),
  };
}

export function timeText(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

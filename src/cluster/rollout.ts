import type { KubeObject } from '../ports/kubernetes.ts';
import { neutralise } from '../prose/neutralise.ts';
import { condition } from './selector.ts';

export interface RolloutCounts {
  readonly desired: number;
  /** Pods of every revision. */
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

export interface RolloutVerdict {
  /** Every pod there is belongs to the newest revision, and all of them are ready and available. */
  readonly holds: boolean;
  /** Why it will not come by waiting; a sentence. */
  readonly hopeless?: string;
  /** The controller has seen the newest spec; until then the counts speak of an older one. */
  readonly observed: boolean;
  readonly paused: boolean;
  readonly counts: RolloutCounts;
  /** '2/3 ready' */
  readonly summary: string;
  /** What is still missing, or the proof that nothing is. */
  readonly evidence: readonly string[];
}

/** Has the deployment converged on its own spec? Also says when it never will. */
export function rolloutVerdict(deployment: KubeObject): RolloutVerdict {
  const { spec = {}, status = {}, metadata } = deployment;
  const counts: RolloutCounts = {
    desired: numberOr(spec.replicas, 1),
    replicas: numberOr(status.replicas, 0),
    updated: numberOr(status.updatedReplicas, 0),
    ready: numberOr(status.readyReplicas, 0),
    available: numberOr(status.availableReplicas, 0),
  };
  const generation = metadata.generation ?? 0;
  const observedGeneration = numberOr(status.observedGeneration, 0);
  const observed = observedGeneration >= generation;
  const paused = spec.paused === true;
  const missing = observed
    ? whatIsMissing(counts)
    : [`the controller has seen generation ${observedGeneration} of ${generation}`];
  const holds = missing.length === 0;
  const hopeless = holds || !observed ? undefined : whyHopeless(deployment, paused, counts);
  return {
    holds,
    ...(hopeless === undefined ? {} : { hopeless }),
    observed,
    paused,
    counts,
    summary: `${counts.ready}/${counts.desired} ready`,
    evidence: holds ? proof(counts, observedGeneration) : missing,
  };
}

function whatIsMissing({ desired, replicas, updated, ready, available }: RolloutCounts): string[] {
  const missing: string[] = [];
  if (updated < desired) missing.push(`${updated} of ${desired} pods are of the new revision`);
  if (replicas > updated) missing.push(`${pods(replicas - updated)} of an old revision still there`);
  if (updated > desired) missing.push(`${pods(updated - desired)} more than wanted still there`);
  if (ready < desired) missing.push(`${ready} of ${desired} pods are ready`);
  if (available < desired) missing.push(`${available} of ${desired} pods are available`);
  return missing;
}

function proof({ desired, updated, ready, available }: RolloutCounts, generation: number): string[] {
  if (desired === 0) return [`scaled to zero, no pods left`, `generation ${generation} observed`];
  return [
    `${updated} updated, ${ready} ready, ${available} available of ${desired}`,
    `generation ${generation} observed`,
  ];
}

function whyHopeless(deployment: KubeObject, paused: boolean, counts: RolloutCounts): string | undefined {
  const name = deployment.metadata.name;
  const progressing = condition(deployment, 'Progressing');
  if (progressing?.reason === 'ProgressDeadlineExceeded' && !isJustBegun(deployment, counts)) {
    const message = neutralise(progressing.message ?? '');
    return `deployment/${name} exceeded its progress deadline${message ? `: ${message}` : ''}`;
  }
  if (paused && counts.updated < counts.desired) {
    return `deployment/${name} is paused; nothing rolls out until it is resumed`;
  }
  return undefined;
}

/**
 * After an undo to a revision that exists already, the controller leaves the old verdict standing until the first pod
 * is there. No pod of the revision and no failure to make one: it has not been tried yet.
 */
function isJustBegun(deployment: KubeObject, { desired, updated }: RolloutCounts): boolean {
  return desired > 0 && updated === 0 && condition(deployment, 'ReplicaFailure')?.status !== 'True';
}

function pods(count: number): string {
  return count === 1 ? '1 pod' : `${count} pods`;
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}

/** How many replicas a Deployment's replica sets should have: numbers only. */

export interface ReplicaSetCount {
  readonly name: string;
  /** Wanted now, `spec.replicas`. */
  readonly wanted: number;
  readonly available: number;
}

export interface RolloutLimits {
  readonly maxSurge: number;
  readonly maxUnavailable: number;
}

/** A count, or a share of `total` as `25%`. */
function resolveShare(value: number | string | undefined, total: number, round: 'up' | 'down'): number {
  if (value === undefined) return 0;
  if (typeof value === 'number') return value;
  const share = (Number.parseInt(value, 10) * total) / 100;
  return round === 'up' ? Math.ceil(share) : Math.floor(share);
}

/** Never both zero: nothing could move. */
export function rolloutLimits(
  strategy: { maxSurge?: number | string; maxUnavailable?: number | string } | undefined,
  replicas: number,
): RolloutLimits {
  const maxSurge = resolveShare(strategy?.maxSurge, replicas, 'up');
  const maxUnavailable = resolveShare(strategy?.maxUnavailable, replicas, 'down');
  if (maxSurge === 0 && maxUnavailable === 0) return { maxSurge, maxUnavailable: 1 };
  return { maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

/** Replicas of the newest set, so that all together never exceed replicas + maxSurge. */
export function newSetReplicas(
  newest: ReplicaSetCount,
  old: readonly ReplicaSetCount[],
  replicas: number,
  limits: RolloutLimits,
): number {
  if (newest.wanted >= replicas) return replicas;
  const room = replicas + limits.maxSurge - newest.wanted - sum(old.map((set) => set.wanted));
  return newest.wanted + Math.max(0, Math.min(room, replicas - newest.wanted));
}

/**
 * Replicas of the old sets, given oldest first, so that no fewer than replicas - maxUnavailable stay
 * available. What is not available anyway goes first.
 */
export function oldSetReplicas(
  newest: ReplicaSetCount,
  old: readonly ReplicaSetCount[],
  replicas: number,
  limits: RolloutLimits,
): ReadonlyMap<string, number> {
  const left = new Map(old.map((set) => [set.name, set.wanted]));
  const minimum = replicas - limits.maxUnavailable;
  const all = newest.wanted + sum(old.map((set) => set.wanted));
  const newUnavailable = newest.wanted - newest.available;
  let removable = all - minimum - newUnavailable;
  if (removable <= 0) return left;
  for (const set of old) {
    const unhealthy = Math.max(0, Math.min(removable, set.wanted - set.available));
    left.set(set.name, set.wanted - unhealthy);
    removable -= unhealthy;
  }
  let spare = newest.available + sum(old.map((set) => set.available)) - minimum;
  for (const set of old) {
    const now = left.get(set.name) ?? 0;
    const drop = Math.max(0, Math.min(spare, now));
    left.set(set.name, now - drop);
    spare -= drop;
  }
  return left;
}

/** Spreads a change of the Deployment's size over sets that run side by side, largest first. */
export function proportionalReplicas(
  sets: readonly { readonly name: string; readonly wanted: number; readonly annotatedMaximum: number }[],
  allowed: number,
): ReadonlyMap<string, number> {
  const total = sum(sets.map((set) => set.wanted));
  let left = allowed - total;
  const result = new Map(sets.map((set) => [set.name, set.wanted]));
  const order = [...sets].sort((a, b) => b.wanted - a.wanted);
  for (const set of order) {
    if (left === 0 || set.wanted === 0) break;
    const share = Math.round((set.wanted * allowed) / Math.max(1, set.annotatedMaximum)) - set.wanted;
    const step = left > 0 ? Math.max(0, Math.min(share, left)) : Math.min(0, Math.max(share, left));
    result.set(set.name, Math.max(0, set.wanted + step));
    left -= step;
  }
  const largest = order[0];
  if (largest !== undefined && left !== 0) {
    result.set(largest.name, Math.max(0, (result.get(largest.name) ?? 0) + left));
  }
  return result;
}

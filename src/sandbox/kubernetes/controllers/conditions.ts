import type { StoredObject } from '../store.ts';

export interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string | null;
  readonly lastUpdateTime?: string;
  readonly [field: string]: unknown;
}

export function conditionOf(object: StoredObject, type: string): Condition | undefined {
  const conditions: readonly Condition[] | undefined = object.status?.conditions;
  return conditions?.find((condition) => condition.type === type);
}

export function isTrue(object: StoredObject, type: string): boolean {
  return conditionOf(object, type)?.status === 'True';
}

/** The list with this condition set, at its end when it says something new; its transition time moves only when the status does. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  condition: Condition,
  now: string,
): Condition[] {
  const list = conditions ?? [];
  const before = list.find((item) => item.type === condition.type);
  const since = before?.status === condition.status ? before.lastTransitionTime : now;
  const next = { ...condition, lastTransitionTime: since ?? now };
  if (before?.status === condition.status && before.reason === condition.reason) {
    return list.map((item) => (item === before ? next : item));
  }
  return [...list.filter((item) => item !== before), next];
}

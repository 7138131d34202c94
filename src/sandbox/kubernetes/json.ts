/** A JSON object that is being built or read, of no particular kind. */
export type Tree = { [field: string]: unknown };

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equality of JSON values: the order of fields does not count, absent and undefined are the same. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  }
  if (!isTree(a) || !isTree(b)) return false;
  for (const field of Object.keys(a)) if (!sameJson(a[field], b[field])) return false;
  for (const field of Object.keys(b)) if (b[field] !== undefined && a[field] === undefined) return false;
  return true;
}

/** Freezes the whole value, in place. What is frozen already is taken to be so to its leaves. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}

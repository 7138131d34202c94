import { ApiError } from '../api-error.ts';
import { isTree, sameJson, type Tree } from '../json.ts';
import { fieldOf, type ListSchema, type Schema } from '../schema/schema.ts';

const PATCH = '$patch';
const RETAIN_KEYS = '$retainKeys';
const ELEMENT_ORDER = '$setElementOrder/';
const DELETE_FROM = '$deleteFromPrimitiveList/';

/**
 * Kubernetes' own patch: as a merge patch, but lists merge by the key that the schema names, and the
 * directives `$patch`, `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…` are obeyed.
 */
export function strategicMerge(target: unknown, patch: Tree, schema: Schema): Tree {
  const directive = patch[PATCH];
  if (directive === 'replace') return strategicMerge({}, { ...patch, [PATCH]: 'merge' }, schema);
  if (directive === 'delete') return {};
  if (directive !== undefined && directive !== 'merge') {
    throw ApiError.badRequest(`unrecognized type: ${String(directive)}`);
  }
  const result = retained(isTree(target) ? { ...target } : {}, patch[RETAIN_KEYS]);
  for (const [field, value] of Object.entries(patch)) {
    if (field.startsWith(DELETE_FROM)) deleteFrom(result, field.slice(DELETE_FROM.length), value);
    else if (!field.startsWith('$')) mergeField(result, field, value, fieldOf(schema, field));
  }
  for (const [field, value] of Object.entries(patch)) {
    if (!field.startsWith(ELEMENT_ORDER)) continue;
    const name = field.slice(ELEMENT_ORDER.length);
    reorder(result, name, value, fieldOf(schema, name), isTree(target) ? target[name] : undefined);
  }
  return result;
}

function retained(target: Tree, keys: unknown): Tree {
  if (!Array.isArray(keys)) return target;
  return Object.fromEntries(Object.entries(target).filter(([field]) => keys.includes(field)));
}

function deleteFrom(result: Tree, field: string, values: unknown): void {
  const list = result[field];
  if (!Array.isArray(list) || !Array.isArray(values)) return;
  result[field] = list.filter((item) => !values.includes(item));
}

function mergeField(result: Tree, field: string, value: unknown, schema: Schema): void {
  if (value === null) delete result[field];
  else if (isTree(value)) result[field] = strategicMerge(result[field], value, schema);
  else if (Array.isArray(value)) result[field] = mergeList(result[field], value, schema);
  else result[field] = value;
}

function mergeList(target: unknown, patch: readonly unknown[], schema: Schema): unknown[] {
  const live: readonly unknown[] = Array.isArray(target) ? target : [];
  if (schema.type !== 'list') return withoutDirectives(patch);
  if (schema.set === true) return inOrder([...new Set([...live, ...patch])], patch, live, undefined);
  if (schema.mergeKey === undefined) return withoutDirectives(patch);
  if (patch.some((item) => isTree(item) && item[PATCH] === 'replace')) return withoutDirectives(patch);
  const merged = mergeByKey(live, patch, schema, schema.mergeKey);
  return inOrder(merged, withoutDirectives(patch), live, schema.mergeKey);
}

function withoutDirectives(items: readonly unknown[]): unknown[] {
  return items.filter((item) => !isTree(item) || item[PATCH] === undefined);
}

function mergeByKey(
  live: readonly unknown[],
  patch: readonly unknown[],
  schema: ListSchema,
  key: string,
): unknown[] {
  const result = [...live];
  for (const item of patch) {
    if (!isTree(item) || item[key] === undefined) {
      throw ApiError.badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${key}`);
    }
    const at = result.findIndex((other) => isTree(other) && sameJson(other[key], item[key]));
    if (item[PATCH] === 'delete') {
      if (at !== -1) result.splice(at, 1);
    } else if (at === -1) {
      result.push(strategicMerge({}, item, schema.of));
    } else {
      result[at] = strategicMerge(result[at], item, schema.of);
    }
  }
  return result;
}

function reorder(result: Tree, field: string, order: unknown, schema: Schema, before: unknown): void {
  const list = result[field];
  if (!Array.isArray(list) || !Array.isArray(order) || schema.type !== 'list') return;
  result[field] = inOrder(list, order, Array.isArray(before) ? before : [], schema.mergeKey);
}

/**
 * Puts the items that `order` names in its order. The others keep their place among those that were there
 * `before`, and so come after what is new.
 */
function inOrder(
  list: readonly unknown[],
  order: readonly unknown[],
  before: readonly unknown[],
  key: string | undefined,
): unknown[] {
  const idOf = (item: unknown) => JSON.stringify(key !== undefined && isTree(item) ? item[key] : item);
  const wanted = order.map(idOf);
  const places = before.map(idOf);
  const named = wanted.flatMap((id) => list.filter((item) => idOf(item) === id));
  const others = list.filter((item) => !wanted.includes(idOf(item)));
  const merged: unknown[] = [];
  for (const item of named) {
    const place = places.indexOf(idOf(item));
    while (others.length > 0 && place !== -1 && places.indexOf(idOf(others[0])) < place) {
      merged.push(others.shift());
    }
    merged.push(item);
  }
  return [...merged, ...others];
}

import { isTree, sameJson, type Tree } from '../json.ts';
import { any, fieldOf, type ListSchema, type Schema } from '../schema/schema.ts';

/**
 * A set of fields in the form of `managedFields[].fieldsV1`: `f:name` for a field, `k:{…}` for a list item
 * told apart by keys, `v:…` for a set item, `.` for the item itself. A leaf is empty.
 */
export interface Fields {
  [segment: string]: Fields;
}

/** Defaults of key fields that callers may leave out. */
const KEY_DEFAULTS: Readonly<Record<string, string>> = { protocol: 'TCP' };

/** `k:{"name":"app"}`: which item of a keyed list this is. */
export function itemSegment(item: Tree, keys: readonly string[]): string {
  const id = Object.fromEntries([...keys].sort().map((key) => [key, item[key] ?? KEY_DEFAULTS[key] ?? null]));
  return `k:${JSON.stringify(id)}`;
}

function isAtomic(schema: Schema): boolean {
  if (schema.type === 'object' || schema.type === 'map') return schema.atomic === true;
  return schema.type !== 'any';
}

function keyedItems(value: unknown, schema: ListSchema): Map<string, Tree> | undefined {
  const keys = schema.keys;
  if (keys === undefined || !Array.isArray(value)) return undefined;
  return new Map(value.filter(isTree).map((item) => [itemSegment(item, keys), item]));
}

/** The parts of a value by segment, each with its schema; undefined when it is owned as a whole. */
function partsOf(value: unknown, schema: Schema): Map<string, [unknown, Schema]> | undefined {
  if (isTree(value) && !isAtomic(schema)) {
    const fields = Object.entries(value).filter(([, part]) => part !== undefined && part !== null);
    return new Map(fields.map(([field, part]) => [`f:${field}`, [part, fieldOf(schema, field)]]));
  }
  if (schema.type !== 'list' || !Array.isArray(value)) return undefined;
  if (schema.set === true) return new Map(value.map((item) => [`v:${JSON.stringify(item)}`, [item, any]]));
  const items = keyedItems(value, schema);
  return items && new Map([...items].map(([segment, item]) => [segment, [item, schema.of]]));
}

/** All fields that a value sets. */
export function fieldsOf(value: unknown, schema: Schema): Fields {
  const result: Fields = {};
  for (const [segment, [part, partSchema]] of partsOf(value, schema) ?? []) {
    const own = fieldsOf(part, partSchema);
    result[segment] = segment.startsWith('k:') ? { '.': {}, ...own } : own;
  }
  return result;
}

/** Fields of `after` that are new or have another value than in `before`. */
export function changedFields(before: unknown, after: unknown, schema: Schema): Fields {
  const result: Fields = {};
  const old = partsOf(before, schema);
  for (const [segment, [part, partSchema]] of partsOf(after, schema) ?? []) {
    const previous = old?.get(segment)?.[0];
    if (sameJson(previous, part)) continue;
    const hasParts = partsOf(part, partSchema) !== undefined;
    const hadParts = previous !== undefined && partsOf(previous, partSchema) !== undefined;
    const own = changedFields(previous, part, partSchema);
    if (hasParts && hadParts && isEmpty(own)) continue;
    // A part that was not there at all is owned itself, beside what is in it.
    const isNew = previous === undefined && !isPresent(before, segment);
    result[segment] = isNew && (segment.startsWith('k:') || !isEmpty(own)) ? { '.': {}, ...own } : own;
  }
  return result;
}

/** Whether a field is there, were it null. */
function isPresent(value: unknown, segment: string): boolean {
  return isTree(value) && segment.startsWith('f:') && segment.slice(2) in value;
}

export function isEmpty(fields: Fields): boolean {
  return Object.keys(fields).length === 0;
}

/** Fields of either. */
export function union(a: Fields, b: Fields): Fields {
  const result: Fields = { ...a };
  for (const [segment, own] of Object.entries(b)) result[segment] = union(a[segment] ?? {}, own);
  return result;
}

/** Fields of both, counting leaves of either as standing for all below them. */
export function intersection(a: Fields, b: Fields): Fields {
  const result: Fields = {};
  for (const [segment, own] of Object.entries(a)) {
    const other = b[segment];
    if (other === undefined) continue;
    if (isEmpty(own) || isEmpty(other)) result[segment] = isEmpty(own) ? other : own;
    else {
      const common = intersection(own, other);
      if (!isEmpty(common)) result[segment] = common;
    }
  }
  return result;
}

/** Fields of `a` without those of `b`; a leaf of `b` takes away all below it. */
export function difference(a: Fields, b: Fields): Fields {
  const result: Fields = {};
  for (const [segment, own] of Object.entries(a)) {
    const other = b[segment];
    if (other === undefined) result[segment] = own;
    else if (!isEmpty(own) && !isEmpty(other)) {
      const rest = difference(own, other);
      if (!isEmpty(rest)) result[segment] = rest;
    }
  }
  return result;
}

/** `.spec.template.spec.containers[name="app"].image` for each leaf, as conflict messages tell it. */
export function leafPaths(fields: Fields, prefix = ''): string[] {
  return Object.entries(fields).flatMap(([segment, own]) => {
    if (segment === '.') return isOnly(fields, '.') ? [prefix] : [];
    const path = prefix + pathSegment(segment);
    return isEmpty(own) ? [path] : leafPaths(own, path);
  });
}

function isOnly(fields: Fields, segment: string): boolean {
  return Object.keys(fields).length === 1 && segment in fields;
}

function pathSegment(segment: string): string {
  const rest = segment.slice(2);
  if (segment.startsWith('f:')) return `.${rest}`;
  if (segment.startsWith('v:')) return `[=${rest}]`;
  const keys = Object.entries(JSON.parse(rest) as Tree).map(
    ([key, value]) => `${key}=${JSON.stringify(value)}`,
  );
  return `[${keys.join(',')}]`;
}

/** The value without these fields; objects and lists that lose everything go as well. */
export function withoutFields(value: unknown, fields: Fields, schema: Schema): unknown {
  const parts = partsOf(value, schema);
  if (parts === undefined) return value;
  const kept = new Map<string, unknown>();
  for (const [segment, [part, partSchema]] of parts) {
    const gone = fields[segment];
    if (gone === undefined) kept.set(segment, part);
    else if (!isEmpty(gone) && gone['.'] === undefined) {
      const rest = withoutFields(part, gone, partSchema);
      if (!isTree(rest) || Object.keys(rest).length > 0) kept.set(segment, rest);
    }
  }
  if (Array.isArray(value)) return [...kept.values()];
  return Object.fromEntries([...kept].map(([segment, part]) => [segment.slice(2), part]));
}

import { z } from 'zod';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';

/** A set of fields as the API server writes it: 'f:name' a field, 'k:{…}' a list's item, 'v:…' a set's item, '.' itself. */
export interface FieldSet {
  readonly [segment: string]: FieldSet;
}

export interface ManagedEntry {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly subresource?: string | undefined;
  readonly fieldsV1: FieldSet;
  readonly [field: string]: unknown;
}

const fieldSet: z.ZodType<FieldSet> = z.lazy(() => z.record(z.string(), fieldSet));
const entries = z.array(
  z.looseObject({
    manager: z.string(),
    operation: z.string(),
    apiVersion: z.string(),
    subresource: z.string().optional(),
    fieldsV1: fieldSet,
  }),
);

/** Who owns which fields; none where the object does not say. */
export function managedEntries(object: KubeObject): readonly ManagedEntry[] {
  return entries.safeParse(object.metadata.managedFields ?? []).data ?? [];
}

export function isEmptySet(set: FieldSet): boolean {
  return Object.keys(set).length === 0;
}

export function unionOf(a: FieldSet, b: FieldSet): FieldSet {
  const result: Record<string, FieldSet> = { ...a };
  for (const [segment, fields] of Object.entries(b)) {
    const had = result[segment];
    result[segment] = had === undefined ? fields : unionOf(had, fields);
  }
  return result;
}

/** The set in two: what lies at or under one of the paths, and the rest. */
export function splitAt(
  set: FieldSet,
  paths: readonly (readonly string[])[],
): { readonly under: FieldSet; readonly rest: FieldSet } {
  const under: Record<string, FieldSet> = {};
  const rest: Record<string, FieldSet> = {};
  for (const [segment, fields] of Object.entries(set)) {
    const here = paths.filter(([first]) => segment === `f:${first}`).map((path) => path.slice(1));
    if (here.some((path) => path.length === 0)) {
      under[segment] = fields;
    } else if (here.length === 0) {
      rest[segment] = fields;
    } else {
      const parts = splitAt(fields, here);
      if (!isEmptySet(parts.under)) under[segment] = parts.under;
      if (!isEmptySet(parts.rest)) rest[segment] = parts.rest;
    }
  }
  return { under, rest };
}

/** Whether the set owns the field at a path of names, or something in it. */
export function ownsAt(set: FieldSet, path: readonly string[]): boolean {
  return !isEmptySet(splitAt(set, [path]).under);
}

/**
 * The value without the fields that were owned, are not wanted any more and are nobody else's: what server-side apply
 * prunes once the owner applies the wanted ones.
 */
export function pruned(value: Json, owned: FieldSet, wanted: Json | undefined, others: FieldSet): Json {
  if (Array.isArray(value)) return prunedList(value, owned, wanted, others);
  if (!isObject(value)) return value;
  const result: Record<string, Json> = { ...value };
  for (const [segment, fields] of Object.entries(owned)) {
    if (!segment.startsWith('f:')) continue;
    const name = segment.slice(2);
    const current = Object.hasOwn(result, name) ? result[name] : undefined;
    if (current === undefined) continue;
    const want = isObject(wanted) && Object.hasOwn(wanted, name) ? wanted[name] : undefined;
    const shared = others[segment];
    if (want === undefined && shared === undefined && isWhole(fields)) {
      delete result[name];
      continue;
    }
    // a leaf that others own too stays
    if (want === undefined && shared !== undefined && isEmptySet(fields)) continue;
    const left = pruned(current, fields, want, shared ?? {});
    if (want === undefined && isEmptyValue(left) && !isEmptyValue(current)) delete result[name];
    else result[name] = left;
  }
  return result;
}

function prunedList(
  list: readonly Json[],
  owned: FieldSet,
  wanted: Json | undefined,
  others: FieldSet,
): readonly Json[] {
  const want = Array.isArray(wanted) ? wanted : [];
  return list.flatMap((item): Json[] => {
    const segment = Object.keys(owned).find((each) => picks(each, item));
    if (segment === undefined) return [item];
    const kept = want.find((each) => picks(segment, each));
    if (kept !== undefined) return [pruned(item, owned[segment] ?? {}, kept, others[segment] ?? {})];
    const shared = others[segment];
    return shared === undefined ? [] : [pruned(item, owned[segment] ?? {}, undefined, shared)];
  });
}

/** Fields that authors may leave out of an item's key. */
const KEY_DEFAULTS: JsonObject = { protocol: 'TCP' };

/** Whether a segment of a list stands for this item. */
function picks(segment: string, item: Json): boolean {
  const key = parsed(segment.slice(2));
  if (segment.startsWith('v:')) return JSON.stringify(key) === JSON.stringify(item);
  if (!segment.startsWith('k:') || !isObject(key) || !isObject(item)) return false;
  return Object.entries(key).every(([name, value]) => (item[name] ?? KEY_DEFAULTS[name]) === value);
}

/** The value without the fields of a set. */
export function withoutSet(value: Json, set: FieldSet): Json {
  if (Array.isArray(value)) {
    return value.flatMap((item): Json[] => {
      const segment = Object.keys(set).find((each) => picks(each, item));
      if (segment === undefined) return [item];
      const key = parsed(segment.slice(2));
      if (!isObject(item) || !isObject(key)) return [];
      // an item is found by its key, which therefore stays
      return [{ ...Object(withoutSet(item, set[segment] ?? {})), ...picked(item, Object.keys(key)) } as Json];
    });
  }
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]): [string, Json][] => {
      const fields = set[`f:${name}`];
      if (fields === undefined) return [[name, part]];
      if (isEmptySet(fields)) return [];
      const left = withoutSet(part, fields);
      return isEmptyValue(left) ? [] : [[name, left]];
    }),
  );
}

function picked(item: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(
    names.flatMap((name): [string, Json][] => (item[name] === undefined ? [] : [[name, item[name]]])),
  );
}

/** Owned itself, not only in parts. */
function isWhole(fields: FieldSet): boolean {
  return isEmptySet(fields) || fields['.'] !== undefined;
}

function isEmptyValue(value: Json): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

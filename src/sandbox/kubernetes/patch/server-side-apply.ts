import { ApiError, type StatusCause } from '../api-error.ts';
import { isTree, type Tree } from '../json.ts';
import { fieldOf, type Schema } from '../schema/schema.ts';
import type { StoredObject } from '../store.ts';
import {
  changedFields,
  difference,
  type Fields,
  fieldsOf,
  intersection,
  isEmpty,
  itemSegment,
  leafPaths,
  union,
  withoutFields,
} from './fields.ts';
import {
  entryOf,
  type ManagedEntry,
  managedEntries,
  ownedPart,
  type Writer,
  withOwner,
} from './managed-fields.ts';

/** Who is taken to have set what was there before anyone's fields were tracked. */
const BEFORE_FIRST_APPLY = 'before-first-apply';

/** `live` with everything that `config` sets; lists merge as the schema says. */
function merged(live: unknown, config: unknown, schema: Schema): unknown {
  if (isTree(config)) {
    if ((schema.type === 'object' || schema.type === 'map') && schema.atomic === true) return config;
    const result: Tree = isTree(live) ? { ...live } : {};
    for (const [field, value] of Object.entries(config)) {
      if (value !== null) result[field] = merged(result[field], value, fieldOf(schema, field));
    }
    return result;
  }
  if (!Array.isArray(config) || schema.type !== 'list') return config;
  const current: readonly unknown[] = Array.isArray(live) ? live : [];
  if (schema.set === true) return [...new Set([...current, ...config])];
  const keys = schema.keys;
  if (keys === undefined) return config;
  const idOf = (item: unknown) => (isTree(item) ? itemSegment(item, keys) : '');
  const configured = new Map(config.map((item) => [idOf(item), item]));
  const kept = current.map((item) => {
    const id = idOf(item);
    const applied = configured.get(id);
    configured.delete(id);
    return applied === undefined ? item : merged(item, applied, schema.of);
  });
  return [...kept, ...[...configured.values()].map((item) => merged(undefined, item, schema.of))];
}

/** Items that someone else also owns a part of are not removed, only the fields nobody else has. */
function orphaned(previous: Fields, applied: Fields, others: Fields): Fields {
  const result: Fields = {};
  for (const [segment, own] of Object.entries(previous)) {
    const still = applied[segment];
    const shared = others[segment];
    if (still === undefined && shared === undefined) result[segment] = own;
    else if (!isEmpty(own)) {
      const { '.': _self, ...parts } = own;
      const rest = orphaned(parts, still ?? {}, shared ?? {});
      if (!isEmpty(rest)) result[segment] = rest;
    }
  }
  return result;
}

function conflictError(conflicts: readonly (readonly [ManagedEntry, readonly string[]])[]): ApiError {
  const who = (entry: ManagedEntry) =>
    `"${entry.manager}"${entry.subresource === undefined ? '' : ` with subresource "${entry.subresource}"`}${entry.operation === 'Apply' ? '' : ` using ${entry.apiVersion}`}`;
  const causes: StatusCause[] = conflicts.flatMap(([entry, paths]) =>
    paths.map((field) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${who(entry)}`,
      field,
    })),
  );
  const [only] = causes;
  const text =
    causes.length === 1 && only !== undefined
      ? `Apply failed with 1 conflict: ${only.message}: ${only.field}`
      : `Apply failed with ${causes.length} conflicts: ${conflicts
          .map(([entry, paths]) =>
            paths.length === 1
              ? `conflict with ${who(entry)}: ${paths[0]}`
              : `conflicts with ${who(entry)}:\n${paths.map((path) => `- ${path}`).join('\n')}`,
          )
          .join('\n')}`;
  return new ApiError(409, 'Conflict', text, { causes });
}

export interface ApplyOptions {
  readonly force: boolean;
  readonly writer: Writer;
}

/**
 * Server-side apply: `config` is all that its manager wants set. What it set before and wants no more is
 * removed, unless others own it too. Throws ApiError Conflict when it would change what others own.
 */
export function serverSideApply(
  live: StoredObject | undefined,
  config: Tree,
  schema: Schema,
  options: ApplyOptions,
): StoredObject {
  const { writer, force } = options;
  const wanted = ownedPart(config, writer);
  const applied = fieldsOf(wanted, schema);
  const entries = live === undefined ? [] : trackedEntries(live, schema, writer);
  const mine = entryOf(entries, 'Apply', writer);
  const others = entries.filter((entry) => entry !== mine);
  const result = merged(live ?? {}, { ...config, metadata: appliedMetadata(config) }, schema) as StoredObject;
  const changed = changedFields(ownedPart(live ?? {}, writer), ownedPart(result, writer), schema);
  const conflicts = others
    .map((entry) => [entry, leafPaths(intersection(changed, entry.fieldsV1))] as const)
    .filter(([, paths]) => paths.length > 0);
  if (conflicts.length > 0 && !force) throw conflictError(conflicts);

  const shared = others.reduce<Fields>((sum, entry) => union(sum, entry.fieldsV1), {});
  const gone = mine === undefined ? {} : orphaned(mine.fieldsV1, applied, shared);
  const pruned = withoutFields(result, gone, schema) as StoredObject;
  const lost = difference(intersection(changed, shared), gone);
  pruned.metadata = {
    ...pruned.metadata,
    managedFields: withOwner(entries, 'Apply', writer, String(config.apiVersion), applied, lost),
  };
  return pruned;
}

function appliedMetadata(config: Tree): Tree {
  const {
    managedFields: _managed,
    creationTimestamp: _created,
    ...metadata
  } = isTree(config.metadata) ? config.metadata : {};
  return metadata;
}

function trackedEntries(live: StoredObject, schema: Schema, writer: Writer): readonly ManagedEntry[] {
  const entries = managedEntries(live);
  if (entries.length > 0) return entries;
  return withOwner(
    [],
    'Update',
    { manager: BEFORE_FIRST_APPLY, time: writer.time },
    live.apiVersion,
    fieldsOf(ownedPart(live, {}), schema),
    {},
  );
}

import { isTree, sameJson, type Tree } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import type { StoredObject } from '../store.ts';
import { changedFields, difference, type Fields, isEmpty, union } from './fields.ts';

/** Who set which fields, as an entry of `metadata.managedFields`. */
export interface ManagedEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: Fields;
  readonly subresource?: string;
}

export interface Writer {
  readonly manager: string;
  readonly subresource?: string;
  /** The status is taken together with the rest. */
  readonly whole?: boolean;
  /** RFC 3339. */
  readonly time: string;
}

/** The first 1.x in whose managedFields the writes of a subresource are told apart. */
export const STATUS_OWNED_APART_SINCE = 22;

type OwnedBy = Pick<Writer, 'subresource' | 'whole'>;

const OWNED_METADATA = ['generateName', 'labels', 'annotations', 'finalizers', 'ownerReferences'];

/** The part of an object whose fields have owners: status only through its subresource. */
export function ownedPart(object: Tree, { subresource, whole }: OwnedBy): Tree {
  if (subresource === 'status' && whole !== true)
    return isTree(object.status) ? { status: object.status } : {};
  const { apiVersion: _apiVersion, kind: _kind, status, metadata, ...others } = object;
  const rest: Tree = whole === true && isTree(status) ? { ...others, status } : others;
  const owned = isTree(metadata)
    ? Object.fromEntries(
        OWNED_METADATA.flatMap((field) => (metadata[field] ? [[field, metadata[field]]] : [])),
      )
    : {};
  return Object.keys(owned).length === 0 ? rest : { metadata: owned, ...rest };
}

/** The entries of an object; what a client wrote there that is not an entry is left out. */
export function managedEntries(object: StoredObject): readonly ManagedEntry[] {
  const entries: readonly unknown[] = object.metadata.managedFields ?? [];
  return entries.filter(
    (entry): entry is ManagedEntry =>
      isTree(entry) && typeof entry.manager === 'string' && isTree(entry.fieldsV1),
  );
}

function isSameWriter(entry: ManagedEntry, operation: ManagedEntry['operation'], writer: Writer): boolean {
  return (
    entry.manager === writer.manager &&
    entry.operation === operation &&
    entry.subresource === writer.subresource
  );
}

/** The entry of this writer, if it has one. */
export function entryOf(
  entries: readonly ManagedEntry[],
  operation: ManagedEntry['operation'],
  writer: Writer,
): ManagedEntry | undefined {
  return entries.find((entry) => isSameWriter(entry, operation, writer));
}

/**
 * The entries after `writer` took `owned`, and everybody else lost `lost`. An entry that owns nothing goes.
 * `owned` replaces what the writer had.
 */
export function withOwner(
  entries: readonly ManagedEntry[],
  operation: ManagedEntry['operation'],
  writer: Writer,
  apiVersion: string,
  owned: Fields,
  lost: Fields,
): ManagedEntry[] {
  const mine = entryOf(entries, operation, writer);
  const unchanged = mine !== undefined && sameJson(mine.fieldsV1, owned) && mine.apiVersion === apiVersion;
  const own: ManagedEntry = unchanged
    ? mine
    : {
        manager: writer.manager,
        operation,
        apiVersion,
        time: writer.time,
        fieldsType: 'FieldsV1',
        fieldsV1: owned,
        ...(writer.subresource === undefined ? {} : { subresource: writer.subresource }),
      };
  const rest = entries.map((entry) =>
    entry === mine ? own : { ...entry, fieldsV1: difference(entry.fieldsV1, lost) },
  );
  return (mine === undefined ? [...rest, own] : rest).filter((entry) => !isEmpty(entry.fieldsV1));
}

/** Structures that every object has, as Go's types go: they are nobody's, only what is in them is. */
const EMPTY_PARTS: Tree = {
  metadata: {},
  spec: {
    containers: null,
    strategy: {},
    template: { metadata: {}, spec: { containers: null } },
  },
  status: { loadBalancer: {} },
};

/** Given to a Service by the server after it has noted whose the fields are. */
const ALLOCATED = ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'];

function withoutAllocated(object: StoredObject): Tree {
  if (object.kind !== 'Service' || !isTree(object.spec)) return object;
  const kept = Object.entries(object.spec).filter(([field]) => !ALLOCATED.includes(field));
  return { ...object, spec: Object.fromEntries(kept) };
}

/** Sets `after.metadata.managedFields` for a create, update or patch that turned `before` into `after`. */
export function recordUpdate(
  before: StoredObject | undefined,
  after: StoredObject,
  schema: Schema,
  writer: Writer,
): void {
  const old = before === undefined ? EMPTY_PARTS : { metadata: {}, status: {}, ...ownedPart(before, writer) };
  const fresh = ownedPart(before === undefined ? withoutAllocated(after) : after, writer);
  const changed = changedFields(old, fresh, schema);
  const gone = difference(changedFields(fresh, old, schema), changed);
  if (isEmpty(changed) && isEmpty(gone)) return;
  const entries = managedEntries(after);
  const had = entryOf(entries, 'Update', writer)?.fieldsV1 ?? {};
  const owned = union(difference(had, gone), changed);
  after.metadata.managedFields = withOwner(
    entries,
    'Update',
    writer,
    after.apiVersion,
    owned,
    union(changed, gone),
  );
}

import type { Json } from '../../ports/json.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import {
  type FieldSet,
  isEmptySet,
  type ManagedEntry,
  managedEntries,
  splitAt,
  unionOf,
} from './managed-fields.ts';

/** The manager under which kubectl apply has written what the manifests said, before server-side apply. */
const CLIENT_SIDE = 'kubectl-client-side-apply';
/** What the API server calls the owner of fields from before anyone's were tracked. */
const BEFORE_FIRST = 'before-first-apply';

/** Whether a field of this manager came from manifests too, so that taking it over takes nothing from anyone. */
export function isHeritage(manager: string, own: string): boolean {
  return manager === CLIENT_SIDE || manager === BEFORE_FIRST || manager === own;
}

export interface Ownership {
  /** Fields that the manifests set before and that pass to our manager. */
  readonly adopted: FieldSet;
  /** What our manager has applied already. */
  readonly mine: FieldSet;
  /** Everybody else's. */
  readonly others: FieldSet;
}

/** Whose the fields are, as far as applying manifests is concerned; `untouched` paths stay with whom they are. */
export function ownershipOf(
  live: KubeObject,
  apiVersion: string,
  manager: string,
  untouched: readonly (readonly string[])[],
): Ownership {
  let [adopted, mine, others]: FieldSet[] = [{}, {}, {}];
  for (const entry of managedEntries(live)) {
    if (isMine(entry, manager)) mine = unionOf(mine ?? {}, entry.fieldsV1);
    else if (isAdoptable(entry, apiVersion, manager)) {
      const { under, rest } = splitAt(entry.fieldsV1, untouched);
      adopted = unionOf(adopted ?? {}, rest);
      others = unionOf(others ?? {}, under);
    } else others = unionOf(others ?? {}, entry.fieldsV1);
  }
  return { adopted: adopted ?? {}, mine: mine ?? {}, others: others ?? {} };
}

/**
 * The managed fields after our manager took over what kubectl apply had set. Only then does server-side apply remove
 * what the manifests no longer have.
 */
export function adoptingEntries(
  live: KubeObject,
  apiVersion: string,
  manager: string,
  untouched: readonly (readonly string[])[],
): Json {
  const { adopted, mine } = ownershipOf(live, apiVersion, manager, untouched);
  const kept = managedEntries(live).flatMap((entry): ManagedEntry[] => {
    if (isMine(entry, manager)) return [];
    if (!isAdoptable(entry, apiVersion, manager)) return [entry];
    const { under } = splitAt(entry.fieldsV1, untouched);
    return isEmptySet(under) ? [] : [{ ...entry, fieldsV1: under }];
  });
  const own = {
    manager,
    operation: 'Apply',
    apiVersion,
    fieldsType: 'FieldsV1',
    fieldsV1: unionOf(mine, adopted),
  };
  const entries: Json = JSON.parse(JSON.stringify([...kept, own]));
  return entries;
}

/** Whether earlier manifests set fields in a way that cannot pass to us: under another version of the API, or before that was tracked. */
export function hasStaleHeritage(live: KubeObject, apiVersion: string, manager: string): boolean {
  const entries = managedEntries(live);
  return (
    entries.length === 0 ||
    entries.some(
      (entry) =>
        isHeritage(entry.manager, manager) &&
        !entry.subresource &&
        !isMine(entry, manager) &&
        !isAdoptable(entry, apiVersion, manager),
    )
  );
}

function isMine({ manager, operation, subresource }: ManagedEntry, own: string): boolean {
  return manager === own && operation === 'Apply' && !subresource;
}

function isAdoptable(entry: ManagedEntry, apiVersion: string, own: string): boolean {
  const { manager, operation, subresource } = entry;
  return (
    operation === 'Update' && !subresource && entry.apiVersion === apiVersion && isHeritage(manager, own)
  );
}

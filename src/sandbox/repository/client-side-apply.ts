import type { Tree } from '../kubernetes/json.ts';
import { kubernetesTime, type MemoryStore } from '../kubernetes/memory-store.ts';
import { fieldsOf } from '../kubernetes/patch/fields.ts';
import { ownedPart, recordUpdate } from '../kubernetes/patch/managed-fields.ts';
import { serverSideApply } from '../kubernetes/patch/server-side-apply.ts';
import { RESOURCE_TYPES, storageKey } from '../kubernetes/resource-types.ts';
import { schemaOf } from '../kubernetes/schema/kinds.ts';
import type { StoredObject, TypeKey } from '../kubernetes/store.ts';
import type { ManifestObject, RepositorySpec } from './repository-spec.ts';

const MANAGER = 'kubectl-client-side-apply';
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Does to the cluster what the repository's newest commit did, with the traces that `kubectl apply` leaves. */
export function applyHistory(store: MemoryStore, { good, bad, removed }: RepositorySpec, now: number): void {
  const time = kubernetesTime(now);
  for (const object of good) applyManifest(store, object, undefined, time);
  for (const object of bad) {
    const before = good.find(
      ({ kind, metadata }) => kind === object.kind && metadata.name === object.metadata.name,
    );
    applyManifest(store, object, before, time);
  }
  for (const { kind, apiVersion, metadata } of removed) {
    store.remove(keyOf(apiVersion, kind), metadata.namespace, metadata.name);
  }
}

/** `kubectl apply` of one manifest over what it applied before: fields that were dropped from it go. */
function applyManifest(
  store: MemoryStore,
  manifest: ManifestObject,
  before: ManifestObject | undefined,
  time: string,
): void {
  const key = keyOf(manifest.apiVersion, manifest.kind);
  const schema = schemaOf(key);
  const noted = withNote(manifest);
  const live = store.get(key, manifest.metadata.namespace, manifest.metadata.name);
  if (live === undefined) {
    const draft = store.prepareCreate(key, {
      ...structuredClone(noted),
      metadata: { ...structuredClone(noted.metadata), creationTimestamp: time },
    });
    recordUpdate(undefined, draft, schema, { manager: MANAGER, time });
    store.create(key, draft);
    return;
  }
  const writer = { manager: MANAGER, time };
  const owned = {
    manager: MANAGER,
    operation: 'Apply' as const,
    apiVersion: manifest.apiVersion,
    fieldsType: 'FieldsV1' as const,
    fieldsV1: fieldsOf(ownedPart(withNote(before ?? manifest) as unknown as Tree, {}), schema),
  };
  const owning = { ...live, metadata: { ...live.metadata, managedFields: [owned] } };
  const merged = serverSideApply(owning, structuredClone(noted) as unknown as Tree, schema, {
    force: true,
    writer,
  });
  const { managedFields } = live.metadata;
  const after: StoredObject = {
    ...merged,
    metadata: { ...merged.metadata, managedFields: structuredClone(managedFields ?? []) },
  };
  const draft = store.prepareUpdate(key, after, { ofWhole: true });
  recordUpdate(live, draft, schema, writer);
  store.update(key, draft, { ofWhole: true });
}

function withNote(manifest: ManifestObject): ManifestObject {
  const annotations = {
    ...Object(manifest.metadata.annotations),
    [LAST_APPLIED]: `${JSON.stringify(manifest)}\n`,
  };
  return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

function keyOf(apiVersion: string, kind: string): TypeKey {
  const type = RESOURCE_TYPES.find(
    (item) =>
      item.kind === kind &&
      apiVersion === (item.group === '' ? item.version : `${item.group}/${item.version}`),
  );
  if (type === undefined) throw new Error(`The sandbox knows no kind ${kind} in ${apiVersion}.`);
  return storageKey(type);
}

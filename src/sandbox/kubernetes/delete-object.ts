import { type ApiCall, type Cluster, json, type Reply, storageNamespace } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { FOREGROUND } from './controllers/garbage-collector.ts';
import { isTree, type Tree } from './json.ts';
import { kubernetesTime } from './memory-store.ts';
import { presentList, presentObject } from './present.ts';
import { existing } from './read.ts';
import { storageKey } from './resource-types.ts';
import { selection } from './selectors.ts';
import type { StoredObject } from './store.ts';

/** DeleteOptions, from the body or the query. */
interface DeleteOptions {
  readonly gracePeriodSeconds: number | undefined;
  readonly propagationPolicy: string;
  readonly preconditions: Tree;
  readonly dryRun: boolean;
}

function optionsOf(call: ApiCall): DeleteOptions {
  const body: Tree = isTree(call.document) ? call.document : {};
  const grace = body.gracePeriodSeconds ?? call.query.get('gracePeriodSeconds');
  return {
    gracePeriodSeconds: grace === null || grace === undefined ? undefined : Number(grace),
    propagationPolicy: String(body.propagationPolicy ?? call.query.get('propagationPolicy') ?? 'Background'),
    preconditions: isTree(body.preconditions) ? body.preconditions : {},
    dryRun: call.dryRun,
  };
}

function checkPreconditions(call: ApiCall, object: StoredObject, preconditions: Tree): void {
  const { uid, resourceVersion, name } = object.metadata;
  const { kind, group } = call.type;
  const stale = (what: string, asked: unknown, found: string) =>
    ApiError.conflict(
      { group, resource: kind },
      name,
      `the ${what} in the precondition (${asked}) does not match the ${what} in record (${found}). The object might have been deleted and then recreated`,
    );
  if (preconditions.uid !== undefined && preconditions.uid !== uid) {
    throw stale('UID', preconditions.uid, uid);
  }
  if (preconditions.resourceVersion !== undefined && preconditions.resourceVersion !== resourceVersion) {
    throw stale('ResourceVersion', preconditions.resourceVersion, resourceVersion);
  }
}

/** Takes the owner out of its dependents, so that they outlive it. */
function orphanDependents(cluster: Cluster, owner: StoredObject): void {
  for (const type of cluster.types) {
    const key = storageKey(type);
    for (const object of cluster.store.list(key, owner.metadata.namespace)) {
      const owners = object.metadata.ownerReferences ?? [];
      if (!owners.some((reference) => reference.uid === owner.metadata.uid)) continue;
      cluster.store.mutate(key, object.metadata.namespace, object.metadata.name, (draft) => {
        draft.metadata.ownerReferences = owners.filter((reference) => reference.uid !== owner.metadata.uid);
      });
    }
  }
}

/** A pod on a node is only marked: its kubelet removes it once its containers have stopped. */
function graceOf(call: ApiCall, object: StoredObject, options: DeleteOptions): number {
  if (call.type.group !== '' || call.type.resource !== 'pods') return 0;
  const isOver = object.status?.phase === 'Succeeded' || object.status?.phase === 'Failed';
  if (object.spec?.nodeName === undefined || isOver) return 0;
  return options.gracePeriodSeconds ?? object.spec?.terminationGracePeriodSeconds ?? 30;
}

/** Deleted in the foreground, an object waits for the garbage collector to take its dependents first. */
function finalizersOf(call: ApiCall, object: StoredObject, options: DeleteOptions): readonly unknown[] {
  const { finalizers } = object.metadata;
  const own: readonly unknown[] = Array.isArray(finalizers) ? finalizers : [];
  const waits = options.propagationPolicy === 'Foreground' && call.type.resource !== 'namespaces';
  return waits && !own.includes(FOREGROUND) ? [...own, FOREGROUND] : own;
}

type Deleted = { readonly gone: boolean; readonly object: StoredObject };

function deleteOne(cluster: Cluster, call: ApiCall, object: StoredObject, options: DeleteOptions): Deleted {
  checkPreconditions(call, object, options.preconditions);
  const key = storageKey(call.type);
  const { namespace, name } = object.metadata;
  const grace = graceOf(call, object, options);
  const finalizers = finalizersOf(call, object, options);
  const stays = grace > 0 || finalizers.length > 0;
  if (options.dryRun) return { gone: !stays, object };
  if (options.propagationPolicy === 'Orphan') orphanDependents(cluster, object);
  if (!stays) {
    if (call.type.resource === 'namespaces') emptyNamespace(cluster, name);
    return { gone: true, object: cluster.store.remove(key, namespace, name) ?? object };
  }
  const marked = cluster.store.mutate(key, namespace, name, (draft) => {
    const left = draft.metadata.deletionGracePeriodSeconds;
    if (left !== undefined && left <= grace) return;
    draft.metadata.deletionTimestamp = kubernetesTime(cluster.now() + grace * 1000);
    draft.metadata.deletionGracePeriodSeconds = grace;
    if (finalizers.length > 0) draft.metadata.finalizers = finalizers;
  });
  return { gone: false, object: marked ?? object };
}

function emptyNamespace(cluster: Cluster, namespace: string): void {
  for (const type of cluster.types.filter((item) => item.namespaced)) {
    const key = storageKey(type);
    for (const object of cluster.store.list(key, namespace)) {
      cluster.store.remove(key, namespace, object.metadata.name);
    }
  }
}

/** Answers with the object where it stays for a while, otherwise with a Status; a pod is always shown. */
export function deleteObject(cluster: Cluster, call: ApiCall): Reply {
  const { gone, object } = deleteOne(cluster, call, existing(cluster, call), optionsOf(call));
  const isPod = call.type.group === '' && call.type.resource === 'pods';
  if (!gone || isPod) return json(200, presentObject(cluster, call, object));
  const { group, resource } = call.type;
  return json(200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: object.metadata.name,
      ...(group === '' ? {} : { group }),
      kind: resource,
      uid: object.metadata.uid,
    },
  });
}

export function deleteCollection(cluster: Cluster, call: ApiCall): Reply {
  const key = storageKey(call.type);
  const selected = selection(call.query, `${key.resource}.${key.group}`);
  const options = optionsOf(call);
  const objects = cluster.store.list(key, storageNamespace(call)).filter(selected);
  const deleted = objects.map((object) => deleteOne(cluster, call, object, options).object);
  const metadata = { resourceVersion: String(cluster.store.revision) };
  return json(200, presentList(cluster, call, deleted, metadata));
}

import { randomUUID } from 'node:crypto';
import { ApiError } from './api-error.ts';
import { applyDefaults } from './defaults.ts';
import { deepFreeze, sameJson } from './json.ts';
import { countsAnnotations, hasGeneration, LATEST_MINOR } from './resource-types.ts';
import type { Store, StoreChange, StoredObject, TypeKey, UpdateOptions } from './store.ts';

/** Changes kept for watches that resume; an older resourceVersion gets 410. */
const HISTORY_LIMIT = 4096;

/** RFC 3339 in whole seconds, as the API server writes times. */
export function kubernetesTime(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

function typeId(key: TypeKey): string {
  return `${key.resource}.${key.group}`;
}

function objectId(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

/** What `generation` counts: everything but metadata and status, sometimes the annotations too. */
function countedPart(object: StoredObject, withAnnotations: boolean): Record<string, unknown> {
  const { metadata, status: _status, ...rest } = object;
  return withAnnotations ? { ...rest, annotations: metadata.annotations ?? {} } : rest;
}

/** Everything but the revision itself: a write that leaves this equal changes nothing. */
function contentOf(object: StoredObject): Record<string, unknown> {
  const { resourceVersion: _revision, ...metadata } = object.metadata;
  return { ...object, metadata };
}

type NewObject = Parameters<Store['create']>[1];

export interface MemoryStoreOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly historyLimit?: number;
  /** Of which 1.x the defaults are. */
  readonly minor?: number;
}

/** The `Store` of one sandbox, in memory. Fills in the defaults of each type, as the API server would. */
export class MemoryStore implements Store {
  readonly #now: () => number;
  readonly #historyLimit: number;
  readonly #minor: number;
  readonly #objects = new Map<string, Map<string, StoredObject>>();
  /** Lists by type and namespace as they were last asked for; a write to the type forgets its own. */
  readonly #sorted = new Map<string, Map<string | undefined, readonly StoredObject[]>>();
  readonly #listeners = new Set<(change: StoreChange) => void>();
  #history: StoreChange[] = [];
  #forgottenUpTo = 0;
  #revision = 0;
  readonly #undelivered: StoreChange[] = [];
  #delivering = false;

  constructor(options: MemoryStoreOptions) {
    this.#now = options.now;
    this.#historyLimit = options.historyLimit ?? HISTORY_LIMIT;
    this.#minor = options.minor ?? LATEST_MINOR;
  }

  get revision(): number {
    return this.#revision;
  }

  get(key: TypeKey, namespace: string | undefined, name: string): StoredObject | undefined {
    return this.#objects.get(typeId(key))?.get(objectId(namespace, name));
  }

  list(key: TypeKey, namespace?: string): readonly StoredObject[] {
    const id = typeId(key);
    const byNamespace = this.#sorted.get(id) ?? new Map<string | undefined, readonly StoredObject[]>();
    this.#sorted.set(id, byNamespace);
    const all = byNamespace.get(undefined) ?? sortedById(this.#objects.get(id));
    byNamespace.set(undefined, all);
    if (namespace === undefined) return all;
    const own = byNamespace.get(namespace) ?? all.filter((item) => item.metadata.namespace === namespace);
    byNamespace.set(namespace, own);
    return own;
  }

  create(key: TypeKey, object: NewObject): StoredObject {
    this.assertFree(key, object.metadata);
    return this.#commit('ADDED', key, this.prepareCreate(key, object));
  }

  /** Throws ApiError AlreadyExists. */
  assertFree(key: TypeKey, { namespace, name }: NewObject['metadata']): void {
    if (this.get(key, namespace, name) !== undefined) throw ApiError.alreadyExists(key, name);
  }

  /** What `create` would store if the name is free, without storing it. Has no resourceVersion yet. */
  prepareCreate(key: TypeKey, object: NewObject): StoredObject {
    const draft = structuredClone(object) as unknown as StoredObject;
    draft.metadata.uid ??= randomUUID();
    draft.metadata.creationTimestamp ??= kubernetesTime(this.#now());
    if (hasGeneration(key)) draft.metadata.generation ??= 1;
    applyDefaults(key, draft, this.#minor);
    return draft;
  }

  update(key: TypeKey, object: StoredObject, options?: UpdateOptions): StoredObject {
    const { current, draft } = this.#prepare(key, object, options);
    if (sameJson(contentOf(current), contentOf(draft))) return current;
    return this.#commit('MODIFIED', key, draft, current);
  }

  /** What `update` would store, without storing it: a dry run. Keeps the current resourceVersion. */
  prepareUpdate(key: TypeKey, object: StoredObject, options?: UpdateOptions): StoredObject {
    const { current, draft } = this.#prepare(key, object, options);
    draft.metadata.resourceVersion = current.metadata.resourceVersion;
    return draft;
  }

  #prepare(key: TypeKey, object: StoredObject, options: UpdateOptions | undefined) {
    const { namespace, name } = object.metadata;
    const current = this.get(key, namespace, name);
    if (current === undefined) throw ApiError.notFound(key, name);
    const expected = options?.ifRevision;
    if (expected !== undefined && expected !== current.metadata.resourceVersion) {
      throw ApiError.conflict(key, name);
    }
    const draft = structuredClone(object);
    applyDefaults(key, draft, this.#minor);
    if (hasGeneration(key)) {
      const before = current.metadata.generation ?? 1;
      const counted = options?.ofWhole === true && countsAnnotations(key);
      draft.metadata.generation = sameJson(countedPart(current, counted), countedPart(draft, counted))
        ? before
        : before + 1;
    }
    return { current, draft };
  }

  mutate(
    key: TypeKey,
    namespace: string | undefined,
    name: string,
    change: (draft: StoredObject) => void,
  ): StoredObject | undefined {
    const current = this.get(key, namespace, name);
    if (current === undefined) return undefined;
    const draft = structuredClone(current);
    change(draft);
    return this.update(key, draft);
  }

  remove(key: TypeKey, namespace: string | undefined, name: string): StoredObject | undefined {
    const current = this.get(key, namespace, name);
    if (current === undefined) return undefined;
    return this.#commit('DELETED', key, structuredClone(current), current);
  }

  subscribe(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  since(revision: number): readonly StoreChange[] | undefined {
    if (revision < this.#forgottenUpTo) return undefined;
    const first = this.#history.findIndex((change) => change.revision > revision);
    return first === -1 ? [] : this.#history.slice(first);
  }

  /** Forgets all changes so far, as etcd's compaction does: older watches must list again. */
  compact(): void {
    this.#history = [];
    this.#forgottenUpTo = this.#revision;
  }

  #commit(
    type: StoreChange['type'],
    key: TypeKey,
    draft: StoredObject,
    previous?: StoredObject,
  ): StoredObject {
    this.#revision += 1;
    draft.metadata.resourceVersion = String(this.#revision);
    const object = deepFreeze(draft);
    const id = objectId(object.metadata.namespace, object.metadata.name);
    const kept = typeId(key);
    const objects = this.#objects.get(kept) ?? new Map<string, StoredObject>();
    this.#objects.set(kept, objects);
    this.#sorted.delete(kept);
    if (type === 'DELETED') objects.delete(id);
    else objects.set(id, object);
    const change: StoreChange = {
      type,
      key,
      object,
      revision: this.#revision,
      ...(previous === undefined ? {} : { previous }),
    };
    this.#remember(change);
    this.#undelivered.push(change);
    this.#deliver();
    return object;
  }

  /** One at a time: a listener that writes queues its change behind the one being delivered. */
  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let next = this.#undelivered.shift(); next !== undefined; next = this.#undelivered.shift()) {
        for (const listener of [...this.#listeners]) listener(next);
      }
    } finally {
      this.#delivering = false;
    }
  }

  #remember(change: StoreChange): void {
    this.#history.push(change);
    // Trimmed a quarter at a time, so that it is not copied on every write.
    if (this.#history.length <= this.#historyLimit * 1.25) return;
    const dropped = this.#history.splice(0, this.#history.length - this.#historyLimit);
    this.#forgottenUpTo = dropped.at(-1)?.revision ?? this.#forgottenUpTo;
  }
}

function sortedById(objects: ReadonlyMap<string, StoredObject> | undefined): readonly StoredObject[] {
  const entries = [...(objects ?? [])].sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([, object]) => object);
}

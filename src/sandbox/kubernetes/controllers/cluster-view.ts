import type { Store, StoreChange, StoredObject, TypeKey } from '../store.ts';
import { keyId } from './keys.ts';

export interface Dependent {
  readonly key: TypeKey;
  readonly object: StoredObject;
}

/** A change together with what the object was before it. */
export interface ViewChange extends StoreChange {
  readonly previous: StoredObject | undefined;
}

/**
 * What the controllers see of the store, indexed by namespace and by owner, so that no reconcile
 * has to look through every object. Its listeners run after the indexes are up to date.
 */
export class ClusterView {
  readonly #store: Store;
  readonly #byNamespace = new Map<string, Map<string, StoredObject>>();
  readonly #byOwner = new Map<string, Map<string, Dependent>>();
  readonly #listeners = new Map<string, ((change: ViewChange) => void)[]>();
  readonly #anyListeners: ((change: ViewChange) => void)[] = [];
  #unsubscribe: (() => void) | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Reads what is there of these types, then follows every change. */
  start(keys: readonly TypeKey[]): void {
    for (const key of keys) for (const object of this.#store.list(key)) this.#put(key, object);
    this.#unsubscribe = this.#store.subscribe((change) => this.#apply(change));
  }

  stop(): void {
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  on(key: TypeKey, listener: (change: ViewChange) => void): void {
    const id = keyId(key);
    const listeners = this.#listeners.get(id) ?? [];
    this.#listeners.set(id, listeners);
    listeners.push(listener);
  }

  onAny(listener: (change: ViewChange) => void): void {
    this.#anyListeners.push(listener);
  }

  inNamespace(key: TypeKey, namespace: string): StoredObject[] {
    return [...(this.#byNamespace.get(bucketId(key, namespace))?.values() ?? [])];
  }

  all(key: TypeKey): StoredObject[] {
    const prefix = `${keyId(key)} `;
    const found: StoredObject[] = [];
    for (const [id, objects] of this.#byNamespace) if (id.startsWith(prefix)) found.push(...objects.values());
    return found;
  }

  /** Objects of any type that name this uid among their owners. */
  dependentsOf(uid: string): Dependent[] {
    return [...(this.#byOwner.get(uid)?.values() ?? [])];
  }

  /** Objects of one type whose controller is this uid. */
  controlledBy(uid: string, key: TypeKey): StoredObject[] {
    const id = keyId(key);
    return this.dependentsOf(uid)
      .filter((dependent) => keyId(dependent.key) === id && controllerOf(dependent.object)?.uid === uid)
      .map((dependent) => dependent.object);
  }

  #apply(change: StoreChange): void {
    const { name, namespace } = change.object.metadata;
    const previous = this.#byNamespace.get(bucketId(change.key, namespace ?? ''))?.get(name);
    if (previous !== undefined) this.#drop(change.key, previous);
    if (change.type !== 'DELETED') this.#put(change.key, change.object);
    const seen: ViewChange = { ...change, previous };
    for (const listener of this.#listeners.get(keyId(change.key)) ?? []) listener(seen);
    for (const listener of this.#anyListeners) listener(seen);
  }

  #put(key: TypeKey, object: StoredObject): void {
    const { name, namespace } = object.metadata;
    bucket(this.#byNamespace, bucketId(key, namespace ?? '')).set(name, object);
    for (const owner of object.metadata.ownerReferences ?? []) {
      bucket(this.#byOwner, owner.uid).set(dependentId(key, object), { key, object });
    }
  }

  #drop(key: TypeKey, object: StoredObject): void {
    const { name, namespace } = object.metadata;
    this.#byNamespace.get(bucketId(key, namespace ?? ''))?.delete(name);
    for (const owner of object.metadata.ownerReferences ?? []) {
      const dependents = this.#byOwner.get(owner.uid);
      dependents?.delete(dependentId(key, object));
      if (dependents?.size === 0) this.#byOwner.delete(owner.uid);
    }
  }
}

export function controllerOf(object: StoredObject) {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}

function bucketId(key: TypeKey, namespace: string): string {
  return `${keyId(key)} ${namespace}`;
}

function dependentId(key: TypeKey, object: StoredObject): string {
  return `${keyId(key)} ${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function bucket<T>(buckets: Map<string, Map<string, T>>, id: string): Map<string, T> {
  const found = buckets.get(id);
  if (found !== undefined) return found;
  const fresh = new Map<string, T>();
  buckets.set(id, fresh);
  return fresh;
}

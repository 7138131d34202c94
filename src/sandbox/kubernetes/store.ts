/** An object in the sandbox cluster: plain JSON, as a client would see it. */
export interface StoredObject {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    uid: string;
    resourceVersion: string;
    generation?: number;
    creationTimestamp: string;
    deletionTimestamp?: string;
    deletionGracePeriodSeconds?: number;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: {
      apiVersion: string;
      kind: string;
      name: string;
      uid: string;
      controller?: boolean;
      blockOwnerDeletion?: boolean;
    }[];
    managedFields?: unknown[];
    [field: string]: unknown;
  };
  // biome-ignore lint/suspicious/noExplicitAny: objects of every kind live here; each controller knows its own
  [field: string]: any;
}

/** Identifies a resource type: plural and group; 'pods' of '' , 'deployments' of 'apps'. */
export interface TypeKey {
  readonly group: string;
  readonly resource: string;
}

export interface StoreChange {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly key: TypeKey;
  readonly object: StoredObject;
  /** What it was before a MODIFIED or DELETED. */
  readonly previous?: StoredObject | undefined;
  /** resourceVersion of this change, monotonic over the whole store. */
  readonly revision: number;
}

export interface UpdateOptions {
  /** The write is refused when the object has moved on from it. */
  readonly ifRevision?: string;
  /** A write to the object itself, not to its status: of some types a changed annotation counts then. */
  readonly ofWhole?: boolean;
}

/**
 * The sandbox's etcd: typed by plural and group, one monotonic revision, a bounded history for watches.
 * Objects handed out are frozen snapshots; a write replaces them.
 */
export interface Store {
  readonly revision: number;
  get(key: TypeKey, namespace: string | undefined, name: string): StoredObject | undefined;
  list(key: TypeKey, namespace?: string): readonly StoredObject[];
  /** Stamps uid, creationTimestamp, resourceVersion, generation 1 where absent. Throws ApiError AlreadyExists. */
  create(
    key: TypeKey,
    object: Omit<StoredObject, 'metadata'> & {
      metadata: Partial<StoredObject['metadata']> & { name: string };
    },
  ): StoredObject;
  /**
   * Replaces. Bumps generation when anything outside metadata and status changed.
   * With `ifRevision`, throws ApiError Conflict when the object has moved on. A write that changes nothing keeps the revision.
   */
  update(key: TypeKey, object: StoredObject, options?: UpdateOptions): StoredObject;
  /** Reads, changes a copy, writes; undefined when the object is not there. For controllers. */
  mutate(
    key: TypeKey,
    namespace: string | undefined,
    name: string,
    change: (draft: StoredObject) => void,
  ): StoredObject | undefined;
  remove(key: TypeKey, namespace: string | undefined, name: string): StoredObject | undefined;
  /** Called synchronously after each change, in order. Returns the unsubscriber. */
  subscribe(listener: (change: StoreChange) => void): () => void;
  /** Changes after `revision`, oldest first; undefined when history no longer reaches back that far (410). */
  since(revision: number): readonly StoreChange[] | undefined;
}

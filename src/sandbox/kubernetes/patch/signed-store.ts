import { sameJson } from '../json.ts';
import { kubernetesTime } from '../memory-store.ts';
import { schemaOf } from '../schema/kinds.ts';
import type { Store, StoredObject, TypeKey } from '../store.ts';
import { recordUpdate, STATUS_OWNED_APART_SINCE, type Writer } from './managed-fields.ts';

export interface Signature {
  readonly manager: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Of the cluster's version, 1.x. */
  readonly minor: number;
}

/** The store as one component writes to it: each of its writes says in `managedFields` that it was this one. */
export function signedStore(store: Store, { manager, now, minor }: Signature): Store {
  const sign = (key: TypeKey, before: StoredObject | undefined, after: StoredObject): void => {
    const ofStatus = minor >= STATUS_OWNED_APART_SINCE && !sameJson(before?.status, after.status);
    const writer: Writer = {
      manager,
      time: kubernetesTime(now()),
      whole: true,
      ...(before !== undefined && ofStatus ? { subresource: 'status' } : {}),
    };
    recordUpdate(before, after, schemaOf(key), writer);
  };
  return {
    get revision() {
      return store.revision;
    },
    get: (key, namespace, name) => store.get(key, namespace, name),
    list: (key, namespace) => store.list(key, namespace),
    create(key, object) {
      const draft = structuredClone(object) as unknown as StoredObject;
      sign(key, undefined, draft);
      return store.create(key, draft);
    },
    update(key, object, options) {
      const before = store.get(key, object.metadata.namespace, object.metadata.name);
      if (before === undefined || sameJson(before, object)) return store.update(key, object, options);
      const draft = structuredClone(object);
      sign(key, before, draft);
      return store.update(key, draft, options);
    },
    mutate: (key, namespace, name, change) =>
      store.mutate(key, namespace, name, (draft) => {
        const before = store.get(key, namespace, name);
        change(draft);
        if (!sameJson(before, draft)) sign(key, before, draft);
      }),
    remove: (key, namespace, name) => store.remove(key, namespace, name),
    subscribe: (listener) => store.subscribe(listener),
    since: (revision) => store.since(revision),
  };
}

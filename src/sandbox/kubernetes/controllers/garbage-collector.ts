import type { StoredObject, TypeKey } from '../store.ts';
import type { Dependent } from './cluster-view.ts';
import type { Controller, ControllerContext } from './controller-context.ts';
import { PODS, sameKey } from './keys.ts';
import { deletePod } from './replica-set-controller.ts';

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** Deletes what has lost its owners, and ends the deletions that wait for it. */
export class GarbageCollector implements Controller {
  readonly #context: ControllerContext;
  readonly #cancels = new Set<() => void>();
  /** Owners whose deletion waits for their dependents, by uid. */
  readonly #waiting = new Map<string, Dependent>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  start(): void {
    this.#context.view.onAny(({ type, key, object }) => {
      if (type === 'DELETED') this.#soon(() => this.#ownerGone(object));
      else if (this.#waitsFor(object) !== undefined) this.#soon(() => this.#settle(key, object));
    });
  }

  stop(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #soon(work: () => void): void {
    const cancel = this.#context.clock.after(0, () => {
      this.#cancels.delete(cancel);
      work();
    });
    this.#cancels.add(cancel);
  }

  #waitsFor(object: StoredObject): string | undefined {
    if (object.metadata.deletionTimestamp === undefined) return undefined;
    return finalizersOf(object).find((name) => name === FOREGROUND || name === ORPHAN);
  }

  #ownerGone(owner: StoredObject): void {
    for (const dependent of this.#context.view.dependentsOf(owner.metadata.uid)) {
      const owners = dependent.object.metadata.ownerReferences ?? [];
      if (owners.length > 1) this.#disown(dependent, owner.metadata.uid);
      else this.#delete(dependent);
    }
    for (const { uid } of owner.metadata.ownerReferences ?? []) this.#settleOwner(uid);
  }

  /** An owner deleted in the foreground goes once its last dependent has gone. */
  #settleOwner(uid: string): void {
    const waiting = this.#waiting.get(uid);
    if (waiting !== undefined) this.#settle(waiting.key, waiting.object);
  }

  #settle(key: TypeKey, object: StoredObject): void {
    const { view, store } = this.#context;
    const { namespace, name, uid } = object.metadata;
    const current = store.get(key, namespace, name);
    const finalizer = current && this.#waitsFor(current);
    if (current === undefined || current.metadata.uid !== uid || finalizer === undefined) {
      this.#waiting.delete(uid);
      return;
    }
    this.#waiting.set(uid, { key, object: current });
    const dependents = view.dependentsOf(uid);
    for (const dependent of dependents) {
      if (finalizer === ORPHAN) this.#disown(dependent, uid);
      else this.#delete(dependent);
    }
    if (finalizer === FOREGROUND && dependents.length > 0) return;
    this.#waiting.delete(uid);
    this.#release(key, current, finalizer);
  }

  #release(key: TypeKey, object: StoredObject, finalizer: string): void {
    const { store } = this.#context;
    const { namespace, name } = object.metadata;
    const left = finalizersOf(object).filter((item) => item !== finalizer);
    if (left.length === 0) {
      store.remove(key, namespace, name);
      return;
    }
    store.mutate(key, namespace, name, (draft) => {
      draft.metadata.finalizers = left;
    });
  }

  #disown({ key, object }: Dependent, ownerUid: string): void {
    const { namespace, name } = object.metadata;
    this.#context.store.mutate(key, namespace, name, (draft) => {
      const owners = (draft.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== ownerUid);
      if (owners.length > 0) draft.metadata.ownerReferences = owners;
      else delete draft.metadata.ownerReferences;
    });
  }

  #delete({ key, object }: Dependent): void {
    if (sameKey(key, PODS)) deletePod(this.#context, object);
    else this.#context.store.remove(key, object.metadata.namespace, object.metadata.name);
  }
}

function finalizersOf(object: StoredObject): readonly string[] {
  const { finalizers } = object.metadata;
  return Array.isArray(finalizers) ? finalizers : [];
}

import type { StoredObject, TypeKey } from '../store.ts';
import type { Dependent } from './cluster-view.ts';
import type { Controller, ControllerContext } from './controller-context.ts';
import { timeText } from './deployment-status.ts';
import { PODS, sameKey } from './keys.ts';
import { deletePod } from './replica-set-controller.ts';

/** The finalizer of what is deleted only after its dependents. */
export const FOREGROUND = 'foregroundDeletion';

/** Deletes what has lost its owners, and what is deleted in the foreground once its dependents are gone. */
export class GarbageCollector implements Controller {
  readonly #context: ControllerContext;
  readonly #cancels = new Set<() => void>();
  /** What is being deleted in the foreground, by uid. */
  readonly #waiting = new Map<string, Dependent>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  start(): void {
    this.#context.view.onAny(({ type, key, object }) => {
      if (type !== 'DELETED' && isWaiting(object)) {
        this.#waiting.set(object.metadata.uid, { key, object });
        this.#soon(() => this.#foreground(key, object));
      }
      if (type === 'DELETED') this.#dependentGone(object);
      if (type === 'DELETED' && this.#context.view.dependentsOf(object.metadata.uid).length > 0) {
        this.#soon(() => this.#ownerGone(object.metadata.uid));
      }
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

  #ownerGone(ownerUid: string): void {
    for (const dependent of this.#context.view.dependentsOf(ownerUid)) {
      const others = othersOf(dependent.object, ownerUid);
      if (others.length === 0) this.#delete(dependent);
      else this.#disown(dependent, others);
    }
  }

  /** Deletes the dependents that hold their owner back, in the foreground too; lets go of it when none is left. */
  #foreground(key: TypeKey, { metadata }: StoredObject): void {
    const { store, view, clock } = this.#context;
    const { uid, namespace, name } = metadata;
    const blocking = view
      .dependentsOf(uid)
      .filter(({ object }) =>
        object.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion),
      );
    for (const dependent of blocking) {
      const { object } = dependent;
      if (object.metadata.deletionTimestamp !== undefined) continue;
      if (view.dependentsOf(object.metadata.uid).length === 0) this.#delete(dependent);
      else {
        store.mutate(dependent.key, object.metadata.namespace, object.metadata.name, (draft) => {
          draft.metadata.deletionTimestamp = timeText(clock.now());
          draft.metadata.deletionGracePeriodSeconds = 0;
          draft.metadata.finalizers = [FOREGROUND];
        });
      }
    }
    const current = store.get(key, namespace, name);
    if (blocking.length > 0 || current === undefined || !isWaiting(current)) return;
    const others = finalizersOf(current).filter((finalizer) => finalizer !== FOREGROUND);
    if (others.length === 0) store.remove(key, namespace, name);
    else {
      store.mutate(key, namespace, name, (draft) => {
        draft.metadata.finalizers = others;
      });
    }
  }

  #dependentGone({ metadata }: StoredObject): void {
    for (const owner of metadata.ownerReferences ?? []) {
      const found = this.#waiting.get(owner.uid);
      if (found !== undefined) this.#soon(() => this.#foreground(found.key, found.object));
    }
    this.#waiting.delete(metadata.uid);
  }

  #disown({ key, object }: Dependent, others: ReturnType<typeof othersOf>): void {
    const { namespace, name } = object.metadata;
    this.#context.store.mutate(key, namespace, name, (draft) => {
      draft.metadata.ownerReferences = others;
    });
  }

  #delete({ key, object }: Dependent): void {
    if (sameKey(key, PODS)) deletePod(this.#context, object);
    else this.#context.store.remove(key, object.metadata.namespace, object.metadata.name);
  }
}

function finalizersOf({ metadata }: StoredObject): readonly unknown[] {
  return Array.isArray(metadata.finalizers) ? metadata.finalizers : [];
}

function isWaiting(object: StoredObject): boolean {
  return object.metadata.deletionTimestamp !== undefined && finalizersOf(object).includes(FOREGROUND);
}

function othersOf(object: StoredObject, ownerUid: string) {
  return (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== ownerUid);
}

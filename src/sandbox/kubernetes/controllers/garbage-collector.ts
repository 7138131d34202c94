import type { StoredObject } from '../store.ts';
import type { Dependent } from './cluster-view.ts';
import type { Controller, ControllerContext } from './controller-context.ts';
import { PODS, sameKey } from './keys.ts';
import { deletePod } from './replica-set-controller.ts';

/** Deletes what has lost its owners. */
export class GarbageCollector implements Controller {
  readonly #context: ControllerContext;
  readonly #cancels = new Set<() => void>();

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  start(): void {
    this.#context.view.onAny(({ type, object }) => {
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

function othersOf(object: StoredObject, ownerUid: string) {
  return (object.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== ownerUid);
}

import type { StoredObject } from '../store.ts';
import type { Controller, ControllerContext } from './controller-context.ts';
import { NAMESPACES, SERVICE_ACCOUNTS } from './keys.ts';

/** Gives each namespace the ServiceAccount that its pods run as. */
export class NamespaceController implements Controller {
  readonly #context: ControllerContext;

  constructor(context: ControllerContext) {
    this.#context = context;
  }

  start(): void {
    const { view } = this.#context;
    for (const namespace of view.all(NAMESPACES)) this.#furnish(namespace);
    view.on(NAMESPACES, ({ type, object }) => {
      if (type === 'ADDED') this.#furnish(object);
    });
  }

  stop(): void {
    // Nothing of it goes on by itself.
  }

  #furnish({ metadata }: StoredObject): void {
    const { store } = this.#context;
    const namespace = metadata.name;
    if (store.get(SERVICE_ACCOUNTS, namespace, 'default') !== undefined) return;
    const { creationTimestamp } = metadata;
    store.create(SERVICE_ACCOUNTS, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace, creationTimestamp },
    });
  }
}

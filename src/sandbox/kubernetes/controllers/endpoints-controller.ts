import type { StoredObject } from '../store.ts';
import type { Controller, ControllerContext } from './controller-context.ts';
import {
  endpointsObject,
  MANAGED_BY,
  SERVICE_NAME,
  SLICE_CONTROLLER,
  sliceObject,
} from './endpoint-objects.ts';
import { endpointSlices, endpointSubsets, isManaged, type WantedSlice } from './endpoints.ts';
import { ENDPOINT_SLICES, ENDPOINTS, itemId, PODS, SERVICES, splitItemId } from './keys.ts';
import { hasLabels } from './labels.ts';
import { canonicalJson, randomSuffix } from './naming.ts';
import { ReconcileQueue } from './reconcile-queue.ts';

export interface EndpointsOptions {
  /** False on clusters too old to have EndpointSlices. */
  readonly slices: boolean;
}

/** Keeps Endpoints and EndpointSlices of every Service with a selector equal to the pods it selects. */
export class EndpointsController implements Controller {
  readonly #context: ControllerContext;
  readonly #options: EndpointsOptions;
  readonly #queue: ReconcileQueue;

  constructor(context: ControllerContext, options: EndpointsOptions) {
    this.#context = context;
    this.#options = options;
    this.#queue = new ReconcileQueue({
      clock: context.clock,
      onError: context.onError,
      reconcile: (id) => this.#reconcile(id),
    });
  }

  start(): void {
    const { view } = this.#context;
    const enqueue = ({ metadata }: StoredObject) =>
      this.#queue.add(itemId(metadata.namespace, metadata.name));
    view.on(SERVICES, ({ object }) => enqueue(object));
    // Someone else's edit of what is maintained here is put right.
    view.on(ENDPOINTS, ({ object }) => enqueue(object));
    view.on(ENDPOINT_SLICES, ({ object }) => this.#enqueueSliceOwner(object));
    view.on(PODS, ({ object, previous }) => this.#enqueueServicesOf(object, previous));
    for (const service of view.all(SERVICES)) enqueue(service);
  }

  stop(): void {
    this.#queue.stop();
  }

  #enqueueSliceOwner(slice: StoredObject): void {
    const service = slice.metadata.labels?.[SERVICE_NAME];
    if (service !== undefined && slice.metadata.labels?.[MANAGED_BY] === SLICE_CONTROLLER) {
      this.#queue.add(itemId(slice.metadata.namespace, service));
    }
  }

  #enqueueServicesOf(pod: StoredObject, previous: StoredObject | undefined): void {
    const namespace = pod.metadata.namespace ?? '';
    for (const service of this.#context.view.inNamespace(SERVICES, namespace)) {
      if (!isManaged(service)) continue;
      const { selector } = service.spec;
      const touched = [pod, previous].some((state) => state && hasLabels(state.metadata.labels, selector));
      if (touched) this.#queue.add(itemId(namespace, service.metadata.name));
    }
  }

  #reconcile(id: string): void {
    const { view, store } = this.#context;
    const { namespace, name } = splitItemId(id);
    const service = store.get(SERVICES, namespace, name);
    if (service === undefined) {
      store.remove(ENDPOINTS, namespace, name);
      return;
    }
    if (!isManaged(service)) return;
    const pods = view
      .inNamespace(PODS, namespace)
      .filter((pod) => hasLabels(pod.metadata.labels, service.spec.selector));
    this.#writeEndpoints(service, pods);
    if (this.#options.slices) this.#writeSlices(service, pods);
  }

  #writeEndpoints(service: StoredObject, pods: readonly StoredObject[]): void {
    const { store } = this.#context;
    const { namespace, name } = service.metadata;
    const { subsets, truncated } = endpointSubsets(service, pods);
    const current = store.get(ENDPOINTS, namespace, name);
    if (current === undefined) {
      store.create(ENDPOINTS, endpointsObject(service, { subsets, truncated }));
      return;
    }
    if (canonicalJson(current.subsets ?? []) === canonicalJson(subsets)) return;
    store.mutate(ENDPOINTS, namespace, name, (draft) => {
      if (subsets.length > 0) draft.subsets = subsets;
      else delete draft.subsets;
    });
  }

  #writeSlices(service: StoredObject, pods: readonly StoredObject[]): void {
    const { store } = this.#context;
    const wanted = endpointSlices(service, pods);
    const current = this.#slicesOf(service);
    wanted.forEach((slice, index) => {
      const existing = current[index];
      if (existing === undefined)
        store.create(ENDPOINT_SLICES, sliceObject(service, slice, randomSuffix(this.#context.random)));
      else this.#rewriteSlice(existing, slice);
    });
    for (const surplus of current.slice(wanted.length)) {
      store.remove(ENDPOINT_SLICES, surplus.metadata.namespace, surplus.metadata.name);
    }
  }

  #slicesOf(service: StoredObject): StoredObject[] {
    return this.#context.view
      .controlledBy(service.metadata.uid, ENDPOINT_SLICES)
      .filter((slice) => slice.metadata.labels?.[MANAGED_BY] === SLICE_CONTROLLER);
  }

  #rewriteSlice(slice: StoredObject, { ports, endpoints }: WantedSlice): void {
    const now = canonicalJson([slice.ports, slice.endpoints]);
    if (now === canonicalJson([ports, endpoints])) return;
    this.#context.store.mutate(ENDPOINT_SLICES, slice.metadata.namespace, slice.metadata.name, (draft) => {
      draft.ports = ports;
      draft.endpoints = endpoints;
    });
  }
}

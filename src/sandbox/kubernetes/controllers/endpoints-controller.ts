import type { StoredObject } from '../store.ts';
import type { Controller, ControllerContext } from './controller-context.ts';
import { endpointSlices, endpointSubsets, isManaged, type WantedSlice } from './endpoints.ts';
import { ENDPOINT_SLICES, ENDPOINTS, itemId, PODS, SERVICES, splitItemId } from './keys.ts';
import { hasLabels } from './labels.ts';
import { canonicalJson, randomSuffix } from './naming.ts';
import { ReconcileQueue } from './reconcile-queue.ts';

const SERVICE_NAME = 'kubernetes.io/service-name';
const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by';
const SLICE_CONTROLLER = 'endpointslice-controller.k8s.io';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

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
    const { namespace, name, labels } = service.metadata;
    const { subsets, truncated } = endpointSubsets(service, pods);
    const current = store.get(ENDPOINTS, namespace, name);
    if (current === undefined) {
      store.create(ENDPOINTS, {
        apiVersion: 'v1',
        kind: 'Endpoints',
        metadata: {
          name,
          ...(namespace === undefined ? {} : { namespace }),
          ...(labels === undefined ? {} : { labels }),
          ...(truncated ? { annotations: { [OVER_CAPACITY]: 'truncated' } } : {}),
        },
        ...(subsets.length > 0 ? { subsets } : {}),
      });
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
      if (existing === undefined) store.create(ENDPOINT_SLICES, this.#newSlice(service, slice));
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

  #newSlice(service: StoredObject, { ports, endpoints }: WantedSlice) {
    const { name, namespace, labels, uid } = service.metadata;
    return {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: `${name}-${randomSuffix(this.#context.random)}`,
        generateName: `${name}-`,
        ...(namespace === undefined ? {} : { namespace }),
        labels: { ...labels, [MANAGED_BY]: SLICE_CONTROLLER, [SERVICE_NAME]: name },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true },
        ],
      },
      addressType: 'IPv4',
      endpoints,
      ports,
    };
  }
}

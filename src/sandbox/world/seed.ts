import {
  type ContainerState,
  freshContainers,
  freshInitContainers,
  podStatus,
} from '../kubernetes/controllers/container-state.ts';
import type { ControllerContext } from '../kubernetes/controllers/controller-context.ts';
import { rolloutLimits } from '../kubernetes/controllers/deployment-arithmetic.ts';
import { countsOf, deploymentStatus, timeText } from '../kubernetes/controllers/deployment-status.ts';
import { endpointsObject, sliceObject } from '../kubernetes/controllers/endpoint-objects.ts';
import { endpointSlices, endpointSubsets, isManaged } from '../kubernetes/controllers/endpoints.ts';
import {
  AUTOSCALERS,
  DEPLOYMENTS,
  ENDPOINT_SLICES,
  ENDPOINTS,
  NAMESPACES,
  NODES,
  PODS,
  REPLICA_SETS,
  SERVICES,
} from '../kubernetes/controllers/keys.ts';
import { podAddress } from '../kubernetes/controllers/kubelet.ts';
import { hasLabels } from '../kubernetes/controllers/labels.ts';
import { randomSuffix } from '../kubernetes/controllers/naming.ts';
import { freePodName, podOf } from '../kubernetes/controllers/replica-set-controller.ts';
import { newReplicaSet, setAnnotations, withRevision } from '../kubernetes/controllers/revisions.ts';
import { recordUpdate } from '../kubernetes/patch/managed-fields.ts';
import { DEFAULT_VERSION, RESOURCE_TYPES, storageKey } from '../kubernetes/resource-types.ts';
import { schemaOf } from '../kubernetes/schema/kinds.ts';
import type { StoredObject, TypeKey } from '../kubernetes/store.ts';
import type { Applications, Behaviour } from './applications.ts';
import {
  autoscalerObject,
  deploymentObject,
  namespaceObject,
  nodeName,
  nodeObject,
  serviceObject,
} from './seed-objects.ts';
import { besides, failingSince, pastContainer, pastInitContainer, tellPast, withImage } from './seed-pods.ts';
import type { DeploymentSpec, WorldSpec } from './spec.ts';
import { WorldSpecError } from './spec-error.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Deployments larger than this begin without events of the past. */
const MANY_PODS = 100;

/** Puts everything that is there at the start into the store, as if it had grown over time. */
export class Seeding {
  readonly #spec: WorldSpec;
  readonly #context: ControllerContext;
  readonly #applications: Applications;
  readonly #slices: boolean;
  readonly #now: number;
  #pods = 10;

  /** `slices` says whether this cluster has EndpointSlices. */
  constructor(spec: WorldSpec, context: ControllerContext, applications: Applications, slices: boolean) {
    this.#slices = slices;
    this.#spec = spec;
    this.#context = context;
    this.#applications = applications;
    this.#now = context.clock.now();
  }

  run(): void {
    const { store } = this.#context;
    const { namespace, namespaces, services, autoscalers, nodes, cluster } = this.#spec;
    const founded = this.#now - 120 * DAY;
    for (const name of new Set(['default', 'kube-system', namespace, ...namespaces])) {
      if (store.get(NAMESPACES, undefined, name) === undefined) {
        store.create(NAMESPACES, namespaceObject(name, founded));
      }
    }
    for (let index = 0; index < nodes; index += 1) {
      store.create(NODES, nodeObject(index, cluster.version ?? DEFAULT_VERSION, founded));
    }
    services.forEach((service, index) => {
      this.#apply(
        SERVICES,
        serviceObject(service, service.namespace ?? namespace, index, this.#now - 90 * DAY),
      );
    });
    for (const deployment of this.#spec.deployments) this.#seedDeployment(deployment);
    for (const service of store.list(SERVICES)) this.#seedEndpoints(service);
    for (const autoscaler of autoscalers) {
      this.#apply(AUTOSCALERS, autoscalerObject(autoscaler, namespace, this.#now - 30 * DAY));
    }
    for (const object of this.#spec.objects) this.#seedObject(object);
  }

  #seedObject(object: WorldSpec['objects'][number]): void {
    const { apiVersion, kind, metadata } = object;
    const type = RESOURCE_TYPES.find(
      (item) =>
        item.kind === kind &&
        apiVersion === (item.group === '' ? item.version : `${item.group}/${item.version}`),
    );
    if (type === undefined) {
      throw new WorldSpecError([`objects: the sandbox knows no kind ${kind} in ${apiVersion}`]);
    }
    const { namespace: own = this.#spec.namespace, ...rest } = metadata;
    const namespace = type.namespaced ? { namespace: own } : {};
    this.#context.store.create(storageKey(type), {
      ...object,
      apiVersion,
      kind,
      metadata: { ...rest, name: metadata.name, ...namespace },
    });
  }

  /** As old as their Service: the controller finds nothing to do. */
  #seedEndpoints(service: StoredObject): void {
    if (!isManaged(service)) return;
    const { store, random } = this.#context;
    const { namespace, creationTimestamp } = service.metadata;
    const pods = store
      .list(PODS, namespace)
      .filter((pod) => hasLabels(pod.metadata.labels, service.spec.selector));
    const endpoints = endpointsObject(service, endpointSubsets(service, pods));
    store.create(ENDPOINTS, { ...endpoints, metadata: { ...endpoints.metadata, creationTimestamp } });
    if (!this.#slices) return;
    for (const wanted of endpointSlices(service, pods)) {
      const slice = sliceObject(service, wanted, randomSuffix(random));
      store.create(ENDPOINT_SLICES, { ...slice, metadata: { ...slice.metadata, creationTimestamp } });
    }
  }

  /** Creates an object as `kubectl apply` would have: signed. */
  #apply(key: TypeKey, object: Parameters<ControllerContext['store']['create']>[1]): StoredObject {
    const signed = structuredClone(object) as unknown as StoredObject;
    const time = signed.metadata.creationTimestamp;
    recordUpdate(undefined, signed, schemaOf(key), { manager: 'kubectl-client-side-apply', time });
    return this.#context.store.create(key, signed);
  }

  #seedDeployment(spec: DeploymentSpec): void {
    const { namespace = this.#spec.namespace } = spec;
    const present = { version: spec.version, minutesAgo: spec.minutesAgo ?? 60 };
    const releases = [...(spec.history ?? []), present];
    const first = this.#now - (releases[0]?.minutesAgo ?? 0) * MINUTE;
    const manifest = deploymentObject(spec, namespace, spec.version, first);
    const deployment = this.#apply(DEPLOYMENTS, {
      ...manifest,
      metadata: {
        ...manifest.metadata,
        generation: releases.length,
        annotations: withRevision(undefined, releases.length),
      },
    });
    let newest: StoredObject | undefined;
    releases.forEach(({ version, minutesAgo }, index) => {
      const current = index === releases.length - 1;
      const created = this.#now - minutesAgo * MINUTE;
      newest = this.#seedSet({ deployment, spec, version, revision: index + 1, created, current });
    });
    if (newest === undefined) return;
    this.#seedStatus(deployment, newest, this.#now - present.minutesAgo * MINUTE);
  }

  #seedSet(release: {
    readonly deployment: StoredObject;
    readonly spec: DeploymentSpec;
    readonly version: string;
    readonly revision: number;
    readonly created: number;
    readonly current: boolean;
  }): StoredObject {
    const { store } = this.#context;
    const { deployment, spec, version, revision, created, current } = release;
    const { namespace = this.#spec.namespace } = spec;
    // Through the store and back, for the defaults that its template would have had then.
    const manifest = deploymentObject(spec, namespace, version, created);
    const template = {
      ...deployment.spec.template,
      metadata: { ...deployment.spec.template.metadata, labels: manifest.spec.template.metadata.labels },
      spec: withImage(deployment.spec.template.spec, {
        from: `${spec.image}:${spec.version}`,
        to: `${spec.image}:${version}`,
      }),
    };
    const then = { ...deployment, spec: { ...deployment.spec, template } };
    const replicas = current ? spec.replicas : 0;
    const { maxSurge } = rolloutLimits(deployment.spec.strategy.rollingUpdate, spec.replicas);
    const annotations = withRevision(setAnnotations(deployment, spec.replicas, maxSurge), revision);
    const fresh = newReplicaSet(then, { replicas, annotations });
    const set = store.create(REPLICA_SETS, {
      ...fresh,
      metadata: { ...fresh.metadata, creationTimestamp: timeText(created) },
      status: { replicas: 0, observedGeneration: 1 },
    });
    let ready = 0;
    const behaviour = this.#applications.behaviour({ deployment: spec.name, version, namespace });
    for (let index = 0; index < replicas; index += 1) {
      ready += this.#seedPod(set, behaviour, created + index * 700, spec.replicas <= MANY_PODS) ? 1 : 0;
    }
    const counted = ready > 0 ? { readyReplicas: ready, availableReplicas: ready } : {};
    return (
      store.mutate(REPLICA_SETS, namespace, set.metadata.name, (draft) => {
        draft.status = {
          replicas,
          ...(replicas > 0 ? { fullyLabeledReplicas: replicas } : {}),
          ...counted,
          observedGeneration: draft.metadata.generation,
        };
      }) ?? set
    );
  }

  #seedPod(set: StoredObject, behaviour: Behaviour, created: number, eventful: boolean): boolean {
    const { store, random } = this.#context;
    this.#pods += 1;
    const index = this.#pods % this.#spec.nodes;
    const name = freePodName(this.#context, set);
    const draft = podOf(set, name);
    const pod = {
      ...draft,
      metadata: { ...draft.metadata, creationTimestamp: timeText(created), uid: crypto.randomUUID() },
      spec: { ...draft.spec, nodeName: nodeName(index) },
    };
    const containers: ContainerState[] = freshContainers(pod as unknown as StoredObject);
    const timing = { created, now: this.#now, random };
    const where = `${name}_${set.metadata.namespace}(${pod.metadata.uid})`;
    const initContainers = freshInitContainers(pod as unknown as StoredObject);
    for (const container of initContainers) pastInitContainer(container, where, created);
    containers.forEach((container, place) => {
      pastContainer(container, where, place === 0 ? behaviour : besides(behaviour), timing);
    });
    const facts = {
      hostIP: `172.18.0.${index + 2}`,
      podIP: behaviour.imageExists ? podAddress(this.#pods) : undefined,
      containers,
      initContainers,
      now: timeText(created + 1500),
      minor: this.#context.minor,
    };
    const status = podStatus(pod as unknown as StoredObject, facts);
    const stored = store.create(PODS, { ...pod, status });
    if (eventful) tellPast(this.#context.events, stored, behaviour, timing);
    return containers.every(({ ready }) => ready);
  }

  /** As the controllers would have left it: rolled out, and since then perhaps unavailable. */
  #seedStatus(deployment: StoredObject, newest: StoredObject, released: number): void {
    const { store } = this.#context;
    const counts = countsOf([newest], newest);
    const limits = rolloutLimits(deployment.spec.strategy.rollingUpdate, deployment.spec.replicas);
    const settled = counts.availableReplicas === deployment.spec.replicas;
    const options = {
      now: settled ? released + 2000 : failingSince({ created: released, now: this.#now }),
      deadlineMs: Number.POSITIVE_INFINITY,
      newestName: newest.metadata.name,
      paused: false,
    };
    const status = deploymentStatus(deployment, counts, limits.maxUnavailable, options);
    const progressing = {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "${newest.metadata.name}" has successfully progressed.`,
      lastUpdateTime: timeText(released + 2000),
      lastTransitionTime: timeText(released),
    };
    const conditions = (status.conditions as { type: string }[]).filter(({ type }) => type !== 'Progressing');
    store.mutate(DEPLOYMENTS, deployment.metadata.namespace, deployment.metadata.name, (draft) => {
      draft.status = {
        ...status,
        observedGeneration: draft.metadata.generation,
        conditions: [...conditions, progressing],
      };
    });
  }
}

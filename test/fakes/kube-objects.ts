import { isPodReady } from '../../src/cluster/selector.ts';
import type { JsonObject } from '../../src/ports/json.ts';
import type { KubeObject } from '../../src/ports/kubernetes.ts';

type Labels = Readonly<Record<string, string>>;

interface PodOptions {
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly ready?: boolean;
  readonly phase?: string;
  readonly ip?: string;
  readonly terminating?: boolean;
  readonly owner?: string;
  readonly image?: string;
  readonly container?: string;
}

/** A pod as the kubelet would report it, one container, ready unless told otherwise. */
export function pod(name: string, options: PodOptions = {}): KubeObject {
  const { ready = true, phase = 'Running', image = 'web:v1', container = 'web' } = options;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: options.namespace ?? 'banking-app',
      uid: `uid-${name}`,
      labels: options.labels ?? {},
      creationTimestamp: '2026-11-02T02:00:00Z',
      ...(options.terminating === true ? { deletionTimestamp: '2026-11-02T02:59:00Z' } : {}),
      ...(options.owner === undefined
        ? {}
        : {
            ownerReferences: [
              { kind: 'ReplicaSet', name: options.owner, uid: `uid-${options.owner}`, controller: true },
            ],
          }),
    },
    spec: { nodeName: 'node-1', containers: [{ name: container, image }] },
    status: {
      phase,
      podIP: options.ip ?? '10.244.0.1',
      startTime: '2026-11-02T02:00:00Z',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [
        {
          name: container,
          image,
          ready,
          restartCount: 0,
          state: { running: { startedAt: '2026-11-02T02:00:00Z' } },
        },
      ],
    },
  };
}

interface DeploymentOptions {
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly replicas?: number;
  readonly ready?: number;
  readonly updated?: number;
  readonly image?: string;
  readonly generation?: number;
  readonly observedGeneration?: number;
  readonly conditions?: readonly JsonObject[];
}

/** A deployment that has converged, unless told otherwise. */
export function deployment(name: string, options: DeploymentOptions = {}): KubeObject {
  const { replicas = 2, generation = 1, labels = { app: name }, image = 'web:v1' } = options;
  const ready = options.ready ?? replicas;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: options.namespace ?? 'banking-app', uid: `uid-${name}`, generation, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'web', image }] } },
    },
    status: {
      observedGeneration: options.observedGeneration ?? generation,
      replicas,
      updatedReplicas: options.updated ?? replicas,
      readyReplicas: ready,
      availableReplicas: ready,
      conditions: options.conditions ?? [],
    },
  };
}

export function service(name: string, selector: Labels, namespace = 'banking-app'): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, uid: `uid-${name}` },
    spec: { selector, ports: [{ port: 80, targetPort: 8080 }] },
  };
}

/** The EndpointSlice that the endpoint controller would write for these pods. */
export function endpointSlice(serviceName: string, pods: readonly KubeObject[], version = 'v1'): KubeObject {
  return {
    apiVersion: `discovery.k8s.io/${version}`,
    kind: 'EndpointSlice',
    metadata: {
      name: `${serviceName}-x7k2p`,
      namespace: pods[0]?.metadata.namespace ?? 'banking-app',
      uid: `uid-slice-${serviceName}`,
      labels: { 'kubernetes.io/service-name': serviceName },
    },
    endpoints: pods.map((each) => ({
      addresses: [each.status?.podIP],
      conditions: { ready: isPodReady(each) },
      targetRef: { kind: 'Pod', name: each.metadata.name, uid: each.metadata.uid },
    })),
  };
}

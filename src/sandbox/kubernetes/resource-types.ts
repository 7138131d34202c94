import type { TypeKey } from './store.ts';

export interface SubresourceType {
  readonly name: string;
  readonly kind: string;
  /** Only where they differ from the resource's own. */
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
}

/** A resource type as discovery tells it. */
export interface ResourceType extends TypeKey {
  readonly version: string;
  readonly kind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly subresources: readonly SubresourceType[];
  /** First Kubernetes minor version, of 1.x, that serves it. */
  readonly since: number;
  /** The last one, where it is no longer served by all. */
  readonly until?: number;
  /** Where the objects are kept, when it is another view on them: events.k8s.io shows the core events. */
  readonly storedAs?: TypeKey;
}

const ALL_VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const CREATE_ONLY = ['create'];

const STATUS = { name: 'status', verbs: ['get', 'patch', 'update'] };
const SCALE: SubresourceType = {
  name: 'scale',
  kind: 'Scale',
  group: 'autoscaling',
  version: 'v1',
  verbs: ['get', 'patch', 'update'],
};
const PROXY_VERBS = ['create', 'delete', 'get', 'patch', 'update'];

interface TypeOptions {
  readonly shortNames?: readonly string[];
  readonly all?: boolean;
  readonly clusterWide?: boolean;
  readonly verbs?: readonly string[];
  readonly status?: boolean;
  readonly scale?: boolean;
  readonly subresources?: readonly SubresourceType[];
  readonly since?: number;
  readonly until?: number;
  readonly storedAs?: TypeKey;
}

function type(groupVersion: string, resource: string, kind: string, options: TypeOptions = {}): ResourceType {
  const slash = groupVersion.indexOf('/');
  return {
    group: slash === -1 ? '' : groupVersion.slice(0, slash),
    version: groupVersion.slice(slash + 1),
    resource,
    kind,
    singular: kind.toLowerCase(),
    shortNames: options.shortNames ?? [],
    categories: options.all === true ? ['all'] : [],
    namespaced: options.clusterWide !== true,
    verbs: options.verbs ?? ALL_VERBS,
    subresources: [
      ...(options.scale === true ? [SCALE] : []),
      ...(options.status === true ? [{ ...STATUS, kind }] : []),
      ...(options.subresources ?? []),
    ],
    since: options.since ?? 0,
    ...(options.until === undefined ? {} : { until: options.until }),
    ...(options.storedAs === undefined ? {} : { storedAs: options.storedAs }),
  };
}

const POD_SUBRESOURCES: readonly SubresourceType[] = [
  { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
  { name: 'log', kind: 'Pod', verbs: ['get'] },
  { name: 'proxy', kind: 'PodProxyOptions', verbs: PROXY_VERBS },
];

const SERVICE_PROXY: SubresourceType = { name: 'proxy', kind: 'ServiceProxyOptions', verbs: PROXY_VERBS };

/** Everything the sandbox can serve, in the order in which clients resolve a bare name. */
export const RESOURCE_TYPES: readonly ResourceType[] = [
  type('v1', 'configmaps', 'ConfigMap', { shortNames: ['cm'] }),
  type('v1', 'endpoints', 'Endpoints', { shortNames: ['ep'] }),
  type('v1', 'events', 'Event', { shortNames: ['ev'] }),
  type('v1', 'limitranges', 'LimitRange', { shortNames: ['limits'] }),
  type('v1', 'namespaces', 'Namespace', {
    shortNames: ['ns'],
    clusterWide: true,
    status: true,
    verbs: ALL_VERBS.filter((verb) => verb !== 'deletecollection'),
  }),
  type('v1', 'nodes', 'Node', { shortNames: ['no'], clusterWide: true, status: true }),
  type('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', { shortNames: ['pvc'], status: true }),
  type('v1', 'persistentvolumes', 'PersistentVolume', {
    shortNames: ['pv'],
    clusterWide: true,
    status: true,
  }),
  type('v1', 'pods', 'Pod', { shortNames: ['po'], all: true, status: true, subresources: POD_SUBRESOURCES }),
  type('v1', 'replicationcontrollers', 'ReplicationController', {
    shortNames: ['rc'],
    all: true,
    status: true,
    scale: true,
  }),
  type('v1', 'resourcequotas', 'ResourceQuota', { shortNames: ['quota'], status: true }),
  type('v1', 'secrets', 'Secret'),
  type('v1', 'serviceaccounts', 'ServiceAccount', { shortNames: ['sa'] }),
  type('v1', 'services', 'Service', {
    shortNames: ['svc'],
    all: true,
    status: true,
    subresources: [SERVICE_PROXY],
  }),
  type('apps/v1', 'controllerrevisions', 'ControllerRevision'),
  type('apps/v1', 'daemonsets', 'DaemonSet', { shortNames: ['ds'], all: true, status: true }),
  type('apps/v1', 'deployments', 'Deployment', {
    shortNames: ['deploy'],
    all: true,
    status: true,
    scale: true,
  }),
  type('apps/v1', 'replicasets', 'ReplicaSet', { shortNames: ['rs'], all: true, status: true, scale: true }),
  type('apps/v1', 'statefulsets', 'StatefulSet', {
    shortNames: ['sts'],
    all: true,
    status: true,
    scale: true,
  }),
  type('events.k8s.io/v1', 'events', 'Event', {
    shortNames: ['ev'],
    since: 19,
    storedAs: { group: '', resource: 'events' },
  }),
  type('authentication.k8s.io/v1', 'selfsubjectreviews', 'SelfSubjectReview', {
    clusterWide: true,
    verbs: CREATE_ONLY,
    since: 28,
  }),
  type('authorization.k8s.io/v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', {
    clusterWide: true,
    verbs: CREATE_ONLY,
  }),
  type('authorization.k8s.io/v1', 'selfsubjectrulesreviews', 'SelfSubjectRulesReview', {
    clusterWide: true,
    verbs: CREATE_ONLY,
  }),
  type('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', {
    shortNames: ['hpa'],
    all: true,
    status: true,
    since: 23,
  }),
  type('autoscaling/v1', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', {
    shortNames: ['hpa'],
    all: true,
    status: true,
  }),
  type('batch/v1', 'cronjobs', 'CronJob', { shortNames: ['cj'], all: true, status: true, since: 21 }),
  type('batch/v1', 'jobs', 'Job', { all: true, status: true }),
  type('batch/v1beta1', 'cronjobs', 'CronJob', { shortNames: ['cj'], all: true, status: true, until: 24 }),
  type('networking.k8s.io/v1', 'ingressclasses', 'IngressClass', { clusterWide: true, since: 19 }),
  type('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', { shortNames: ['netpol'] }),
  type('networking.k8s.io/v1', 'ingresses', 'Ingress', { shortNames: ['ing'], status: true, since: 19 }),
  type('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', {
    shortNames: ['pdb'],
    status: true,
    since: 21,
  }),
  type('policy/v1beta1', 'poddisruptionbudgets', 'PodDisruptionBudget', {
    shortNames: ['pdb'],
    status: true,
    until: 24,
  }),
  type('rbac.authorization.k8s.io/v1', 'clusterrolebindings', 'ClusterRoleBinding', { clusterWide: true }),
  type('rbac.authorization.k8s.io/v1', 'clusterroles', 'ClusterRole', { clusterWide: true }),
  type('rbac.authorization.k8s.io/v1', 'rolebindings', 'RoleBinding'),
  type('rbac.authorization.k8s.io/v1', 'roles', 'Role'),
  type('scheduling.k8s.io/v1', 'priorityclasses', 'PriorityClass', { shortNames: ['pc'], clusterWide: true }),
  type('storage.k8s.io/v1', 'storageclasses', 'StorageClass', { shortNames: ['sc'], clusterWide: true }),
  type('coordination.k8s.io/v1', 'leases', 'Lease'),
  type('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice', { since: 21 }),
  type('discovery.k8s.io/v1beta1', 'endpointslices', 'EndpointSlice', { since: 17, until: 24 }),
];

const COUNTED = new Set([
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'ingresses.networking.k8s.io',
  'poddisruptionbudgets.policy',
  'endpointslices.discovery.k8s.io',
]);

/** Whether the API server counts changes of the spec in `metadata.generation`; for most types it does not. */
export function hasGeneration(key: TypeKey): boolean {
  return COUNTED.has(`${key.resource}.${key.group}`);
}

/** Whether a changed annotation counts as well: the controller copies them to its ReplicaSets. */
export function countsAnnotations(key: TypeKey): boolean {
  return key.group === 'apps' && key.resource === 'deployments';
}

/** `apps/v1`, or `v1` for the core group. */
export function groupVersionOf(type: Pick<ResourceType, 'group' | 'version'>): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`;
}

/** Where the objects of a type are kept. */
export function storageKey(type: ResourceType): TypeKey {
  return type.storedAs ?? { group: type.group, resource: type.resource };
}

/** The minor number of `v1.33.1`: 33. */
export function minorVersion(version: string): number {
  return Number(/^v?1\.(\d+)/.exec(version)?.[1] ?? Number.NaN);
}

/** Of a cluster whose world does not say. */
export const DEFAULT_VERSION = 'v1.33.1';
export const LATEST_MINOR = minorVersion(DEFAULT_VERSION);

/** The types that a cluster of this version serves, without those named in `notServed`. */
export function servedTypes(version: string, notServed: readonly string[] = []): readonly ResourceType[] {
  const minor = minorVersion(version);
  const hidden = new Set(notServed);
  return RESOURCE_TYPES.filter(
    (item) =>
      item.since <= minor &&
      minor <= (item.until ?? Number.POSITIVE_INFINITY) &&
      !hidden.has(groupVersionOf(item)) &&
      !hidden.has(`${groupVersionOf(item)}/${item.resource}`),
  );
}

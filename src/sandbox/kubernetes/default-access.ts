import { ApiError } from './api-error.ts';
import type { PolicyRule } from './rbac.ts';
import type { Store } from './store.ts';
import type { SandboxUser } from './world-interfaces.ts';

const GROUP = 'rbac.authorization.k8s.io';
const READ = ['get', 'list', 'watch'];

/** The callers of a sandbox whose world names none. */
export const DEFAULT_USERS: readonly SandboxUser[] = [
  { name: 'admin', token: 'sandbox-admin', groups: ['system:masters'] },
  { name: 'operator', token: 'sandbox-operator' },
  { name: 'viewer', token: 'sandbox-viewer' },
];

const readWorkloads: readonly PolicyRule[] = [
  {
    apiGroups: [''],
    resources: ['pods', 'pods/log', 'pods/status', 'events', 'services', 'endpoints', 'configmaps'],
    verbs: READ,
  },
  { apiGroups: ['events.k8s.io'], resources: ['events'], verbs: READ },
  { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: READ },
  { apiGroups: ['apps'], resources: ['deployments', 'deployments/scale', 'replicasets'], verbs: READ },
  { apiGroups: ['autoscaling'], resources: ['horizontalpodautoscalers'], verbs: READ },
];

const PROBING_RULES: readonly PolicyRule[] = [
  ...readWorkloads,
  { apiGroups: [''], resources: ['services/proxy', 'pods/proxy'], verbs: ['get', 'create'] },
];

const OPERATOR_RULES: readonly PolicyRule[] = [
  ...PROBING_RULES,
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'] },
  { apiGroups: [''], resources: ['services'], verbs: ['patch', 'update'] },
  { apiGroups: ['apps'], resources: ['deployments', 'deployments/scale'], verbs: ['patch', 'update'] },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    verbs: ['get', 'create', 'patch', 'update', 'delete'],
  },
];

/** Who applies manifests also makes and deletes what is in them. */
const APPLYING_RULES: readonly PolicyRule[] = [
  ...OPERATOR_RULES,
  { apiGroups: [''], resources: ['services', 'configmaps'], verbs: ['create', 'patch', 'update', 'delete'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['create', 'delete'] },
];

const RULES_OF = { reads: PROBING_RULES, changes: OPERATOR_RULES, applies: APPLYING_RULES } as const;

const VIEWER_RULES: readonly PolicyRule[] = [
  ...readWorkloads,
  {
    apiGroups: [''],
    resources: ['persistentvolumeclaims', 'serviceaccounts', 'namespaces'],
    verbs: READ,
  },
  { apiGroups: ['apps'], resources: ['statefulsets', 'daemonsets'], verbs: READ },
  { apiGroups: ['batch'], resources: ['jobs'], verbs: READ },
  { apiGroups: ['networking.k8s.io'], resources: ['ingresses'], verbs: READ },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: READ },
];

/** What every authenticated user of a real cluster may do. */
const DISCOVERY_PATHS = [
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/healthz',
  '/livez',
  '/openapi',
  '/openapi/*',
];
const PUBLIC_PATHS = ['/healthz', '/livez', '/readyz', '/version', '/version/'];

function clusterRole(
  store: Store,
  name: string,
  rules: readonly PolicyRule[],
  groups: readonly string[],
): void {
  const apiVersion = `${GROUP}/v1`;
  put(store, 'clusterroles', { apiVersion, kind: 'ClusterRole', metadata: { name }, rules });
  put(store, 'clusterrolebindings', {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    subjects: groups.map((group) => ({ apiGroup: GROUP, kind: 'Group', name: group })),
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name },
  });
}

function role(store: Store, namespace: string, name: string, rules: readonly PolicyRule[]): void {
  const apiVersion = `${GROUP}/v1`;
  put(store, 'roles', { apiVersion, kind: 'Role', metadata: { name, namespace }, rules });
  put(store, 'rolebindings', {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name, namespace },
    subjects: [{ apiGroup: GROUP, kind: 'User', name }],
    roleRef: { apiGroup: GROUP, kind: 'Role', name },
  });
}

/** A world that brings its own object of that name keeps it. */
function put(store: Store, resource: string, object: Parameters<Store['create']>[1]): void {
  try {
    store.create({ group: GROUP, resource }, object);
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
  }
}

/**
 * Puts the roles of a real cluster's users into the store, and those of operator and viewer in `namespace`.
 * An operator who only `reads` may still ask the applications through the proxy.
 */
export function seedAccess(
  store: Store,
  namespace: string,
  operator: keyof typeof RULES_OF = 'changes',
): void {
  const everyone = ['system:authenticated'];
  clusterRole(
    store,
    'system:discovery',
    [{ nonResourceURLs: [...DISCOVERY_PATHS, ...PUBLIC_PATHS], verbs: ['get'] }],
    everyone,
  );
  clusterRole(
    store,
    'system:public-info-viewer',
    [{ nonResourceURLs: PUBLIC_PATHS, verbs: ['get'] }],
    [...everyone, 'system:unauthenticated'],
  );
  clusterRole(
    store,
    'system:basic-user',
    [
      {
        apiGroups: ['authorization.k8s.io'],
        resources: ['selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
        verbs: ['create'],
      },
      { apiGroups: ['authentication.k8s.io'], resources: ['selfsubjectreviews'], verbs: ['create'] },
    ],
    everyone,
  );
  role(store, namespace, 'operator', RULES_OF[operator]);
  role(store, namespace, 'viewer', VIEWER_RULES);
}

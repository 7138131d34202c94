import { isTree, type Tree } from './json.ts';
import type { StoredObject, TypeKey } from './store.ts';

/** The first 1.x that has these fields. */
const FAMILIES_SINCE = 21;
const TRAFFIC_POLICY_SINCE = 22;
const NAMESPACE_LABEL_SINCE = 21;

/** Sets what is absent; a field set to null counts as absent, as in Go. */
function fill(target: Tree, defaults: Tree): void {
  for (const [field, value] of Object.entries(defaults)) target[field] ??= value;
}

function child(target: Tree, field: string): Tree {
  const value = target[field];
  if (isTree(value)) return value;
  const fresh: Tree = {};
  target[field] = fresh;
  return fresh;
}

function trees(value: unknown): Tree[] {
  return Array.isArray(value) ? value.filter(isTree) : [];
}

function defaultPullPolicy(image: unknown): string {
  const reference = String(image ?? '');
  if (reference.includes('@')) return 'IfNotPresent';
  const tag = /:([^/:]+)$/.exec(reference)?.[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: Tree): void {
  fill(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  if (isTree(probe.httpGet)) fill(probe.httpGet, { path: '/', scheme: 'HTTP' });
}

function defaultContainer(container: Tree): void {
  fill(container, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: defaultPullPolicy(container.image),
    resources: {},
  });
  for (const port of trees(container.ports)) fill(port, { protocol: 'TCP' });
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (isTree(probe)) defaultProbe(probe);
  }
  for (const variable of trees(container.env)) {
    const from = variable.valueFrom;
    if (isTree(from) && isTree(from.fieldRef)) fill(from.fieldRef, { apiVersion: 'v1' });
  }
}

function defaultVolume(volume: Tree): void {
  for (const source of ['configMap', 'secret', 'downwardAPI', 'projected']) {
    const value = volume[source];
    if (isTree(value)) fill(value, { defaultMode: 420 });
  }
}

function defaultPodSpec(spec: Tree): void {
  fill(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  if (spec.serviceAccountName !== undefined) fill(spec, { serviceAccount: spec.serviceAccountName });
  for (const list of ['containers', 'initContainers']) trees(spec[list]).forEach(defaultContainer);
  trees(spec.volumes).forEach(defaultVolume);
}

/** How long a pod stays on a node that is gone. */
function toleration(state: string): Tree {
  const key = `node.kubernetes.io/${state}`;
  return { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 };
}

function defaultPodTemplate(spec: Tree): void {
  const template = child(spec, 'template');
  // The Go type has no omitempty here, so real objects always show it.
  child(template, 'metadata').creationTimestamp ??= null;
  defaultPodSpec(child(template, 'spec'));
}

function defaultDeployment(spec: Tree): void {
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  const strategy = child(spec, 'strategy');
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy.type === 'RollingUpdate') {
    fill(child(strategy, 'rollingUpdate'), { maxUnavailable: '25%', maxSurge: '25%' });
  }
  defaultPodTemplate(spec);
}

function defaultStatefulSet(spec: Tree): void {
  fill(spec, { replicas: 1, revisionHistoryLimit: 10, podManagementPolicy: 'OrderedReady' });
  const strategy = child(spec, 'updateStrategy');
  fill(strategy, { type: 'RollingUpdate' });
  if (strategy.type === 'RollingUpdate') fill(child(strategy, 'rollingUpdate'), { partition: 0 });
  defaultPodTemplate(spec);
}

function defaultService(spec: Tree, minor: number): void {
  fill(spec, { type: 'ClusterIP', sessionAffinity: 'None' });
  if (spec.type !== 'ExternalName' && minor >= TRAFFIC_POLICY_SINCE) {
    fill(spec, { internalTrafficPolicy: 'Cluster' });
  }
  for (const port of trees(spec.ports)) fill(port, { protocol: 'TCP', targetPort: port.port });
}

/** An address out of 10.96.0.0/16 that is always the same for a name. */
function clusterAddress(namespace: string | undefined, name: string): string {
  let hash = 0;
  for (const character of `${namespace}/${name}`) hash = (hash * 31 + character.charCodeAt(0)) % 65_021;
  return `10.96.${Math.floor(hash / 254)}.${(hash % 254) + 1}`;
}

function defaultAddress(service: StoredObject, minor: number): void {
  const spec = child(service, 'spec');
  if (spec.type === 'ExternalName') return;
  fill(spec, { clusterIP: clusterAddress(service.metadata.namespace, service.metadata.name) });
  fill(spec, { clusterIPs: [spec.clusterIP] });
  if (minor >= FAMILIES_SINCE) fill(spec, { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' });
  child(child(service, 'status'), 'loadBalancer');
}

/** `stringData` is write-only: what it holds is kept encoded in `data`. */
function encodeSecret(secret: StoredObject): void {
  const plain = secret.stringData;
  delete secret.stringData;
  if (!isTree(plain)) return;
  const data = child(secret, 'data');
  for (const [field, text] of Object.entries(plain)) {
    data[field] = Buffer.from(String(text)).toString('base64');
  }
}

function defaultNamespace(namespace: StoredObject, minor: number): void {
  if (minor >= NAMESPACE_LABEL_SINCE) {
    child(child(namespace, 'metadata'), 'labels')['kubernetes.io/metadata.name'] = namespace.metadata.name;
  }
  fill(child(namespace, 'spec'), { finalizers: ['kubernetes'] });
  fill(child(namespace, 'status'), { phase: 'Active' });
}

function defaultAutoscaler(spec: Tree): void {
  const target = { type: 'Utilization', averageUtilization: 80 };
  fill(spec, { minReplicas: 1, metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] });
}

const SPEC_DEFAULTS: Readonly<Record<string, (spec: Tree, minor: number) => void>> = {
  'pods.': (spec) => {
    fill(spec, { enableServiceLinks: true, serviceAccountName: 'default', priority: 0 });
    fill(spec, {
      preemptionPolicy: 'PreemptLowerPriority',
      tolerations: ['not-ready', 'unreachable'].map(toleration),
    });
    defaultPodSpec(spec);
  },
  'services.': defaultService,
  'deployments.apps': defaultDeployment,
  'replicasets.apps': (spec) => {
    fill(spec, { replicas: 1 });
    defaultPodTemplate(spec);
  },
  'statefulsets.apps': defaultStatefulSet,
  'daemonsets.apps': defaultPodTemplate,
  'jobs.batch': (spec) => {
    fill(spec, { parallelism: 1, completions: 1, backoffLimit: 6 });
    defaultPodTemplate(spec);
  },
  'horizontalpodautoscalers.autoscaling': defaultAutoscaler,
};

const OBJECT_DEFAULTS: Readonly<Record<string, (object: StoredObject, minor: number) => void>> = {
  'pods.': (pod) => fill(child(pod, 'status'), { phase: 'Pending', qosClass: 'BestEffort' }),
  'services.': defaultAddress,
  'deployments.apps': (deployment) => void child(deployment, 'status'),
  'secrets.': (secret) => {
    encodeSecret(secret);
    fill(secret, { type: 'Opaque' });
  },
  'namespaces.': defaultNamespace,
};

/** Fills in, in place, what the API server would: an object read back always has these fields. */
export function applyDefaults(key: TypeKey, object: StoredObject, minor: number): void {
  const id = `${key.resource}.${key.group}`;
  const specDefaults = SPEC_DEFAULTS[id];
  if (specDefaults !== undefined) specDefaults(child(object, 'spec'), minor);
  OBJECT_DEFAULTS[id]?.(object, minor);
}

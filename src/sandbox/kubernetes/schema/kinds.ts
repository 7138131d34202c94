import type { TypeKey } from '../store.ts';
import { conditions, kindOf, labelSelector } from './meta.ts';
import { podSpec, podStatus, podTemplate } from './pod.ts';
import {
  any,
  boolean,
  integer,
  intOrString,
  keyed,
  list,
  map,
  object,
  type Schema,
  set,
  string,
} from './schema.ts';

const rollingUpdate = object({
  maxUnavailable: intOrString,
  maxSurge: intOrString,
  partition: integer,
});

const deployment = kindOf({
  spec: object({
    replicas: integer,
    selector: labelSelector,
    template: podTemplate,
    strategy: object({ type: string, rollingUpdate }, { retainKeys: true }),
    minReadySeconds: integer,
    revisionHistoryLimit: integer,
    paused: boolean,
    progressDeadlineSeconds: integer,
  }),
  status: object({
    observedGeneration: integer,
    replicas: integer,
    updatedReplicas: integer,
    readyReplicas: integer,
    availableReplicas: integer,
    unavailableReplicas: integer,
    terminatingReplicas: integer,
    conditions,
    collisionCount: integer,
  }),
});

const replicaSet = kindOf({
  spec: object({
    replicas: integer,
    minReadySeconds: integer,
    selector: labelSelector,
    template: podTemplate,
  }),
  status: object({
    replicas: integer,
    fullyLabeledReplicas: integer,
    readyReplicas: integer,
    availableReplicas: integer,
    terminatingReplicas: integer,
    observedGeneration: integer,
    conditions,
  }),
});

const statefulSet = kindOf({
  spec: object({
    replicas: integer,
    selector: labelSelector,
    template: podTemplate,
    volumeClaimTemplates: list(any),
    serviceName: string,
    podManagementPolicy: string,
    updateStrategy: object({ type: string, rollingUpdate }),
    revisionHistoryLimit: integer,
    minReadySeconds: integer,
    persistentVolumeClaimRetentionPolicy: any,
    ordinals: any,
  }),
  status: any,
});

const daemonSet = kindOf({
  spec: object({
    selector: labelSelector,
    template: podTemplate,
    updateStrategy: object({ type: string, rollingUpdate }),
    minReadySeconds: integer,
    revisionHistoryLimit: integer,
  }),
  status: any,
});

const servicePort = object({
  name: string,
  protocol: string,
  appProtocol: string,
  port: integer,
  targetPort: intOrString,
  nodePort: integer,
});

const service = kindOf({
  spec: object({
    ports: keyed(servicePort, 'port', ['port', 'protocol']),
    selector: map(string, { atomic: true }),
    clusterIP: string,
    clusterIPs: list(string),
    type: string,
    externalIPs: list(string),
    sessionAffinity: string,
    loadBalancerIP: string,
    loadBalancerSourceRanges: list(string),
    externalName: string,
    externalTrafficPolicy: string,
    healthCheckNodePort: integer,
    publishNotReadyAddresses: boolean,
    sessionAffinityConfig: any,
    ipFamilies: list(string),
    ipFamilyPolicy: string,
    allocateLoadBalancerNodePorts: boolean,
    loadBalancerClass: string,
    internalTrafficPolicy: string,
    trafficDistribution: string,
  }),
  status: object({ loadBalancer: any, conditions }),
});

const objectReference = object({
  kind: string,
  namespace: string,
  name: string,
  uid: string,
  apiVersion: string,
  resourceVersion: string,
  fieldPath: string,
});

const autoscaler = kindOf({
  spec: object({
    scaleTargetRef: object({ kind: string, name: string, apiVersion: string }),
    minReplicas: integer,
    maxReplicas: integer,
    metrics: list(any),
    behavior: any,
    // In autoscaling/v1 instead of metrics.
    targetCPUUtilizationPercentage: integer,
  }),
  status: any,
});

const lease = kindOf({
  spec: object({
    holderIdentity: string,
    leaseDurationSeconds: integer,
    acquireTime: string,
    renewTime: string,
    leaseTransitions: integer,
    strategy: string,
    preferredHolder: string,
  }),
});

const disruptionBudget = kindOf({
  spec: object({
    minAvailable: intOrString,
    selector: labelSelector,
    maxUnavailable: intOrString,
    unhealthyPodEvictionPolicy: string,
  }),
  status: any,
});

const rules = { rules: list(any) };
const binding = kindOf({
  subjects: list(object({ kind: string, apiGroup: string, name: string, namespace: string })),
  roleRef: object({ apiGroup: string, kind: string, name: string }, { atomic: true }),
});

const SCHEMAS: Readonly<Record<string, Schema>> = {
  'configmaps.': kindOf({ data: map(string), binaryData: map(string), immutable: boolean }),
  'secrets.': kindOf({ data: map(string), stringData: map(string), type: string, immutable: boolean }),
  'endpoints.': kindOf({ subsets: list(any) }),
  'events.': kindOf({
    involvedObject: objectReference,
    reason: string,
    message: string,
    source: object({ component: string, host: string }),
    firstTimestamp: string,
    lastTimestamp: string,
    count: integer,
    type: string,
    eventTime: string,
    series: any,
    action: string,
    related: objectReference,
    reportingComponent: string,
    reportingInstance: string,
  }),
  'namespaces.': kindOf({ spec: object({ finalizers: set(string) }), status: any }),
  'nodes.': kindOf({ spec: any, status: any }),
  'persistentvolumeclaims.': kindOf({ spec: any, status: any }),
  'pods.': kindOf({ spec: podSpec, status: podStatus }),
  'serviceaccounts.': kindOf({
    secrets: keyed(objectReference, 'name'),
    imagePullSecrets: list(object({ name: string })),
    automountServiceAccountToken: boolean,
  }),
  'services.': service,
  'daemonsets.apps': daemonSet,
  'deployments.apps': deployment,
  'replicasets.apps': replicaSet,
  'statefulsets.apps': statefulSet,
  'endpointslices.discovery.k8s.io': kindOf({
    addressType: string,
    endpoints: list(any),
    ports: list(any),
  }),
  'horizontalpodautoscalers.autoscaling': autoscaler,
  'leases.coordination.k8s.io': lease,
  'poddisruptionbudgets.policy': disruptionBudget,
  'jobs.batch': kindOf({ spec: any, status: any }),
  'ingresses.networking.k8s.io': kindOf({ spec: any, status: any }),
  'roles.rbac.authorization.k8s.io': kindOf(rules),
  'clusterroles.rbac.authorization.k8s.io': kindOf({ ...rules, aggregationRule: any }),
  'rolebindings.rbac.authorization.k8s.io': binding,
  'clusterrolebindings.rbac.authorization.k8s.io': binding,
  'scales.autoscaling': kindOf({
    spec: object({ replicas: integer }),
    status: object({ replicas: integer, selector: string }),
  }),
};

/** The schema of a type's objects; `any` for those that are only ever created, such as access reviews. */
export function schemaOf(key: TypeKey): Schema {
  return SCHEMAS[`${key.resource}.${key.group}`] ?? any;
}

/** How a field is written in protobuf. `number` and `boolean` are left out when zero, `optional` ones are not. */
export type WireType =
  | 'string'
  | 'number'
  | 'optional-number'
  | 'boolean'
  | 'optional-boolean'
  | 'bytes'
  | 'int-or-string'
  | 'quantity'
  | Wire
  | { readonly list: WireType }
  | { readonly map: WireType };

/** The fields of a message by number. */
export interface Wire {
  readonly [number: number]: readonly [name: string, type: WireType];
}

const strings: WireType = { list: 'string' };
const labels: WireType = { map: 'string' };
const quantities: WireType = { map: 'quantity' };

const metadata: Wire = {
  1: ['name', 'string'],
  2: ['generateName', 'string'],
  3: ['namespace', 'string'],
  5: ['uid', 'string'],
  6: ['resourceVersion', 'string'],
  11: ['labels', labels],
  12: ['annotations', labels],
  14: ['finalizers', strings],
};

/** An object: its metadata, and its other fields from 2 on. */
function object(fields: Wire): Wire {
  return { 1: ['metadata', metadata], ...fields };
}

const selector: Wire = {
  1: ['matchLabels', labels],
  2: [
    'matchExpressions',
    { list: { 1: ['key', 'string'], 2: ['operator', 'string'], 3: ['values', strings] } },
  ],
};

const httpGet: Wire = {
  1: ['path', 'string'],
  2: ['port', 'int-or-string'],
  3: ['host', 'string'],
  4: ['scheme', 'string'],
};

const probe: Wire = {
  1: ['exec', { 1: ['command', strings] }],
  2: ['httpGet', httpGet],
  3: ['tcpSocket', { 1: ['port', 'int-or-string'] }],
};

const container: Wire = {
  1: ['name', 'string'],
  2: ['image', 'string'],
  3: ['command', strings],
  4: ['args', strings],
  5: ['workingDir', 'string'],
  6: [
    'ports',
    {
      list: {
        1: ['name', 'string'],
        2: ['hostPort', 'number'],
        3: ['containerPort', 'number'],
        4: ['protocol', 'string'],
      },
    },
  ],
  7: ['env', { list: { 1: ['name', 'string'], 2: ['value', 'string'] } }],
  8: ['resources', { 1: ['limits', quantities], 2: ['requests', quantities] }],
  10: ['livenessProbe', withTimes(probe)],
  11: ['readinessProbe', withTimes(probe)],
  14: ['imagePullPolicy', 'string'],
};

function withTimes(handler: Wire): Wire {
  return {
    1: ['', handler],
    2: ['initialDelaySeconds', 'number'],
    3: ['timeoutSeconds', 'number'],
    4: ['periodSeconds', 'number'],
    5: ['successThreshold', 'number'],
    6: ['failureThreshold', 'number'],
  };
}

const podSpec: Wire = {
  2: ['containers', { list: container }],
  3: ['restartPolicy', 'string'],
  4: ['terminationGracePeriodSeconds', 'optional-number'],
  6: ['dnsPolicy', 'string'],
  7: ['nodeSelector', labels],
  8: ['serviceAccountName', 'string'],
  10: ['nodeName', 'string'],
  20: ['initContainers', { list: container }],
  21: ['automountServiceAccountToken', 'optional-boolean'],
};

const template: Wire = { 1: ['metadata', metadata], 2: ['spec', podSpec] };

const deployment: Wire = {
  1: ['replicas', 'optional-number'],
  2: ['selector', selector],
  3: ['template', template],
  4: [
    'strategy',
    {
      1: ['type', 'string'],
      2: ['rollingUpdate', { 1: ['maxUnavailable', 'int-or-string'], 2: ['maxSurge', 'int-or-string'] }],
    },
  ],
  5: ['minReadySeconds', 'number'],
  6: ['revisionHistoryLimit', 'optional-number'],
  7: ['paused', 'boolean'],
  9: ['progressDeadlineSeconds', 'optional-number'],
};

const service: Wire = {
  1: [
    'ports',
    {
      list: {
        1: ['name', 'string'],
        2: ['protocol', 'string'],
        3: ['port', 'number'],
        4: ['targetPort', 'int-or-string'],
        5: ['nodePort', 'number'],
        6: ['appProtocol', 'string'],
      },
    },
  ],
  2: ['selector', labels],
  3: ['clusterIP', 'string'],
  4: ['type', 'string'],
  5: ['externalIPs', strings],
  7: ['sessionAffinity', 'string'],
  10: ['externalName', 'string'],
  13: ['publishNotReadyAddresses', 'boolean'],
};

const job: Wire = {
  1: ['parallelism', 'optional-number'],
  2: ['completions', 'optional-number'],
  6: ['template', template],
  7: ['backoffLimit', 'optional-number'],
};

const cronJob: Wire = {
  1: ['schedule', 'string'],
  3: ['concurrencyPolicy', 'string'],
  4: ['suspend', 'optional-boolean'],
  5: ['jobTemplate', { 1: ['metadata', metadata], 2: ['spec', job] }],
};

const rules: WireType = {
  list: {
    1: ['verbs', strings],
    2: ['apiGroups', strings],
    3: ['resources', strings],
    4: ['resourceNames', strings],
    5: ['nonResourceURLs', strings],
  },
};

const binding = object({
  2: [
    'subjects',
    {
      list: {
        1: ['kind', 'string'],
        2: ['apiGroup', 'string'],
        3: ['name', 'string'],
        4: ['namespace', 'string'],
      },
    },
  ],
  3: ['roleRef', { 1: ['apiGroup', 'string'], 2: ['kind', 'string'], 3: ['name', 'string'] }],
});

const target: Wire = {
  1: ['type', 'string'],
  2: ['value', 'quantity'],
  3: ['averageValue', 'quantity'],
  4: ['averageUtilization', 'optional-number'],
};

const scaling: Wire = {
  1: ['scaleTargetRef', { 1: ['kind', 'string'], 2: ['name', 'string'], 3: ['apiVersion', 'string'] }],
  2: ['minReplicas', 'optional-number'],
  3: ['maxReplicas', 'number'],
};

const metric: Wire = {
  1: ['type', 'string'],
  4: ['resource', { 1: ['name', 'string'], 2: ['target', target] }],
};

/** What kubectl makes with typed clients, and so sends in protobuf since 1.32, by apiVersion and kind. */
export const WIRES: Readonly<Record<string, Wire>> = {
  'v1/ConfigMap': object({ 2: ['data', labels], 3: ['binaryData', { map: 'bytes' }] }),
  'v1/Secret': object({ 2: ['data', { map: 'bytes' }], 3: ['type', 'string'], 4: ['stringData', labels] }),
  'v1/ServiceAccount': object({}),
  'v1/Namespace': object({}),
  'v1/ResourceQuota': object({ 2: ['spec', { 1: ['hard', quantities], 2: ['scopes', strings] }] }),
  'v1/Service': object({ 2: ['spec', service] }),
  'v1/Pod': object({ 2: ['spec', podSpec] }),
  'apps/v1/Deployment': object({ 2: ['spec', deployment] }),
  'batch/v1/Job': object({ 2: ['spec', job] }),
  'batch/v1/CronJob': object({ 2: ['spec', cronJob] }),
  'policy/v1/PodDisruptionBudget': object({
    2: [
      'spec',
      {
        1: ['minAvailable', 'int-or-string'],
        2: ['selector', selector],
        3: ['maxUnavailable', 'int-or-string'],
      },
    ],
  }),
  'rbac.authorization.k8s.io/v1/Role': object({ 2: ['rules', rules] }),
  'rbac.authorization.k8s.io/v1/ClusterRole': object({ 2: ['rules', rules] }),
  'rbac.authorization.k8s.io/v1/RoleBinding': binding,
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': binding,
  'autoscaling/v1/Scale': object({ 2: ['spec', { 1: ['replicas', 'number'] }] }),
  'autoscaling/v1/HorizontalPodAutoscaler': object({
    2: ['spec', { ...scaling, 4: ['targetCPUUtilizationPercentage', 'optional-number'] }],
  }),
  'autoscaling/v2/HorizontalPodAutoscaler': object({
    2: ['spec', { ...scaling, 4: ['metrics', { list: metric }] }],
  }),
};

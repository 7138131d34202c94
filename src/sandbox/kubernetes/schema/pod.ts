import { conditions, objectMeta } from './meta.ts';
import { any, boolean, integer, intOrString, keyed, list, map, object, quantity, string } from './schema.ts';

const namedKey = object({ name: string, key: string, optional: boolean }, { atomic: true });

const environmentVariable = object({
  name: string,
  value: string,
  valueFrom: object({
    fieldRef: object({ apiVersion: string, fieldPath: string }, { atomic: true }),
    resourceFieldRef: any,
    configMapKeyRef: namedKey,
    secretKeyRef: namedKey,
  }),
});

const httpGet = object({
  path: string,
  port: intOrString,
  host: string,
  scheme: string,
  httpHeaders: list(object({ name: string, value: string })),
});

const action = {
  exec: object({ command: list(string) }),
  httpGet,
  tcpSocket: object({ port: intOrString, host: string }),
};

const probe = object({
  ...action,
  grpc: object({ port: integer, service: string }),
  initialDelaySeconds: integer,
  timeoutSeconds: integer,
  periodSeconds: integer,
  successThreshold: integer,
  failureThreshold: integer,
  terminationGracePeriodSeconds: integer,
});

const handler = object({ ...action, sleep: object({ seconds: integer }) });

const resources = object({
  limits: map(quantity),
  requests: map(quantity),
  claims: keyed(object({ name: string, request: string }), 'name'),
});

const container = object({
  name: string,
  image: string,
  command: list(string),
  args: list(string),
  workingDir: string,
  ports: keyed(
    object({ name: string, hostPort: integer, containerPort: integer, protocol: string, hostIP: string }),
    'containerPort',
    ['containerPort', 'protocol'],
  ),
  envFrom: list(any),
  env: keyed(environmentVariable, 'name'),
  resources,
  resizePolicy: list(any),
  restartPolicy: string,
  volumeMounts: keyed(
    object({
      name: string,
      mountPath: string,
      subPath: string,
      subPathExpr: string,
      readOnly: boolean,
      recursiveReadOnly: string,
      mountPropagation: string,
    }),
    'mountPath',
  ),
  volumeDevices: keyed(object({ name: string, devicePath: string }), 'devicePath'),
  livenessProbe: probe,
  readinessProbe: probe,
  startupProbe: probe,
  lifecycle: object({ postStart: handler, preStop: handler, stopSignal: string }),
  terminationMessagePath: string,
  terminationMessagePolicy: string,
  imagePullPolicy: string,
  securityContext: any,
  stdin: boolean,
  stdinOnce: boolean,
  tty: boolean,
});

const volumeSources = [
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cephfs',
  'cinder',
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'fc',
  'gcePersistentDisk',
  'gitRepo',
  'glusterfs',
  'hostPath',
  'image',
  'iscsi',
  'nfs',
  'persistentVolumeClaim',
  'projected',
  'rbd',
  'secret',
] as const;

const volume = object(
  { name: string, ...Object.fromEntries(volumeSources.map((source) => [source, any])) },
  { retainKeys: true },
);

export const podSpec = object({
  volumes: keyed(volume, 'name'),
  initContainers: keyed(container, 'name'),
  containers: keyed(container, 'name'),
  ephemeralContainers: keyed(any, 'name'),
  restartPolicy: string,
  terminationGracePeriodSeconds: integer,
  activeDeadlineSeconds: integer,
  dnsPolicy: string,
  nodeSelector: map(string, { atomic: true }),
  serviceAccountName: string,
  serviceAccount: string,
  automountServiceAccountToken: boolean,
  nodeName: string,
  hostNetwork: boolean,
  hostPID: boolean,
  hostIPC: boolean,
  hostUsers: boolean,
  shareProcessNamespace: boolean,
  securityContext: any,
  imagePullSecrets: keyed(object({ name: string }), 'name'),
  hostname: string,
  subdomain: string,
  setHostnameAsFQDN: boolean,
  affinity: any,
  schedulerName: string,
  schedulingGates: keyed(object({ name: string }), 'name'),
  tolerations: list(any),
  hostAliases: keyed(object({ ip: string, hostnames: list(string) }), 'ip'),
  priorityClassName: string,
  priority: integer,
  preemptionPolicy: string,
  dnsConfig: any,
  readinessGates: list(object({ conditionType: string })),
  runtimeClassName: string,
  enableServiceLinks: boolean,
  overhead: map(intOrString),
  topologySpreadConstraints: keyed(any, 'topologyKey', ['topologyKey', 'whenUnsatisfiable']),
  os: any,
  resources,
  resourceClaims: keyed(any, 'name'),
});

export const podTemplate = object({ metadata: objectMeta, spec: podSpec });

export const podStatus = object({
  observedGeneration: integer,
  phase: string,
  conditions,
  message: string,
  reason: string,
  nominatedNodeName: string,
  hostIP: string,
  hostIPs: list(any),
  podIP: string,
  podIPs: keyed(object({ ip: string }), 'ip'),
  startTime: string,
  initContainerStatuses: list(any),
  containerStatuses: list(any),
  ephemeralContainerStatuses: list(any),
  qosClass: string,
  resize: string,
  resourceClaimStatuses: list(any),
});

/** A namespace of many pods in the sizes that a real API server sends, and a stream of changes to them. */
export interface Pod {
  readonly name: string;
  readonly deployment: string;
  readonly hash: string;
  readonly uid: string;
  ready: boolean;
  status: string;
  restarts: number;
  revision: number;
}

/** Pods that are not well, and so at the top of every list of the worst first. */
const TROUBLED = 40;
const PER_DEPLOYMENT = 100;

export function makePods(count: number): readonly Pod[] {
  return Array.from({ length: count }, (_, at) => {
    const number = Math.floor(at / PER_DEPLOYMENT);
    const deployment = `shop-${String(number).padStart(3, '0')}`;
    const hash = '7d9c5f8b6c';
    const troubled = at < TROUBLED;
    return {
      name: `${deployment}-${hash}-${suffix(at)}`,
      deployment,
      hash,
      uid: `944853fe-bd4f-4676-9643-${String(at).padStart(12, '0')}`,
      ready: !troubled,
      status: troubled ? 'CrashLoopBackOff' : 'Running',
      restarts: troubled ? at : 0,
      revision: 1000 + at,
    };
  });
}

const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

function suffix(at: number): string {
  let text = '';
  for (let left = at + 100_000_000, place = 0; place < 5; place += 1) {
    text = ALPHABET[left % ALPHABET.length] + text;
    left = Math.floor(left / ALPHABET.length);
  }
  return text;
}

export const deploymentsOf = (pods: readonly Pod[]) => [...new Set(pods.map((pod) => pod.deployment))];

const SINCE = '2026-11-22T03:30:27Z';

/** Bookkeeping of field owners: two thirds of what the metadata of a real pod weighs. */
const MANAGED = JSON.stringify(
  ['kube-controller-manager', 'kubelet'].map((manager) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: SINCE,
    fieldsType: 'FieldsV1',
    fieldsV1: Object.fromEntries(
      Array.from({ length: 12 }, (_, at) => [
        `f:part-${at}`,
        {
          '.': {},
          'f:name': {},
          'f:value': {},
          'f:valueFrom': { '.': {}, 'f:secretKeyRef': { 'f:key': {} } },
        },
      ]),
    ),
  })),
);

export function metadataOf(pod: Pod): string {
  return (
    `{"name":"${pod.name}","generateName":"${pod.deployment}-${pod.hash}-","namespace":"shop","uid":"${pod.uid}",` +
    `"resourceVersion":"${pod.revision}","creationTimestamp":"${SINCE}",` +
    `"labels":{"app":"${pod.deployment}","pod-template-hash":"${pod.hash}","release":"v2"},` +
    `"ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"${pod.deployment}-${pod.hash}",` +
    `"uid":"911942b5-df2b-429e-aef2-1927b246dfd5","controller":true,"blockOwnerDeletion":true}],` +
    `"managedFields":${MANAGED}}`
  );
}

const ENVIRONMENT = JSON.stringify(
  Array.from({ length: 40 }, (_, at) => ({
    name: `SETTING_${at}`,
    value: `the value of setting number ${at}`,
  })),
);
const SPEC =
  `{"containers":[{"name":"web","image":"registry.example/shop/web:v2.4.1","env":${ENVIRONMENT},` +
  `"resources":{"limits":{"memory":"512Mi"},"requests":{"cpu":"20m","memory":"64Mi"}},` +
  `"readinessProbe":{"httpGet":{"path":"/healthz","port":8000,"scheme":"HTTP"},"periodSeconds":3},` +
  `"volumeMounts":[{"name":"token","readOnly":true,"mountPath":"/var/run/secrets/kubernetes.io/serviceaccount"}],` +
  `"terminationMessagePath":"/dev/termination-log","imagePullPolicy":"IfNotPresent"}],"nodeName":"node-1",` +
  `"restartPolicy":"Always","dnsPolicy":"ClusterFirst","serviceAccountName":"default","securityContext":{},` +
  `"schedulerName":"default-scheduler","priority":0,"enableServiceLinks":true,"volumes":[{"name":"token",` +
  `"projected":{"sources":[{"serviceAccountToken":{"expirationSeconds":3607,"path":"token"}}]}}]}`;

const CONDITIONS = ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];

function statusOf(pod: Pod): string {
  const conditions = CONDITIONS.map((type) => {
    const holds = pod.ready || type === 'Initialized' || type === 'PodScheduled';
    return `{"type":"${type}","status":"${holds ? 'True' : 'False'}","lastProbeTime":null,"lastTransitionTime":"${SINCE}"}`;
  });
  const state = pod.ready
    ? `{"running":{"startedAt":"${SINCE}"}}`
    : `{"waiting":{"reason":"${pod.status}","message":"back-off 5m0s restarting failed container=web"}}`;
  return (
    `{"phase":"Running","conditions":[${conditions.join()}],"hostIP":"10.245.0.1","podIP":"10.244.0.155",` +
    `"startTime":"${SINCE}","containerStatuses":[{"name":"web","state":${state},"lastState":{"terminated":` +
    `{"exitCode":255,"reason":"Error","startedAt":"${SINCE}","finishedAt":"${SINCE}"}},"ready":${pod.ready},` +
    `"restartCount":${pod.restarts},"image":"registry.example/shop/web:v2.4.1",` +
    `"imageID":"sha256:c0e9a490a22f3568ee114d8b80c7b941ec5dd59b94a6749ff40800a99b062ea7",` +
    `"containerID":"containerd://753b8ee048f14f4c662855095e8c92d1aae384a1570d1238c5bb0fe54b002776","started":true}],` +
    `"qosClass":"Burstable"}`
  );
}

export function podJson(pod: Pod, typed: boolean): string {
  const type = typed ? '"kind":"Pod","apiVersion":"v1",' : '';
  return `{${type}"metadata":${metadataOf(pod)},"spec":${SPEC},"status":${statusOf(pod)}}`;
}

export type Included = 'None' | 'Metadata' | 'Object';

const DESCRIPTION =
  'What a column holds, in the words of the API reference, which are many more than these. '.repeat(3);
export const COLUMNS = JSON.stringify(
  ['Name', 'Ready', 'Status', 'Restarts', 'Age', 'IP', 'Node', 'Nominated Node', 'Readiness Gates'].map(
    (name, at) => ({
      name,
      type: 'string',
      format: name === 'Name' ? 'name' : '',
      description: DESCRIPTION,
      priority: at < 5 ? 0 : 1,
    }),
  ),
);

export function tableRow(pod: Pod, included: Included): string {
  const cells =
    `["${pod.name}","${pod.ready ? 1 : 0}/1","${pod.status}","${pod.restarts}","54m","10.244.0.155",` +
    `"node-1","<none>","<none>"]`;
  const object =
    included === 'None'
      ? 'null'
      : included === 'Object'
        ? podJson(pod, true)
        : `{"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1","metadata":${metadataOf(pod)}}`;
  return `{"cells":${cells},"object":${object}}`;
}

/** Always the same sequence: both sides of a comparison see the same changes. */
export function createChanges(pods: readonly Pod[]): (revision: number) => Pod {
  let seed = 42;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return Math.floor((seed / 0x80000000) * below);
  };
  return (revision) => {
    const isVisible = random(5) === 0;
    const pod = pods[isVisible ? random(Math.min(TROUBLED, pods.length)) : random(pods.length)] as Pod;
    pod.restarts += 1;
    pod.revision = revision;
    return pod;
  };
}

import { timeText } from '../kubernetes/controllers/deployment-status.ts';
import type { AutoscalerSpec, DeploymentSpec, ServiceSpec } from './spec.ts';

/** The objects that a world begins with, as someone's manifests would have made them. */

const NODE_IMAGE_OS = 'Debian GNU/Linux 12 (bookworm)';

export function namespaceObject(name: string, created: number) {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      creationTimestamp: timeText(created),
    },
  };
}

export function nodeName(index: number): string {
  return index === 0 ? 'sandbox-worker' : `sandbox-worker${index + 1}`;
}

export function nodeObject(index: number, version: string, created: number) {
  const name = nodeName(index);
  const address = `172.18.${Math.floor((index + 2) / 256)}.${(index + 2) % 256}`;
  const capacity = { cpu: '8', memory: '32Gi', pods: '11000', 'ephemeral-storage': '200Gi' };
  const since = timeText(created);
  const fine = (type: string, reason: string, message: string, status = 'False') => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: since,
    lastTransitionTime: since,
  });
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      creationTimestamp: since,
      labels: {
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
      },
    },
    spec: { podCIDR: `10.244.${index}.0/24` },
    status: {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      allocatable: capacity,
      capacity,
      conditions: [
        fine('MemoryPressure', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
        fine('DiskPressure', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
        fine('PIDPressure', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
        fine('Ready', 'KubeletReady', 'kubelet is posting ready status', 'True'),
      ],
      nodeInfo: {
        architecture: 'amd64',
        containerRuntimeVersion: 'containerd://2.0.5',
        kernelVersion: '6.1.0-31-amd64',
        kubeletVersion: version,
        operatingSystem: 'linux',
        osImage: NODE_IMAGE_OS,
      },
    },
  };
}

/** The Deployment's manifest at one of its versions. */
export function deploymentObject(spec: DeploymentSpec, namespace: string, version: string, created: number) {
  const {
    name,
    replicas,
    labels,
    port = 8080,
    probed = true,
    containers,
    initContainers,
    strategy,
    volumes,
  } = spec;
  const image = `${spec.image}:${version}`;
  const selector = selectorLabels(labels);
  const podLabels = labels.release === undefined ? labels : { ...labels, release: `v${version}` };
  const probe = {
    httpGet: { path: '/healthz', port: 'http' },
    initialDelaySeconds: 1,
    periodSeconds: 2,
    failureThreshold: 2,
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels, creationTimestamp: timeText(created) },
    spec: {
      replicas,
      selector: { matchLabels: selector },
      ...(strategy === undefined ? {} : { strategy: { type: strategy } }),
      template: {
        metadata: { labels: podLabels },
        spec: {
          ...(initContainers === undefined ? {} : { initContainers: withImage(initContainers, image) }),
          containers:
            containers === undefined
              ? [
                  {
                    name: containerName(name),
                    image,
                    ports: [{ name: 'http', containerPort: port }],
                    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
                    ...(probed ? { readinessProbe: probe } : {}),
                  },
                ]
              : withImage(containers, image),
          ...(volumes === undefined ? {} : { volumes }),
        },
      },
    },
  };
}

function withImage(containers: NonNullable<DeploymentSpec['containers']>, image: string) {
  return containers.map((container) => ({ ...container, image: container.image ?? image }));
}

/** `frontend` for `frontend-green`: colours and numbers say nothing of what a container is. */
function containerName(deployment: string): string {
  return deployment.replace(/-(blue|green)$/, '');
}

/** What identifies the pods for good: labels that change with each release do not. */
function selectorLabels(labels: Readonly<Record<string, string>>): Record<string, string> {
  const lasting = Object.entries(labels).filter(([name]) => name === 'app' || name === 'color');
  return lasting.length > 0 ? Object.fromEntries(lasting) : { ...labels };
}

export function serviceObject(spec: ServiceSpec, namespace: string, index: number, created: number) {
  const { name, selector, labels, port = 80, targetPort = 8080 } = spec;
  const clusterIP = spec.clusterIP ?? `10.96.20.${index + 10}`;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace,
      creationTimestamp: timeText(created),
      ...(labels === undefined ? {} : { labels }),
    },
    spec: {
      type: 'ClusterIP',
      clusterIP,
      clusterIPs: [clusterIP],
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      ports: [{ name: 'http', port, protocol: 'TCP', targetPort }],
      ...(selector === undefined ? {} : { selector }),
    },
    status: { loadBalancer: {} },
  };
}

export function autoscalerObject(spec: AutoscalerSpec, namespace: string, created: number) {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: spec.deployment, namespace, creationTimestamp: timeText(created) },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: spec.deployment },
      minReplicas: spec.min,
      maxReplicas: spec.max,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
        },
      ],
    },
    status: { currentReplicas: 0, desiredReplicas: 0 },
  };
}

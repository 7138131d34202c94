import type { DeploymentSpec, ServiceSpec } from '../world/spec.ts';
import { ENVIRONMENTS, type Environment } from './kas-spec.ts';
import type { KasState } from './kas-state.ts';
import { ENVOY_IMAGE, KAS_DEPLOYMENT, KAS_IMAGE, kasNamespace, TAG_LENGTH } from './names.ts';

const MINUTE = 60_000;
/** ReplicaSets that a Deployment keeps of versions before. */
const KEPT = 5;

export const PORTS = { api: 8000, health: 8083, metrics: 8080, envoy: 9001, envoyMetrics: 9000 } as const;

const CONTAINERS: NonNullable<DeploymentSpec['containers']> = [
  {
    name: 'service',
    command: ['/usr/local/bin/kas-fleet-manager', 'serve'],
    ports: [
      { name: 'api', containerPort: PORTS.api },
      { name: 'health', containerPort: PORTS.health },
      { name: 'metrics', containerPort: PORTS.metrics },
    ],
    resources: { requests: { cpu: '200m', memory: '300Mi' }, limits: { cpu: '1', memory: '1Gi' } },
    readinessProbe: {
      httpGet: { path: '/healthcheck', port: 'health', scheme: 'HTTPS' },
      initialDelaySeconds: 1,
      periodSeconds: 2,
      failureThreshold: 2,
    },
  },
  {
    name: 'envoy-sidecar',
    image: ENVOY_IMAGE,
    ports: [
      { name: 'envoy', containerPort: PORTS.envoy },
      { name: 'envoy-metrics', containerPort: PORTS.envoyMetrics },
    ],
    resources: { requests: { cpu: '100m', memory: '64Mi' } },
  },
];

const MIGRATION: NonNullable<DeploymentSpec['initContainers']> = [
  { name: 'migration', command: ['/usr/local/bin/kas-fleet-manager', 'migrate'] },
];

/** The Deployments as the deployer's last runs left them. */
export function kasDeployments(state: KasState, now: number): DeploymentSpec[] {
  return ENVIRONMENTS.map((environment) => {
    const served = state.served(environment);
    const releases = served.slice(-KEPT).map((sha) => ({
      version: sha.slice(0, TAG_LENGTH),
      minutesAgo: (now - deployedAt(state, environment, sha, now)) / MINUTE,
    }));
    const present = releases.at(-1) ?? { version: 'latest', minutesAgo: 60 };
    return {
      name: KAS_DEPLOYMENT,
      namespace: kasNamespace(environment),
      image: KAS_IMAGE,
      version: present.version,
      replicas: 3,
      labels: { app: KAS_DEPLOYMENT },
      containers: CONTAINERS,
      initContainers: MIGRATION,
      history: releases.slice(0, -1),
      minutesAgo: present.minutesAgo,
    };
  });
}

/** A few minutes after the promotion was merged. */
function deployedAt(state: KasState, environment: Environment, sha: string, now: number): number {
  const promotion = state.content.appInterface.promotions.findLast(
    (item) => item.environment === environment && item.ref === sha,
  );
  return promotion === undefined ? now - 60 * MINUTE : promotion.time + 3 * MINUTE;
}

export function kasServices(): ServiceSpec[] {
  const ports = [
    ['', PORTS.api],
    ['-healthcheck', PORTS.health],
    ['-metrics', PORTS.metrics],
    ['-envoy', PORTS.envoy],
    ['-envoy-metrics', PORTS.envoyMetrics],
  ] as const;
  return ENVIRONMENTS.flatMap((environment, index) =>
    ports.map(([suffix, port], place) => ({
      name: KAS_DEPLOYMENT + suffix,
      namespace: kasNamespace(environment),
      selector: { app: KAS_DEPLOYMENT },
      labels: { app: KAS_DEPLOYMENT, port: `port${port}` },
      port,
      targetPort: port,
      clusterIP: `10.96.31.${20 + index * ports.length + place}`,
    })),
  );
}

import {
  BACKEND,
  BACKEND_APPLICATION,
  BACKEND_SERVICE,
  BACKEND_TRAFFIC,
  withServer,
} from '../database/banking-workloads.ts';
import type {
  ApplicationSpec,
  DeploymentSpec,
  PresetInput,
  ServiceSpec,
  TrafficSpec,
  WorldSpec,
} from './spec.ts';

/** How many minutes ago green was released, and since when none of it is ready. */
const RELEASED = 9;
const UNREADY = 6;

const TIERS = ['frontend', 'backend'] as const;
type Tier = (typeof TIERS)[number];

function blue(tier: Tier): DeploymentSpec {
  return {
    name: `${tier}-blue`,
    image: `registry.example.com/banking/${tier}`,
    version: '1.8.3',
    replicas: 3,
    labels: { app: `${tier}-blue`, color: 'blue', tier, release: 'v1.8.3' },
    history: [{ version: '1.8.2', minutesAgo: 12_900 }],
    minutesAgo: 5_740,
  };
}

function green(tier: Tier): DeploymentSpec {
  return {
    name: `${tier}-green`,
    image: `registry.example.com/banking/${tier}`,
    version: '1.9.0',
    replicas: 3,
    labels: { app: `${tier}-green`, color: 'green', tier, release: 'v1.9.0' },
    history: [{ version: '1.8.1', minutesAgo: 20_000 }],
    minutesAgo: RELEASED + 4,
  };
}

const POSTGRES: DeploymentSpec = {
  name: 'postgres',
  image: 'postgres',
  version: '15.8',
  replicas: 1,
  labels: { app: 'postgres', tier: 'database' },
  port: 5432,
  probed: false,
  minutesAgo: 86_400,
};

const SERVICES: readonly ServiceSpec[] = [
  ...TIERS.map((tier, index) => ({
    name: `${tier}-service`,
    selector: { app: `${tier}-green`, color: 'green' },
    labels: { tier },
    port: 80,
    targetPort: 8080,
    clusterIP: `10.96.14.${20 + index}`,
  })),
  { name: 'postgres', selector: { app: 'postgres' }, port: 5432, targetPort: 5432, clusterIP: '10.96.14.40' },
];

const APPLICATIONS: readonly ApplicationSpec[] = [
  { deployment: 'frontend-blue', latencyMs: 45, errorRate: 0.001, dependsOn: ['backend-service'] },
  { deployment: 'backend-blue', latencyMs: 30, errorRate: 0.001 },
  {
    deployment: 'frontend-green',
    version: '1.9.0',
    health: 500,
    errorRate: 0.62,
    latencyMs: 900,
    errorLines: [
      'GET /api/accounts failed: unexpected token "<" in JSON at position 0',
      'session store: schema version 41 is not supported by this release',
    ],
    dependsOn: ['backend-service'],
  },
  {
    deployment: 'backend-green',
    version: '1.9.0',
    health: 500,
    errorRate: 0.55,
    latencyMs: 1400,
    crash: { afterSeconds: 7, exitCode: 1 },
    errorLines: [
      'ledger: column accounts.limit_cents does not exist',
      'panic: migration 0042_add_limits has not been applied',
    ],
  },
];

const TRAFFIC: readonly TrafficSpec[] = TIERS.map((tier) => ({
  service: `${tier}-service`,
  requestsPerSecond: tier === 'frontend' ? 40 : 60,
  past: {
    before: `${tier}-blue`,
    after: `${tier}-green`,
    releasedMinutesAgo: RELEASED,
    unreadyMinutesAgo: UNREADY,
  },
}));

function bulk(replicas: number): DeploymentSpec {
  return {
    name: 'bulk',
    image: 'registry.example.com/banking/bulk',
    version: '1.0.0',
    replicas,
    labels: { app: 'bulk' },
    minutesAgo: 300,
  };
}

/** Blue 1.8.3, healthy; green 1.9.0, live and failing; the switches of `input` applied over it. */
export function bankingApp(
  input: PresetInput,
): Pick<WorldSpec, 'deployments' | 'services' | 'applications' | 'autoscalers' | 'traffic'> {
  const { replicas = {}, applications = {}, services = {}, extraPods = 0 } = input;
  const all = [
    ...TIERS.flatMap((tier) => [blue(tier), green(tier)]),
    ...(input.database ? [withServer(POSTGRES), BACKEND] : [POSTGRES]),
    ...(extraPods > 0 ? [bulk(extraPods)] : []),
  ];
  const existing = input.database ? [...SERVICES, BACKEND_SERVICE] : SERVICES;
  const kept = existing.filter(({ name }) => services[name]?.remove !== true);
  const keptNames = new Set(kept.map(({ name }) => name));
  const overrides = Object.entries(applications);
  return {
    deployments: all.map((item) => ({ ...item, replicas: replicas[item.name] ?? item.replicas })),
    services: kept.map((item) => ({ ...item, ...selectorOf(services[item.name]) })),
    applications: [
      ...APPLICATIONS,
      ...(input.database ? [BACKEND_APPLICATION] : []),
      ...overrides.map(([deployment, behaviour]) => ({ deployment, ...behaviour })),
    ],
    autoscalers: input.autoscalers ?? [],
    traffic: [...TRAFFIC, BACKEND_TRAFFIC].filter(({ service }) => keptNames.has(service)),
  };
}

function selectorOf(override: { selector?: Record<string, string> | undefined } | undefined) {
  return override?.selector === undefined ? {} : { selector: override.selector };
}

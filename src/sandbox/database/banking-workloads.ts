import type { ApplicationSpec, DeploymentSpec, ServiceSpec, TrafficSpec } from '../world/spec.ts';

/** The Django application, and the server as its manifest describes it: in a banking world with a database. */

const DATABASE_ENV = [
  { name: 'DB_NAME', value: 'banking_db' },
  { name: 'DB_USER', value: 'banking_user' },
];

export const BACKEND: DeploymentSpec = {
  name: 'backend',
  image: 'registry.example.com/banking/backend',
  version: '1.9.0',
  replicas: 2,
  labels: { app: 'backend', tier: 'backend', release: 'v1.9.0' },
  containers: [
    {
      name: 'backend',
      ports: [{ name: 'http', containerPort: 8080 }],
      env: [...DATABASE_ENV, { name: 'DB_HOST', value: 'postgres' }],
      resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
      readinessProbe: {
        httpGet: { path: '/healthz', port: 'http' },
        initialDelaySeconds: 1,
        periodSeconds: 2,
        failureThreshold: 2,
      },
    },
  ],
  history: [{ version: '1.8.3', minutesAgo: 5_740 }],
  minutesAgo: 13,
};

export const BACKEND_APPLICATION: ApplicationSpec = {
  deployment: 'backend',
  dependsOn: ['postgres'],
  latencyMs: 35,
};

export const BACKEND_SERVICE: ServiceSpec = {
  name: 'backend',
  selector: { app: 'backend' },
  labels: { tier: 'backend' },
  port: 80,
  targetPort: 8080,
  clusterIP: '10.96.14.41',
};

/** Who asks the Django application itself. */
export const BACKEND_TRAFFIC: TrafficSpec = { service: BACKEND_SERVICE.name, requestsPerSecond: 15 };

export function withServer(postgres: DeploymentSpec): DeploymentSpec {
  return {
    ...postgres,
    strategy: 'Recreate',
    volumes: ['data', 'backup'].map((name) => ({
      name,
      persistentVolumeClaim: { claimName: `postgres-${name}` },
    })),
    containers: [
      {
        name: 'postgres',
        ports: [{ name: 'postgres', containerPort: 5432 }],
        env: DATABASE_ENV,
        resources: { requests: { cpu: '250m', memory: '256Mi' }, limits: { memory: '1Gi' } },
        readinessProbe: {
          exec: { command: ['pg_isready', '-h', '127.0.0.1', '-U', 'banking_user', '-d', 'banking_db'] },
          periodSeconds: 2,
          timeoutSeconds: 3,
          failureThreshold: 2,
        },
        volumeMounts: [
          { name: 'data', mountPath: '/var/lib/postgresql/data' },
          { name: 'backup', mountPath: '/backup' },
        ],
      },
    ],
  };
}

import type { LiveSnapshot } from '../../src/cluster/live.ts';
import { START } from './sessions.ts';

const workload = (name: string, ready: number, status: string, version: string, restarts = 0) => ({
  name,
  kind: 'Deployment',
  desired: 3,
  ready,
  updated: 3,
  available: ready,
  observed: true,
  rollout: ready === 3 ? ('complete' as const) : ('failed' as const),
  status,
  version,
  restarts,
});

const pod = (workloadName: string, tail: string, ready: boolean, status: string, restarts: number) => ({
  name: `${workloadName}-${tail}`,
  workload: workloadName,
  ready,
  status,
  readyContainers: ready ? 1 : 0,
  containers: 1,
  restarts,
  startedAt: new Date(START - 600_000).toISOString(),
  node: 'ip-10-0-3-17.eu-central-1.compute.internal',
  version: workloadName.includes('green') ? '1.9.0' : '1.8.3',
});

/** As long as the line of a figure is; it began when the first of these was heard. */
const line = (...points: readonly (number | null)[]) => [
  ...Array.from({ length: 40 - points.length }, () => null),
  ...points,
];

const heard = { stepMs: 15_000, heardAt: START + 58_000, everyMs: 5_000 };

export const failing: LiveSnapshot = {
  freshness: { state: 'live', heardAt: START + 59_000 },
  namespace: 'banking-app',
  workloads: [
    workload('frontend-green', 0, 'CrashLoopBackOff ×3', '1.9.0', 14),
    workload('backend-green', 0, 'not ready: 500', '1.9.0', 2),
    workload('frontend-blue', 3, 'Running', '1.8.3'),
    workload('backend-blue', 3, 'Running', '1.8.3'),
  ],
  services: [
    {
      name: 'frontend-service',
      selector: { app: 'frontend-green', color: 'green' },
      ready: 0,
      notReady: 3,
      behind: [],
    },
    {
      name: 'backend-service',
      selector: { app: 'backend-green', color: 'green' },
      ready: 0,
      notReady: 3,
      behind: [],
    },
  ],
  pods: [
    ...['x2k4p', 'v9d7q', 'm4tzb'].map((tail) =>
      pod('frontend-green-7d9c5b8f66', tail, false, 'CrashLoopBackOff', 5),
    ),
    ...['h5w2n', 'q8r6c'].map((tail) =>
      pod('backend-green-5c4d7f9b88', tail, false, 'not ready: HTTP probe failed with statuscode: 500', 1),
    ),
    ...['2b7xz', 'k9v4m', 'w3c8p'].map((tail) => pod('frontend-blue-6f8d4c7b99', tail, true, 'Running', 0)),
    ...['t6n2d', 'z4q9h', 'p8m5j'].map((tail) => pod('backend-blue-84b6d9c5f7', tail, true, 'Running', 0)),
  ],
  podCount: 12,
  podsReady: 6,
  events: [
    [
      'Warning',
      'BackOff',
      'pod/frontend-green-7d9c5b8f66-x2k4p',
      14,
      2,
      'Back-off restarting failed container app in pod frontend-green',
    ],
    [
      'Warning',
      'Unhealthy',
      'pod/backend-green-5c4d7f9b88-h5w2n',
      31,
      15,
      'Readiness probe failed: HTTP probe failed with statuscode: 500',
    ],
    [
      'Normal',
      'ScalingReplicaSet',
      'deployment/frontend-green',
      1,
      40,
      'Scaled up replica set frontend-green-7d9c5b8f66 to 3',
    ],
    [
      'Normal',
      'Pulled',
      'pod/frontend-green-7d9c5b8f66-v9d7q',
      5,
      62,
      'Container image "registry.example.org/frontend:1.9.0" already present',
    ],
    [
      'Warning',
      'FailedScheduling',
      'pod/backend-green-5c4d7f9b88-q8r6c',
      2,
      250,
      '0/5 nodes are available: 5 Insufficient cpu',
    ],
  ].map(([type, reason, object, count, ago, message], at) => ({
    uid: String(at),
    type: type as 'Normal' | 'Warning',
    reason: String(reason),
    object: String(object),
    message: String(message),
    count: Number(count),
    lastSeen: START + 60_000 - Number(ago) * 1000,
  })),
  metrics: [
    {
      title: 'errors',
      unit: 'percent',
      points: line(0.004, 0.006, 0.01, 0.05, 0.12, 0.2, 0.26, 0.31, 0.35, 0.38, 0.38, 0.37, 0.38),
      warnAbove: 0.01,
      criticalAbove: 0.05,
      value: 0.38,
      level: 'critical',
      ...heard,
    },
    {
      title: 'p95 latency',
      unit: 'seconds',
      points: line(0.12, 0.13, 0.12, 0.2, 0.4, 0.6, 0.55, 0.5, null, 0.52),
      warnAbove: 0.5,
      criticalAbove: 2,
      value: 0.52,
      level: 'warning',
      ...heard,
    },
  ],
  logs: [
    {
      title: 'error log',
      unit: 'per-minute',
      points: line(0, 0, 4, 0, 8, 96, 120, 144, 140, 152),
      criticalAbove: 60,
      value: 143,
      level: 'critical',
      ...heard,
      everyMs: 10_000,
      lines: [
        [3, 'backend-green-5c4d7f9b88-q8r6c', 'ledger: column accounts.limit_cents does not exist'],
        [4, 'frontend-green-7d9c5b8f66-x2k4p', 'GET /api/accounts failed: unexpected token "<" in JSON at 0'],
        [9, 'backend-green-5c4d7f9b88-h5w2n', 'panic: migration 0042_add_limits has not been applied'],
      ].map(([ago, podName, message]) => ({
        at: START + 60_000 - Number(ago) * 1000,
        level: 'error',
        pod: String(podName),
        message: String(message),
        count: ago === 4 ? 12 : 1,
      })),
    },
  ],
  links: [
    {
      title: 'Traffic and errors, in Grafana',
      url: 'https://grafana.example.com/d/banking-app?var-namespace=banking-app&from=1763700000000&to=now',
    },
    {
      title: 'Error log, in Kibana',
      problem: 'No Kibana is configured for this session; kibana.url in rollbook.yaml names it.',
    },
  ],
  gaps: [],
};

import type { LiveSnapshot } from '../../src/cluster/live.ts';
import type { Draft } from '../../src/engine/event.ts';
import { done, planned, switchPlan, untilSwitch } from './sessions.ts';

import { failing } from './snapshots.ts';

export const healthy: LiveSnapshot = {
  ...failing,
  services: failing.services.map((service) => {
    const tier = service.name.split('-')[0] ?? '';
    return {
      ...service,
      selector: { app: `${tier}-blue`, color: 'blue' },
      ready: 3,
      notReady: 0,
      behind: [`${tier}-blue`],
    };
  }),
  metrics: failing.metrics.map((metric) => ({
    ...metric,
    points: [...metric.points, ...Array(8).fill(metric.unit === 'percent' ? 0.004 : 0.12)],
  })),
};

export const begun = (id: string, what = switchPlan('frontend')): readonly Draft[] => [
  planned(id, what),
  { type: 'step-confirmed', step: id, by: 'operator', planHash: `hash of ${id}` },
  { type: 'step-started', step: id, attempt: 1, attemptId: `${id}-1` },
];

export const verifying: Draft = {
  type: 'step-verifying',
  step: 'switch-frontend',
  outcome: { summary: 'blue', evidence: [], outputs: {} },
  aim: {
    says: 'its endpoints are the pods of frontend-blue, and no others',
    forMs: 40_000,
    withinMs: 120_000,
  },
};

export const refused: readonly Draft[] = [
  ...untilSwitch(),
  ...done('switch-frontend', 'blue', ['3 of 3 endpoints are blue, for 10 s'], switchPlan('frontend')),
  ...begun('switch-backend', switchPlan('backend')),
  {
    type: 'step-failed',
    step: 'switch-backend',
    failure: {
      message:
        'The API server refused the write: user "jana@example.org" may not patch services in namespace banking-app (403). Nothing was written.',
      next: 'Ask for the role that allows "patch services", or undo 3.1 so that both tiers are on the same colour.',
      reason: 'forbidden',
      phase: 'run',
      refused: true,
    },
  },
];

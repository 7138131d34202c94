import type { LiveSnapshot } from '../../src/cluster/live.ts';
import type { Draft } from '../../src/engine/event.ts';
import type { Scene } from './scene.ts';
import { done, planned, START, switchPlan, untilSwitch } from './sessions.ts';

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
  metrics: failing.metrics.map((metric) => {
    const value = metric.unit === 'percent' ? 0.004 : 0.12;
    const points = [...metric.points.slice(8), ...Array<number>(8).fill(value)];
    return { ...metric, points, value, level: 'normal' };
  }),
  logs: failing.logs.map((log) => ({ ...log, value: 2, level: 'normal', lines: log.lines.slice(0, 1) })),
};

export const begun = (id: string, what = switchPlan('frontend')): readonly Draft[] => [
  planned(id, what),
  { type: 'step-confirmed', step: id, by: 'operator', planHash: `hash of ${id}` },
  { type: 'step-started', step: id, attempt: 1, attemptId: `${id}-1` },
];

/** Two figures are critical, one of them since before. */
export const alarms: readonly Draft[] = [
  {
    type: 'threshold-crossed',
    figure: 'errors',
    source: 'prometheus',
    value: 0.21,
    unit: 'percent',
    limit: 0.05,
    side: 'above',
  },
  {
    type: 'threshold-crossed',
    figure: 'error log',
    source: 'elasticsearch',
    value: 88,
    unit: 'per-minute',
    limit: 60,
    side: 'above',
  },
];

/** Prometheus is away, Elasticsearch answers in part. */
export const unheard: LiveSnapshot = {
  ...failing,
  metrics: failing.metrics.map((metric, place) => ({
    ...metric,
    heardAt: START + 60_000 - 95_000,
    problem: `Nothing accepts connections at prometheus.example.com:9090.${place === 0 ? '' : ' It is a long story.'}`,
  })),
  logs: failing.logs.map((log) => ({
    ...log,
    value: 3,
    level: 'unknown',
    problem: '2 of 10 shards could not be searched: no such field',
  })),
};

const asked = planned('switch-frontend', switchPlan('frontend'));

/** The same question, with something to see beside it. */
export const watched: Readonly<Record<'alarms' | 'unheard', Scene>> = {
  alarms: { drafts: [...untilSwitch(), ...alarms, asked], live: failing },
  unheard: { drafts: [...untilSwitch(), asked], live: unheard },
};

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

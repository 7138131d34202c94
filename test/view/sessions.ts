import type { Draft, Event, World } from '../../src/engine/event.ts';
import type { Runbook, Step } from '../../src/runbook/runbook.ts';
import type { Plan } from '../../src/steps/step-kind.ts';

/** When the sessions of these tests begin: 14:02:00 UTC. */
export const START = Date.parse('2026-03-01T14:02:00.000Z');

function step(id: string, title: string, section: string, more: Partial<Step> = {}): Step {
  return {
    id,
    title,
    section,
    uses: 'kubernetes/get',
    with: {},
    scope: '',
    conditions: [],
    outputs: {},
    onFailure: { action: 'ask' },
    ...more,
  };
}

const steps: readonly Step[] = [
  step('colour', 'Which colour is live?', 'identify'),
  step('standby-frontend', 'frontend-blue can take the traffic', 'standby'),
  step('standby-backend', 'backend-blue can take the traffic', 'standby'),
  step('switch-frontend', 'Send frontend traffic to blue', 'switch', {
    uses: 'kubernetes/select-traffic',
    description:
      'Replaces the whole selector of service/frontend-service, so that no key of the old release stays behind.',
    expectedMs: 12_000,
    verify: { for: 10_000, says: 'its endpoints are the pods of frontend-blue, and no others' },
  }),
  step('switch-backend', 'Send backend traffic to blue', 'switch', { uses: 'kubernetes/select-traffic' }),
  step('health', 'Both tiers answer as healthy', 'verify', { uses: 'http/check' }),
  step('errors', 'The error rate is back to normal', 'verify', { uses: 'prometheus/query' }),
  step('users', 'Somebody has logged in and seen an account', 'verify', { uses: 'task' }),
  step('park-frontend', 'Scale frontend-green down to 0', 'park', {
    uses: 'kubernetes/scale',
    risk: 'dangerous',
  }),
  step('park-backend', 'Scale backend-green down to 0', 'park', {
    uses: 'kubernetes/scale',
    risk: 'dangerous',
  }),
];

const section = (id: string, title: string) => ({
  id,
  title,
  stepIds: steps.filter((one) => one.section === id).map((one) => one.id),
});

export const runbook: Runbook = {
  id: 'banking-app/application-rollback',
  title: 'Banking app, application rollback (blue-green)',
  description: 'The new release is failing: send the traffic back to the colour that ran before.',
  file: '/runbooks/banking-app/application-rollback.yaml',
  sha256: 'c0ffee',
  inputs: [],
  sections: [
    section('identify', 'Which colour is live?'),
    section('standby', 'Can blue take the traffic?'),
    section('switch', 'Switch traffic back'),
    section('verify', 'Are users served?'),
    section('park', 'Park green'),
  ],
  steps,
  scopes: {
    '': { id: '', runbookId: 'banking-app/application-rollback', inputs: [], vars: {}, outputs: {} },
  },
};

export const drill: World = {
  mode: 'drill',
  context: 'sandbox',
  namespace: 'banking-app',
  user: 'operator',
  scenario: 'straight',
};
export const incident: World = {
  mode: 'incident',
  context: 'prod-eu',
  namespace: 'banking-app',
  user: 'jana@example.org',
  production: true,
};

export const plan = (more: Partial<Plan> = {}): Plan => ({
  summary: 'read',
  effects: [],
  risk: 'safe',
  preconditions: [],
  permissions: [],
  facts: [],
  warnings: [],
  data: {},
  ...more,
});

export const switchPlan = (tier: 'frontend' | 'backend'): Plan =>
  plan({
    summary: `service/${tier}-service selector {app: ${tier}-green, color: green} -> {app: ${tier}-blue, color: blue}`,
    risk: 'change',
    effects: [
      {
        verb: 'patch',
        target: `service/${tier}-service`,
        namespace: 'banking-app',
        summary: `selector {app: ${tier}-green, color: green} -> {app: ${tier}-blue, color: blue}`,
        diff: [
          { change: 'same', text: 'selector:' },
          { change: 'removed', text: `  app: ${tier}-green`, note: '0 of 3 pods ready' },
          { change: 'removed', text: '  color: green' },
          { change: 'added', text: `  app: ${tier}-blue`, note: '3 of 3 pods ready' },
          { change: 'added', text: '  color: blue' },
        ],
        command: `kubectl patch service ${tier}-service -n banking-app --type=json -p '[{"op":"test","path":"/metadata/resourceVersion","value":"4711"},{"op":"replace","path":"/spec/selector","value":{"app":"${tier}-blue","color":"blue"}}]'`,
      },
    ],
    preconditions: ['uid 5f0c', 'resourceVersion 4711'],
    permissions: [{ verb: 'patch', group: '', resource: 'services', allowed: true }],
    facts: ['the server took the patch in a dry run'],
    undo: `restores the selector {app: ${tier}-green, color: green}`,
  });

export const scalePlan = plan({
  summary: 'deployment/frontend-green replicas 3 -> 0',
  risk: 'dangerous',
  confirmWord: 'frontend-green',
  effects: [
    {
      verb: 'scale',
      target: 'deployment/frontend-green',
      namespace: 'banking-app',
      summary: 'replicas 3 -> 0',
      diff: [
        { change: 'removed', text: 'replicas: 3', note: '0 of 3 pods ready' },
        { change: 'added', text: 'replicas: 0' },
      ],
      command: 'kubectl scale deployment frontend-green -n banking-app --replicas=0 --resource-version=4802',
    },
  ],
  preconditions: ['resourceVersion 4802'],
  permissions: [
    {
      verb: 'patch',
      group: 'apps',
      resource: 'deployments',
      subresource: 'scale',
      allowed: false,
      reason: 'no RBAC rule allows it',
    },
  ],
  facts: ['no HorizontalPodAutoscaler targets it'],
  warnings: ['no other release is kept warm afterwards: the way forward is blue alone'],
  undo: 'scales it back to 3 replicas',
});

/** Folds drafts into a session, `gap` ms apart. */
export function events(drafts: readonly Draft[], gap = 2_000): readonly Event[] {
  return drafts.map((draft, at) => ({
    ...draft,
    seq: at + 1,
    time: new Date(START + at * gap).toISOString(),
  })) as readonly Event[];
}

export const started = (world: World = incident): Draft => ({
  type: 'session-started',
  session: 'banking-app-rollback-7f3a',
  runbook,
  inputs: { namespace: 'banking-app' },
  world,
  version: '0.1.0',
});

export const planned = (id: string, what: Plan): Draft => ({
  type: 'step-planned',
  step: id,
  attempt: 1,
  plan: what,
  risk: what.risk,
  effects: what.effects.map((effect) => effect.summary),
  planHash: `hash of ${id}`,
});

export function done(
  id: string,
  summary: string,
  evidence: readonly string[] = [],
  what: Plan = plan(),
): readonly Draft[] {
  return [
    planned(id, what),
    ...(what.risk === 'safe'
      ? []
      : [{ type: 'step-confirmed', step: id, by: 'operator', planHash: `hash of ${id}` } as const]),
    { type: 'step-started', step: id, attempt: 1, attemptId: `${id}-1` },
    { type: 'step-verifying', step: id, outcome: { summary, evidence: [], outputs: {} } },
    { type: 'step-succeeded', step: id, summary, evidence, outputs: {}, durationMs: 400 },
  ];
}

export const untilSwitch = (world?: World): readonly Draft[] => [
  started(world),
  ...done('colour', 'green', ['both Services select color=green']),
  ...done('standby-frontend', '3/3', ['3 of 3 pods of frontend-blue are ready']),
  ...done('standby-backend', '3/3', ['3 of 3 pods of backend-blue answered 200 on /healthz']),
];

export const untilPark = (world?: World): readonly Draft[] => [
  ...untilSwitch(world),
  ...done('switch-frontend', 'blue', ['3 of 3 endpoints are blue, for 10 s'], switchPlan('frontend')),
  ...done('switch-backend', 'blue', ['3 of 3 endpoints are blue, for 10 s'], switchPlan('backend')),
  ...done('health', '200', ['6 of 6 pods answered 200 on /healthz']),
  ...done('errors', '0.4 %', ['errors 38 % before, 0.4 % now, below 1 % for 30 s']),
];

import type { PreviewDocument } from '../../src/engine/preview.ts';
import type { HomeModel } from '../../src/view/home.ts';
import { incident, plan, runbook, START, scalePlan, switchPlan } from './sessions.ts';

const ago = (ms: number) => new Date(START - ms).toISOString();
const HOUR = 3_600_000;

export const home: HomeModel = {
  version: '0.1.0',
  target: { context: 'prod-eu', namespace: 'banking-app', production: true },
  check: (_spec, text) =>
    text === 'wrong' ? 'It is to be right.' : text === '' ? 'It has to be given.' : undefined,
  runbooks: [
    {
      runbook,
      scenarios: [
        { id: 'straight', title: 'The straight path: green fails, blue takes over' },
        { id: 'blue-not-ready', title: 'Blue is not ready: the runbook must stop you' },
        { id: 'second-switch-refused', title: 'The second switch is refused with 409, then 403' },
      ],
      lastRun: { at: ago(50 * 24 * HOUR), outcome: 'succeeded' },
      lastDrill: { at: ago(3 * HOUR), outcome: 'aborted' },
    },
    {
      runbook: {
        ...runbook,
        id: 'banking-app/database-rollback',
        title: 'Banking app, database rollback',
        description:
          'A migration broke the schema, or a release wrote wrong rows: go back to a backup, with everything that means.',
      },
      scenarios: [],
    },
    {
      runbook: {
        ...runbook,
        id: 'kas/fleet-manager-rollback',
        title: 'KAS fleet manager, rollback through app-interface',
        description: 'Revert the promotion that broke the fleet manager, and watch it reach the cluster.',
      },
      scenarios: [{ id: 'straight', title: 'The straight path' }],
      lastDrill: { at: ago(30 * HOUR), outcome: 'succeeded' },
    },
  ],
  sessions: [
    {
      id: 'banking-app-rollback-7f3a',
      title: runbook.title,
      mode: 'incident',
      context: 'prod-eu',
      status: 'paused',
      at: ago(5 * 60_000),
      where: '3.2 Send backend traffic to blue',
    },
    {
      id: 'banking-app-rollback-1c22',
      title: runbook.title,
      mode: 'drill',
      status: 'running',
      at: ago(40_000),
    },
  ],
  problems: [],
};

export const preview: PreviewDocument = {
  world: { ...incident, mode: 'preview' },
  runbook: {
    id: runbook.id,
    title: runbook.title,
    description: 'The new release is failing: send the traffic back to the colour that ran before.',
  },
  steps: [
    {
      id: 'colour',
      title: 'Which colour is live?',
      section: 'Which colour is live?',
      uses: 'kubernetes/get',
      label: 'reads',
      risk: 'safe',
      plan: plan(),
      found: { summary: 'green', evidence: ['both Services select color=green'], holds: true },
    },
    {
      id: 'switch-frontend',
      title: 'Send frontend traffic to blue',
      section: 'Switch traffic back',
      uses: 'kubernetes/select-traffic',
      label: 'writes',
      risk: 'change',
      plan: switchPlan('frontend'),
    },
    {
      id: 'switch-backend',
      title: 'Send backend traffic to blue',
      section: 'Switch traffic back',
      uses: 'kubernetes/select-traffic',
      label: 'unknown',
      unknownUntil: 'switch-frontend',
      risk: 'change',
      reason: 'It is planned once switch-frontend has run.',
    },
    {
      id: 'errors',
      title: 'The error rate is back to normal',
      section: 'Are users served?',
      uses: 'prometheus/query',
      label: 'reads',
      risk: 'safe',
      unavailable: 'Prometheus is not configured for this cluster.',
    },
    {
      id: 'users',
      title: 'Somebody has logged in and seen an account',
      section: 'Are users served?',
      uses: 'task',
      label: 'human',
      risk: 'safe',
      plan: plan({
        question: { type: 'task', instructions: 'Log in as the test user and look at an account.' },
      }),
    },
    {
      id: 'park-frontend',
      title: 'Scale frontend-green down to 0',
      section: 'Park green',
      uses: 'kubernetes/scale',
      label: 'writes',
      risk: 'dangerous',
      plan: scalePlan,
    },
  ],
  figures: [
    { title: 'errors', level: 'critical', says: '38 %, CRITICAL, above 5 %' },
    { title: 'p95', level: 'normal', says: '120 ms, normal, below 500 ms' },
    { title: 'error log', level: 'unknown', says: 'No Elasticsearch is configured.' },
  ],
  totals: { writes: 2, dangerous: 1, missingPermissions: 1, unknown: 1, failing: 0, unavailable: 1 },
};

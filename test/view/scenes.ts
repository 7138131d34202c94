import type { Scene } from './scene.ts';
import { begun, healthy, refused, verifying, watched } from './scene-parts.ts';
import {
  done,
  drill,
  incident,
  plan,
  planned,
  scalePlan,
  started,
  switchPlan,
  untilPark,
  untilSwitch,
} from './sessions.ts';
import { failing } from './snapshots.ts';

/** Every state of the session screen worth looking at, by name. */
export const scenes: Readonly<Record<string, Scene>> = {
  confirm: { drafts: [...untilSwitch(), planned('switch-frontend', switchPlan('frontend'))], live: failing },
  ...watched,
  drill: {
    drafts: [...untilSwitch(drill), planned('switch-frontend', switchPlan('frontend'))],
    live: failing,
  },
  stale: {
    drafts: [
      ...untilSwitch(),
      ...begun('switch-frontend'),
      {
        type: 'step-stale',
        step: 'switch-frontend',
        message:
          'somebody (kubectl-edit) changed service/frontend-service 6 s after you confirmed; nothing was written',
      },
      planned('switch-frontend', switchPlan('frontend')),
    ],
    live: {
      ...failing,
      freshness: {
        state: 'behind',
        heardAt: failing.freshness.heardAt ? failing.freshness.heardAt - 12_000 : undefined,
      },
    },
  },
  dangerous: {
    drafts: [
      ...untilPark(),
      { type: 'step-answered', step: 'users', value: 'done', by: 'operator' },
      ...done('users', 'done'),
      planned('park-frontend', scalePlan),
    ],
    live: healthy,
  },
  verifying: {
    drafts: [
      ...untilSwitch(),
      ...begun('switch-frontend'),
      verifying,
      {
        type: 'step-observed',
        step: 'switch-frontend',
        summary: '3 of 3 endpoints are pods of frontend-blue',
        holds: true,
      },
    ],
    live: healthy,
  },
  'lost-verifying': {
    drafts: [...untilSwitch(), ...begun('switch-frontend'), verifying],
    live: healthy,
    host: 'lost',
  },
  waiting: {
    drafts: [
      ...untilSwitch(),
      ...begun('switch-frontend'),
      verifying,
      {
        type: 'step-observed',
        step: 'switch-frontend',
        summary: '1 of 3 endpoints is a pod of frontend-blue',
        holds: false,
      },
    ],
    live: failing,
  },
  task: {
    drafts: [
      ...untilPark(),
      planned(
        'users',
        plan({
          question: {
            type: 'task',
            instructions:
              'Open https://bank.example.org in a private window, log in as the test user,\nand look at an account. Is the balance there?',
          },
        }),
      ),
    ],
    live: healthy,
  },
  decision: {
    drafts: [
      ...untilPark(),
      planned(
        'users',
        plan({
          question: {
            type: 'decision',
            message: 'Prometheus is not configured here. How do you know that users are served?',
            options: [
              {
                value: 'elsewhere',
                label: 'I have seen the error rate elsewhere',
                description: 'Grafana, the load balancer, the support channel',
              },
              {
                value: 'unknown',
                label: 'I do not know',
                description: 'Green stays up, and the session ends here',
              },
            ],
          },
        }),
      ),
    ],
    live: healthy,
  },
  prompt: {
    drafts: [
      ...untilPark(),
      planned(
        'users',
        plan({
          question: {
            type: 'prompt',
            message: 'Number of the incident',
            pattern: 'INC-[0-9]+',
            default: 'INC-',
          },
        }),
      ),
    ],
    live: healthy,
  },
  failed: { drafts: refused, live: failing },
  unavailable: {
    drafts: [
      ...untilPark().slice(0, -4),
      {
        type: 'step-unavailable',
        step: 'errors',
        reason: 'Prometheus is not configured for this cluster, so the error rate cannot be read.',
        next: 'Set prometheus.url in rollbook.yaml, or skip this step and say how you know.',
      },
    ],
    live: healthy,
  },
  interrupted: {
    drafts: [
      ...untilSwitch(),
      ...begun('switch-frontend'),
      { type: 'session-paused', reason: 'host stopped' },
      { type: 'session-resumed', host: 'bastion-1', runbookChanged: false },
      {
        type: 'step-interrupted',
        step: 'switch-frontend',
        landed: 'yes',
        evidence:
          'service/frontend-service selects {app: frontend-blue, color: blue}, written by rollbook at 14:02:31',
      },
    ],
    live: healthy,
  },
  undo: {
    drafts: [
      ...refused,
      {
        type: 'undo-requested',
        steps: ['switch-frontend'],
        cause: 'operator',
        by: 'operator',
        afterwards: 'ask',
      },
      {
        type: 'undo-planned',
        step: 'switch-frontend',
        plan: { ...switchPlan('frontend'), summary: 'back' },
        planHash: 'undo hash',
      },
    ],
    live: healthy,
  },
  output: {
    drafts: [
      ...untilPark(),
      planned('users', plan()),
      { type: 'step-started', step: 'users', attempt: 1, attemptId: 'users-1' },
    ],
    live: healthy,
    output: {
      step: 'users',
      text: Array.from(
        { length: 80 },
        (_, at) =>
          `${14 + Math.floor(at / 60)}:${String(at % 60).padStart(2, '0')}  GET /accounts/${1000 + at}  200  ${12 + (at % 9)} ms`,
      ).join('\n'),
    },
  },
  lost: { drafts: [...untilSwitch(), ...begun('switch-frontend')], live: failing, host: 'lost' },
  gone: {
    drafts: [...untilSwitch(incident), planned('switch-frontend', switchPlan('frontend'))],
    live: {
      ...failing,
      freshness: {
        state: 'disconnected',
        heardAt: 0,
        problem:
          'The API server at https://10.0.0.1:6443 does not answer (connection refused); trying again in 8 s.',
      },
    },
  },
  ended: {
    drafts: [
      ...untilPark(),
      ...done('users', 'done'),
      ...done('park-frontend', '0 of 0', ['0 replicas'], scalePlan),
      { type: 'note-added', text: 'Support says that no more tickets come in', step: 'park-backend' },
      planned('park-backend', scalePlan),
      {
        type: 'step-skipped',
        step: 'park-backend',
        reason: 'the backend team wants to look at the pods first',
        by: 'operator',
      },
      { type: 'session-ended', outcome: 'succeeded', summary: '9 of 10 steps done, 1 skipped' },
    ],
    live: healthy,
  },
  'ended-early': {
    drafts: [
      ...untilSwitch(),
      planned('switch-frontend', switchPlan('frontend')),
      { type: 'session-ended', outcome: 'aborted', summary: 'aborted by the operator' },
    ],
    live: failing,
  },
  'undo-on-failure': {
    drafts: [
      ...refused,
      {
        type: 'undo-requested',
        steps: ['switch-frontend'],
        cause: 'on-failure',
        by: 'policy',
        afterwards: 'end-failed',
      },
      {
        type: 'undo-planned',
        step: 'switch-frontend',
        plan: { ...switchPlan('frontend'), summary: 'back' },
        planHash: 'hash of the way back',
      },
    ],
    live: failing,
  },
  'ended-badly': {
    drafts: [
      ...refused,
      {
        type: 'undo-requested',
        steps: ['switch-frontend'],
        cause: 'operator',
        by: 'operator',
        afterwards: 'end-failed',
      },
      {
        type: 'undo-planned',
        step: 'switch-frontend',
        plan: { ...switchPlan('frontend'), summary: 'back' },
        planHash: 'hash of the way back',
      },
      { type: 'undo-started', step: 'switch-frontend', by: 'operator', attemptId: 'undo-1' },
      { type: 'step-undone', step: 'switch-frontend', summary: 'green again', evidence: [] },
      {
        type: 'session-ended',
        outcome: 'failed',
        summary: 'switch-backend failed; switch-frontend was undone',
      },
    ],
    live: failing,
  },
  start: { drafts: [started()] },
};

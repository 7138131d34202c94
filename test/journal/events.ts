import type { Draft } from '../../src/engine/event.ts';
import type { Step } from '../../src/runbook/runbook.ts';

type Drafted<Type extends Draft['type']> = Extract<Draft, { type: Type }>;

const step: Step = {
  id: 'look',
  title: 'Look at the page',
  section: 'all',
  conditions: [],
  uses: 'task',
  with: {},
  scope: '',
  outputs: {},
  onFailure: { action: 'ask' },
};

/** The beginning of a session of one step, a question. */
export const started: Drafted<'session-started'> = {
  type: 'session-started',
  session: '261122-04k',
  runbook: {
    id: 'banking-app/application-rollback',
    title: 'Banking app, application rollback',
    file: '/runbooks/banking-app/application-rollback.yaml',
    sha256: '0'.repeat(64),
    inputs: [],
    scopes: {},
    sections: [{ id: 'all', title: 'All', stepIds: [step.id] }],
    steps: [step],
  },
  inputs: { namespace: 'banking-app' },
  world: { mode: 'drill', namespace: 'banking-app' },
  version: '0.1.0',
};

/** The step asks, and waits. */
export const asked: Drafted<'step-planned'> = {
  type: 'step-planned',
  step: step.id,
  attempt: 1,
  risk: 'safe',
  effects: [],
  planHash: 'hash',
  plan: {
    summary: 'Look at the page',
    effects: [],
    risk: 'safe',
    preconditions: [],
    permissions: [],
    facts: [],
    warnings: [],
    question: { type: 'task', instructions: 'Does it load?' },
    data: {},
  },
};

export const note = (text: string): Drafted<'note-added'> => ({ type: 'note-added', text });

import type { Draft, Event } from '../../src/engine/event.ts';
import type { TrustedJournal } from '../../src/report/report-of.ts';
import type { Plan } from '../../src/steps/step-kind.ts';
import { buildRunbook, type StepGiven } from '../engine/fixtures/build-runbook.ts';

const plan = (given: Partial<Plan>): Plan => ({
  summary: '',
  effects: [],
  risk: 'safe',
  preconditions: [],
  permissions: [],
  facts: [],
  warnings: [],
  data: {},
  ...given,
});

const planned = (step: string, of: Plan): Draft => ({
  type: 'step-planned',
  step,
  attempt: 1,
  plan: of,
  risk: of.risk,
  effects: of.effects.map(({ summary }) => summary),
  planHash: step,
});

const succeeded = (step: string, summary: string, evidence: readonly string[], outputs = {}): Draft => ({
  type: 'step-succeeded',
  step,
  summary,
  evidence,
  outputs,
  durationMs: 4200,
});

const began = (step: string): Draft => ({ type: 'step-started', step, attempt: 1, attemptId: `${step}-1` });
const verifying = (step: string): Draft => ({
  type: 'step-verifying',
  step,
  outcome: { summary: '', evidence: [], outputs: {} },
});

/** A session in which everything that a report tells of happens once; `says` is brought along wherever a value can be. */
export function session(says = 'plain words'): TrustedJournal {
  const runbook = {
    ...buildRunbook(
      [
        { id: 'rate', uses: 'prometheus/query' },
        { id: 'who', uses: 'decision' },
        { id: 'tell', uses: 'slack', notifies: true, onFailure: { action: 'continue' } },
        { id: 'tell-again', uses: 'teams', notifies: true, onFailure: { action: 'continue' } },
        { id: 'switch', uses: 'kubernetes/patch' },
        { id: 'scale', uses: 'kubernetes/scale' },
        { id: 'logs', uses: 'kubernetes/logs' },
        { id: 'by-hand', uses: 'task' },
        { id: 'other-way', uses: 'task' },
        { id: 'rate-again', uses: 'prometheus/query' },
        { id: 'cause', uses: 'follow-up' },
        { id: 'dropped', uses: 'follow-up' },
        { id: 'late', uses: 'kubernetes/get', onFailure: { action: 'stop' } },
        { id: 'never', uses: 'task' },
      ].map((step): StepGiven => ({ ...step, title: `${step.id}: ${says}` }) as StepGiven),
    ),
    title: `Payments: ${says}`,
    source: says,
  };
  const query = plan({ summary: 'query', data: { query: 'errors', unit: 'percent' } });
  const message = (target: string) =>
    plan({
      summary: `to ${target}`,
      risk: 'change',
      effects: [
        {
          verb: 'post',
          target,
          summary: says,
          diff: [
            { change: 'added', text: 'It fails.' },
            { change: 'added', text: says },
          ],
          command: 'curl',
        },
      ],
      warnings: ['It cannot be undone: people read it at once.'],
    });
  const write = (target: string) =>
    plan({
      summary: `selector ${says}`,
      risk: 'change',
      effects: [
        {
          verb: 'patch',
          target,
          namespace: 'shop',
          summary: `sends traffic to blue ${says}`,
          diff: [
            { change: 'same', text: 'spec.selector' },
            { change: 'removed', text: `color: green ${says}`, note: says },
            { change: 'added', text: 'color: blue' },
          ],
          command: `kubectl patch ${says}`,
        },
      ],
      undo: `restores ${says}`,
    });
  const drafts: readonly Draft[] = [
    {
      type: 'session-started',
      session: '261122-04k',
      runbook,
      inputs: { namespace: 'shop', remark: says },
      world: { mode: 'incident', context: 'prod-eu', namespace: 'shop', user: 'ana', production: true },
      version: '0.1.0',
    },
    planned('rate', query),
    began('rate'),
    verifying('rate'),
    succeeded('rate', '38 %', [`errors is 38 % ${says}`]),
    planned(
      'who',
      plan({
        question: {
          type: 'decision',
          message: says,
          options: [
            { value: 'a', label: says },
            { value: 'b', label: 'B' },
          ],
        },
      }),
    ),
    { type: 'step-answered', step: 'who', value: 'a', by: 'operator' },
    succeeded('who', says, []),
    planned('tell', message('slack/#ops')),
    { type: 'step-confirmed', step: 'tell', by: 'operator', planHash: 'tell' },
    began('tell'),
    verifying('tell'),
    succeeded('tell', 'told', [says]),
    planned('tell-again', message('teams/workflow')),
    { type: 'step-confirmed', step: 'tell-again', by: 'operator', planHash: 'tell-again' },
    began('tell-again'),
    {
      type: 'step-failed',
      step: 'tell-again',
      failure: { message: `Teams is silent. ${says}`, phase: 'run' },
    },
    planned('switch', write('service/frontend')),
    { type: 'step-confirmed', step: 'switch', by: 'operator', planHash: 'switch' },
    began('switch'),
    verifying('switch'),
    succeeded('switch', '3/3', [`3 of 3 endpoints are blue ${says}`]),
    planned('scale', write('deployment/frontend-green')),
    { type: 'step-confirmed', step: 'scale', by: '--confirm', planHash: 'scale' },
    began('scale'),
    verifying('scale'),
    succeeded('scale', '0 left', ['0 pods left']),
    { type: 'undo-requested', steps: ['scale'], cause: 'operator', by: 'operator', afterwards: 'ask' },
    { type: 'undo-planned', step: 'scale', plan: write('deployment/frontend-green'), planHash: 'undo' },
    { type: 'undo-started', step: 'scale', by: 'operator', attemptId: 'undo-1' },
    { type: 'step-undone', step: 'scale', summary: `back to 3 ${says}`, evidence: ['3 of 3 ready'] },
    { type: 'step-skipped', step: 'scale', reason: says, by: 'operator' },
    { type: 'step-unavailable', step: 'logs', reason: `No logs. ${says}` },
    { type: 'step-skipped', step: 'logs', reason: `No logs. ${says}`, by: 'policy' },
    planned('by-hand', plan({ question: { type: 'task', instructions: says } })),
    { type: 'step-skipped', step: 'by-hand', reason: `no time ${says}`, by: 'operator' },
    { type: 'step-skipped', step: 'other-way', reason: `not needed ${says}`, by: 'policy' },
    { type: 'note-added', text: `the customers called ${says}` },
    planned('rate-again', query),
    began('rate-again'),
    verifying('rate-again'),
    { type: 'step-observed', step: 'rate-again', summary: '12 %; expected at most 1 %', holds: false },
    succeeded('rate-again', '0.4 %', ['errors is 0.4 %']),
    planned(
      'cause',
      plan({
        question: { type: 'prompt', message: says },
        data: { what: `Find the cause ${says}`, details: says },
      }),
    ),
    { type: 'step-answered', step: 'cause', value: `Ana ${says}, 2026-11-25`, by: 'operator' },
    succeeded('cause', says, [], { value: `Ana ${says}, 2026-11-25` }),
    planned('dropped', plan({ question: { type: 'prompt', message: says }, data: { what: 'A canary' } })),
    { type: 'step-skipped', step: 'dropped', reason: `there is one ${says}`, by: 'operator' },
    {
      type: 'step-failed',
      step: 'late',
      failure: { message: `It is gone. ${says}`, next: says, phase: 'plan' },
    },
    { type: 'session-ended', outcome: 'failed', summary: `late: It is gone. ${says}` },
  ];
  const from = Date.UTC(2026, 10, 22, 3, 4, 5);
  const events = drafts.map(
    (draft, at) => ({ ...draft, seq: at + 1, time: new Date(from + at * 1000).toISOString() }) as Event,
  );
  return { events, end: { seq: events.length, hash: 'ab'.repeat(32), size: 4711, tornBytes: 0 } };
}

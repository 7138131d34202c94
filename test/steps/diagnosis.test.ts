import { describe, expect, it } from 'vitest';
import { PortFailure } from '../../src/ports/failure.ts';
import type { KubeObject } from '../../src/ports/kubernetes.ts';
import { describe as describeKind } from '../../src/steps/kubernetes/describe.ts';
import { eventLines } from '../../src/steps/kubernetes/event-lines.ts';
import { get } from '../../src/steps/kubernetes/get.ts';
import { lastChange } from '../../src/steps/kubernetes/last-change.ts';
import { logs } from '../../src/steps/kubernetes/logs.ts';
import { podTrouble, worstFirst } from '../../src/steps/kubernetes/pod-trouble.ts';
import { resourceType } from '../../src/steps/kubernetes/resource-type.ts';
import { wait } from '../../src/steps/kubernetes/wait.ts';
import { fakePorts } from '../fakes/fake-ports.ts';
import { pod } from '../fakes/kube-objects.ts';
import { banking, planContext } from './banking.ts';

function podWith(status: object): KubeObject {
  const base = pod('web-0', { ready: false });
  return { ...base, status: { ...base.status, ...JSON.parse(JSON.stringify(status)) } };
}

describe('what is the matter with a pod', () => {
  it.each([
    [
      'crash loop',
      {
        containerStatuses: [
          {
            name: 'web',
            ready: false,
            restartCount: 4,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
            lastState: { terminated: { exitCode: 1, reason: 'Error', message: 'no database\n' } },
          },
        ],
      },
      'pod/web-0, container web: waiting (CrashLoopBackOff, back-off 40s), 4 restarts; before that ended with exit code 1 (Error): no database',
    ],
    [
      'killed init container',
      {
        containerStatuses: [],
        initContainerStatuses: [
          {
            name: 'migrate',
            ready: false,
            restartCount: 0,
            state: { terminated: { exitCode: 137, signal: 9, reason: 'OOMKilled' } },
          },
        ],
      },
      'pod/web-0, container migrate: ended with signal 9 (OOMKilled)',
    ],
    [
      'failing probe',
      { containerStatuses: [{ name: 'web', ready: false, restartCount: 1, state: { running: {} } }] },
      'pod/web-0, container web: running, but not ready, 1 restart',
    ],
    [
      'nowhere to go',
      {
        phase: 'Pending',
        containerStatuses: [],
        conditions: [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes are available' }],
      },
      'pod/web-0 is not scheduled: 0/1 nodes are available',
    ],
    ['eviction', { phase: 'Failed', reason: 'Evicted', containerStatuses: [] }, 'pod/web-0 failed: Evicted'],
  ])('%s', (_, status, sentence) => {
    expect(podTrouble(podWith(status))).toEqual([sentence]);
  });

  it('is nothing for a ready pod, a finished container or one on its way out', () => {
    expect(podTrouble(pod('web-0'))).toEqual([]);
    expect(podTrouble(pod('web-0', { ready: false, terminating: true }))).toEqual([]);
    expect(
      podTrouble(
        podWith({
          containerStatuses: [
            { name: 'job', ready: false, restartCount: 0, state: { terminated: { exitCode: 0 } } },
          ],
        }),
      ),
    ).toEqual([]);
  });

  it('is told of the worst first', () => {
    const all = [
      pod('well'),
      pod('going', { ready: false, terminating: true }),
      pod('ill', { ready: false }),
    ];
    expect(worstFirst(all).map(({ metadata }) => metadata.name)).toEqual(['ill', 'well', 'going']);
  });
});

it('events of either API are sorted by when they were last seen', () => {
  const event = (fields: object): KubeObject => ({ metadata: { name: 'e' }, ...fields });
  const lines = eventLines([
    event({ type: 'Normal', reason: 'Old', message: 'first', lastTimestamp: '2026-11-02T02:00:00Z' }),
    event({
      type: 'Warning',
      reason: 'BackOff',
      message: 'again',
      count: 14,
      lastTimestamp: '2026-11-02T02:59:58Z',
    }),
    event({
      reason: 'New',
      message: 'series',
      lastTimestamp: null,
      eventTime: '2026-11-02T02:10:00.000000Z',
      series: { count: 3, lastObservedTime: '2026-11-02T02:30:00.000000Z' },
    }),
  ]);
  expect(lines.map(({ text }) => text)).toEqual([
    '2026-11-02T02:59:58Z Warning BackOff ×14: again',
    '2026-11-02T02:30:00.000000Z Normal New ×3: series',
    '2026-11-02T02:00:00Z Normal Old: first',
  ]);
});

it.each([
  [undefined, undefined],
  [
    [
      { manager: 'a', time: '2026-01-01T00:00:01Z' },
      { manager: 'b', time: '2026-01-01T00:00:02Z' },
    ],
    'b at 2026-01-01T00:00:02Z',
  ],
  [
    [
      { manager: 'kubectl-edit', time: '2026-01-01T00:00:01Z', fieldsV1: { 'f:spec': {} } },
      {
        manager: 'kube-controller-manager',
        time: '2026-01-01T00:00:09Z',
        subresource: 'status',
        fieldsV1: { 'f:status': {} },
      },
    ],
    'kubectl-edit at 2026-01-01T00:00:01Z',
  ],
])('of the managers %o the last to change the object is %s', (managedFields, who) => {
  expect(lastChange({ metadata: { name: 'x', managedFields } })).toBe(who);
});

it.each([
  ['pods', { group: '', resource: 'pods' }],
  ['deployments', { group: 'apps', resource: 'deployments' }],
  ['deployments.apps', { group: 'apps', resource: 'deployments' }],
  ['rollouts.argoproj.io', { group: 'argoproj.io', resource: 'rollouts' }],
])('%s is %o', (text, type) => {
  expect(resourceType(text)).toEqual(type);
});

describe('reading', () => {
  const at = (kube = banking()) => planContext(fakePorts({ kubernetes: kube }));

  it('never shows the values of a Secret, nor bookkeeping', async () => {
    const kube = banking();
    kube.get = async () => ({
      kind: 'Secret',
      metadata: {
        name: 'db',
        managedFields: [{ manager: 'x' }],
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'hunter2', team: 'a' },
      },
      data: { password: 'aHVudGVyMg==' },
    });
    const plans = at(kube);
    const seen = await get.observe?.(await get.plan({ resource: 'secrets', name: 'db' }, plans), plans);
    expect(seen?.outputs.object).toEqual({
      kind: 'Secret',
      metadata: { name: 'db', annotations: { team: 'a' } },
      data: { password: '(not shown)' },
    });
  });

  it('says why a description lacks its events', async () => {
    const kube = banking();
    const list = kube.list.bind(kube);
    kube.list = async (request) => {
      if (request.resource === 'events')
        throw new PortFailure('may not list events', { reason: 'forbidden' });
      return list(request);
    };
    const plans = at(kube);
    const plan = await describeKind.plan({ resource: 'deployments', name: 'frontend-green' }, plans);
    expect(await describeKind.observe?.(plan, plans)).toMatchObject({
      summary: '2 troubles',
      evidence: expect.arrayContaining([
        '0 of 2 pods ready, 0 restarts',
        expect.stringContaining('may not list events'),
      ]),
    });
  });

  it('takes the logs of the worst pods, and puts a reason in place of those it cannot read', async () => {
    const kube = banking({ blue: [true, true, true, true, false, true, true] });
    kube.logText = ({ pod: name }) => {
      if (name === 'frontend-blue-0')
        throw new PortFailure('the container is still starting', { reason: 'invalid' });
      return `lines of ${name}\n`;
    };
    const plans = at(kube);
    const plan = await logs.plan(logs.schema.parse({ selector: 'color=blue' }), plans);
    const seen = await logs.observe?.(plan, plans);
    expect(seen?.outputs.pods).toEqual([
      'frontend-blue-4',
      'frontend-blue-0',
      'frontend-blue-1',
      'frontend-blue-2',
      'frontend-blue-3',
    ]);
    expect(seen?.outputs.text).toContain(
      '== pod/frontend-blue-0\n(not read: the container is still starting)',
    );
    expect(seen?.evidence).toEqual([expect.stringContaining('2 more left out'), 'lines of frontend-blue-4']);
  });

  it.each([
    [{ resource: 'pods', selector: 'color=blue', for: 'condition=Ready' }, true, '2/2'],
    [{ resource: 'pods', selector: 'color=green', for: 'condition=Ready' }, false, '0/2'],
    [{ resource: 'pods', selector: 'color=green', for: 'condition=Ready=False' }, true, '2/2'],
    [{ resource: 'pods', selector: 'color=red', for: 'condition=Ready' }, false, '0/0'],
    [{ resource: 'pods', selector: 'color=red', for: 'delete' }, true, '0 left'],
    [{ resource: 'deployments', name: 'frontend-blue', for: 'delete' }, false, '1 left'],
    [{ resource: 'deployments', name: 'frontend-red', for: 'exists' }, false, '0/0'],
  ])('waiting with %o holds: %s', async (given, holds, summary) => {
    const plans = at();
    const plan = await wait.plan(wait.schema.parse(given), plans);
    expect(await wait.observe?.(plan, plans)).toMatchObject({ holds, summary });
  });

  it.each([
    { resource: 'pods', for: 'exists' },
    { resource: 'pods', name: 'a', selector: 'b', for: 'exists' },
    { resource: 'pods', name: 'a', for: 'jsonpath=x' },
  ])('refuses to wait with %o', (given) => {
    expect(wait.schema.safeParse(given).success).toBe(false);
  });
});

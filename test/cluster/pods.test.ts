import { describe, expect, it } from 'vitest';
import { severity } from '../../src/cluster/order.ts';
import { imageTag, podStatus, projectPod, versionOf, workloadOf } from '../../src/cluster/pods.ts';
import type { JsonObject } from '../../src/ports/json.ts';
import type { KubeObject } from '../../src/ports/kubernetes.ts';
import { deployment, pod } from '../fakes/kube-objects.ts';

function withStatus(
  status: JsonObject,
  more: { readonly spec?: JsonObject; readonly metadata?: object } = {},
): KubeObject {
  const base = pod('web-1');
  return {
    ...base,
    metadata: { ...base.metadata, ...more.metadata },
    spec: { ...base.spec, ...more.spec },
    status,
  };
}

const waiting = (reason: string) => ({ name: 'web', state: { waiting: { reason } } });
const ended = (terminated: JsonObject) => ({ name: 'web', state: { terminated } });
const running = { name: 'web', ready: true, state: { running: {} } };
const ready = [{ type: 'Ready', status: 'True' }];

describe('podStatus is the STATUS column of kubectl', () => {
  it.each<[string, KubeObject]>([
    ['Running', pod('a')],
    ['Pending', withStatus({ phase: 'Pending' })],
    ['Unknown', withStatus({})],
    ['Evicted', withStatus({ phase: 'Failed', reason: 'Evicted' })],
    [
      'ContainerCreating',
      withStatus({ phase: 'Pending', containerStatuses: [waiting('ContainerCreating')] }),
    ],
    [
      'CrashLoopBackOff',
      withStatus({ phase: 'Running', containerStatuses: [waiting('CrashLoopBackOff'), running] }),
    ],
    [
      'OOMKilled',
      withStatus({ phase: 'Running', containerStatuses: [ended({ reason: 'OOMKilled', exitCode: 137 })] }),
    ],
    ['ExitCode:2', withStatus({ phase: 'Running', containerStatuses: [ended({ exitCode: 2 })] })],
    ['Signal:9', withStatus({ phase: 'Running', containerStatuses: [ended({ exitCode: 137, signal: 9 })] })],
    [
      'Completed',
      withStatus({ phase: 'Succeeded', containerStatuses: [ended({ reason: 'Completed', exitCode: 0 })] }),
    ],
    [
      'NotReady',
      withStatus({ phase: 'Running', containerStatuses: [ended({ reason: 'Completed' }), running] }),
    ],
    [
      'Running',
      withStatus({
        phase: 'Running',
        conditions: ready,
        containerStatuses: [ended({ reason: 'Completed' }), running],
      }),
    ],
    ['Terminating', pod('a', { terminating: true })],
    [
      'Unknown',
      withStatus({ phase: 'Running', reason: 'NodeLost' }, { metadata: { deletionTimestamp: 'x' } }),
    ],
    [
      'SchedulingGated',
      withStatus({
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }],
      }),
    ],
  ])('%s', (expected, object) => {
    expect(podStatus(object)).toBe(expected);
  });

  const two = { initContainers: [{ name: 'one' }, { name: 'two' }] };
  const done = { name: 'one', state: { terminated: { exitCode: 0 } } };
  it.each<[string, JsonObject, JsonObject]>([
    ['Init:0/2', two, { initContainerStatuses: [{ name: 'one', state: { running: {} } }] }],
    [
      'Init:1/2',
      two,
      { initContainerStatuses: [done, { name: 'two', state: { waiting: { reason: 'PodInitializing' } } }] },
    ],
    [
      'Init:Error',
      two,
      { initContainerStatuses: [{ name: 'one', state: { terminated: { exitCode: 1, reason: 'Error' } } }] },
    ],
    [
      'Init:ExitCode:7',
      two,
      { initContainerStatuses: [{ name: 'one', state: { terminated: { exitCode: 7 } } }] },
    ],
    [
      'Init:CrashLoopBackOff',
      two,
      { initContainerStatuses: [{ name: 'one', state: { waiting: { reason: 'CrashLoopBackOff' } } }] },
    ],
    [
      'PodInitializing',
      two,
      {
        initContainerStatuses: [done, { ...done, name: 'two' }],
        containerStatuses: [waiting('PodInitializing')],
      },
    ],
    [
      'Running',
      { initContainers: [{ name: 'mesh', restartPolicy: 'Always' }] },
      {
        initContainerStatuses: [{ name: 'mesh', started: true, state: { running: {} } }],
        containerStatuses: [running],
      },
    ],
  ])('%s, while it initialises', (expected, spec, status) => {
    expect(
      podStatus(withStatus({ phase: expected === 'Running' ? 'Running' : 'Pending', ...status }, { spec })),
    ).toBe(expected);
  });
});

describe('projectPod', () => {
  it('is one row, harmless to draw', () => {
    const object = pod('web-7d9\u001b[2J', {
      owner: 'web-7d9f6c4b5d',
      image: 'registry:5000/shop/web:v2',
      labels: { 'pod-template-hash': '7d9f6c4b5d' },
    });
    expect(projectPod(object)).toEqual({
      name: 'web-7d9',
      workload: 'web',
      ready: true,
      status: 'Running',
      readyContainers: 1,
      containers: 1,
      restarts: 0,
      startedAt: '2026-11-02T02:00:00Z',
      node: 'node-1',
      version: 'v2',
    });
  });

  it.each<[string | undefined, KubeObject]>([
    [undefined, pod('a')],
    ['not ready', pod('a', { ready: false })],
    [
      'back-off 5m0s restarting',
      withStatus({
        phase: 'Running',
        containerStatuses: [
          {
            name: 'web',
            state: {
              waiting: {
                reason: 'CrashLoopBackOff',
                message: 'back-off 5m0s\u0007 restarting'.replace('\u0007', ''),
              },
            },
          },
        ],
      }),
    ],
    [
      '0/3 nodes are available',
      withStatus({
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }],
      }),
    ],
  ])('says why: %s', (reason, object) => {
    expect(projectPod(object).reason).toBe(reason);
  });
});

it.each([
  ['web:v2', 'v2'],
  ['registry:5000/web', 'latest'],
  ['registry:5000/web:v2@sha256:abcdef0123456789', 'v2'],
  ['web@sha256:abcdef0123456789', 'abcdef012345'],
  ['', ''],
])('the version in image %j is %j', (image, tag) => {
  expect(imageTag(image)).toBe(tag);
});

it('prefers the version label to the image, on pods and deployments', () => {
  const labels = { 'app.kubernetes.io/version': '1.2.3' };
  expect(versionOf(pod('a', { labels }))).toBe('1.2.3');
  expect(versionOf(deployment('a', { labels }))).toBe('1.2.3');
  expect(versionOf(deployment('a', { image: 'web:v9' }))).toBe('v9');
});

it('finds the workload through the ReplicaSet, or names the owner, or the pod itself', () => {
  expect(workloadOf(pod('web-x', { owner: 'web-green-6cfc87549c' }))).toBe('web-green');
  expect(workloadOf(pod('lonely'))).toBe('lonely');
  const owned = {
    ...pod('job-x'),
    metadata: { name: 'job-x', ownerReferences: [{ kind: 'Job', name: 'job', uid: 'u' }] },
  };
  expect(workloadOf(owned)).toBe('job');
});

it('puts what needs an eye first', () => {
  const row = (status: string, isReady = false) => severity({ status, ready: isReady });
  const order = [
    row('CrashLoopBackOff'),
    row('Running'),
    row('Pending'),
    row('ContainerCreating'),
    row('Terminating'),
    row('Running', true),
  ];
  expect(order).toEqual([...order].sort((a, b) => b - a));
  expect(new Set(order).size).toBe(order.length);
});

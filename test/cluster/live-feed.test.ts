import { describe, expect, it, onTestFinished } from 'vitest';
import type { LiveSnapshot } from '../../src/cluster/live.ts';
import { type LiveWatch, startLiveFeed } from '../../src/cluster/live-feed.ts';
import { PortFailure } from '../../src/ports/failure.ts';
import type { KubeObject } from '../../src/ports/kubernetes.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeKubernetes } from '../fakes/fake-kubernetes.ts';
import { FakePrometheus } from '../fakes/fake-prometheus.ts';
import { deployment, endpointSlice, pod, service } from '../fakes/kube-objects.ts';

const green = pod('green-7d9f6c4b5d-aaaaa', { owner: 'green-7d9f6c4b5d', ready: false, ip: '10.0.0.2' });
const blue = pod('blue-7d9f6c4b5d-bbbbb', { owner: 'blue-7d9f6c4b5d', ip: '10.0.0.1' });
const failed = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded' }];

function event(name: string, lastTimestamp: string, more: object = {}): KubeObject {
  return {
    kind: 'Event',
    metadata: { name, namespace: 'banking-app', uid: `uid-${name}` },
    type: 'Normal',
    reason: 'Pulled',
    message: 'pulled',
    involvedObject: { kind: 'Pod', name: green.metadata.name },
    lastTimestamp,
    ...more,
  };
}

const unhealthy = event('e1', '2026-11-02T02:59:00Z', {
  type: 'Warning',
  reason: 'Unhealthy',
  message: 'Readiness probe failed: HTTP probe failed with statuscode: 500\u001b[2J',
  count: 7,
});

function world(): FakeKubernetes {
  return new FakeKubernetes(
    green,
    blue,
    deployment('blue', { replicas: 1 }),
    deployment('green', { replicas: 1, ready: 0, image: 'web:v2', conditions: failed }),
    service('web', { app: 'web', color: 'blue' }),
    endpointSlice('web', [blue, green]),
    unhealthy,
  );
}

async function feed(
  cluster: FakeKubernetes,
  spec: LiveWatch = { events: true },
  prometheus?: FakePrometheus,
) {
  const clock = new FakeClock(1_000_000);
  const snapshots: LiveSnapshot[] = [];
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  startLiveFeed({
    reads: cluster,
    prometheus,
    spec,
    namespace: 'banking-app',
    clock,
    onSnapshot: (snapshot) => snapshots.push(snapshot),
    signal: controller.signal,
  });
  await clock.advance(200);
  const latest = () => snapshots.at(-1) as LiveSnapshot;
  return { clock, snapshots, latest, stop: () => controller.abort() };
}

describe('the live feed', () => {
  it('draws the namespace, worst first, with reasons from events', async () => {
    const { latest } = await feed(world());
    expect(latest()).toMatchObject({
      freshness: { state: 'live', heardAt: 1_000_000 },
      namespace: 'banking-app',
      podCount: 2,
      podsReady: 1,
      gaps: [],
      workloads: [
        { name: 'green', rollout: 'failed', status: 'not ready', version: 'v2', ready: 0, desired: 1 },
        { name: 'blue', rollout: 'complete', status: 'Running' },
      ],
      pods: [
        { name: green.metadata.name, reason: 'not ready: HTTP probe failed with statuscode: 500' },
        { name: blue.metadata.name, ready: true },
      ],
      services: [
        { name: 'web', selector: { app: 'web', color: 'blue' }, ready: 1, notReady: 1, behind: ['blue'] },
      ],
      events: [{ type: 'Warning', reason: 'Unhealthy', object: `pod/${green.metadata.name}`, count: 7 }],
    });
  });

  it('shows only what the runbook names', async () => {
    const { latest } = await feed(world(), { pods: 'app=none', deployments: ['blue'], services: [] });
    expect(latest().workloads.map(({ name }) => name)).toEqual(['blue']);
    expect([latest().services, latest().events, latest().podCount]).toEqual([[], [], 0]);
  });

  it('draws a burst at most ten times a second, the last state included', async () => {
    const cluster = world();
    const { clock, snapshots, latest } = await feed(cluster);
    const before = snapshots.length;
    for (let count = 1; count <= 100; count += 1) {
      cluster.put(pod(`extra-${count}`));
      await clock.advance(10);
    }
    await clock.advance(200);
    expect(snapshots.length - before).toBeLessThanOrEqual(12);
    expect(latest().podCount).toBe(102);
  });

  it('draws nothing while nothing happens, and nothing for a change that cannot be seen', async () => {
    const cluster = world();
    const { clock, snapshots } = await feed(cluster);
    const before = snapshots.length;
    cluster.put({ ...blue, metadata: { ...blue.metadata, annotations: { seen: 'again' } } });
    await clock.advance(5_000);
    expect(snapshots.length).toBe(before);
  });

  it('follows deletions', async () => {
    const cluster = world();
    const { clock, latest } = await feed(cluster);
    cluster.remove('Pod', green.metadata.name);
    await clock.advance(200);
    expect(latest().podCount).toBe(1);
  });

  it('says how old its picture is once nothing is heard, and why once it is cut off', async () => {
    const cluster = world();
    const { clock, latest } = await feed(cluster);
    await clock.advance(14_000);
    expect(latest().freshness).toEqual({ state: 'behind', heardAt: 1_000_000 });
    cluster.disconnect('The connection was lost.', 1_000_000);
    await clock.advance(200);
    expect(latest().freshness).toEqual({
      state: 'disconnected',
      heardAt: 1_000_000,
      problem: 'The connection was lost.',
    });
    expect(latest().podCount).toBe(2);
  });

  it.each([
    ['not-served', 'not served'],
    ['forbidden', 'not allowed to watch'],
  ] as const)('uses Endpoints where slices are %s, and says so', async (reason, said) => {
    const cluster = world();
    cluster.put({
      apiVersion: 'v1',
      kind: 'Endpoints',
      metadata: { name: 'web', namespace: 'banking-app' },
      subsets: [{ addresses: [{ ip: '10.0.0.1', targetRef: { kind: 'Pod', name: blue.metadata.name } }] }],
    });
    cluster.watchFailure = ({ resource }) =>
      resource === 'endpointslices' ? new PortFailure('No.', { reason }) : undefined;
    const { latest } = await feed(cluster);
    expect(latest().gaps).toEqual([`endpointslices: ${said}, endpoints are used`]);
    expect(latest().services).toMatchObject([{ name: 'web', ready: 1, behind: ['blue'] }]);
    expect(latest().freshness.state).toBe('live');
  });

  it('names what may not be watched and stays live for the rest', async () => {
    const cluster = world();
    cluster.watchFailure = ({ resource }) =>
      resource === 'events' ? new PortFailure('No.', { reason: 'forbidden' }) : undefined;
    const { latest } = await feed(cluster);
    expect(latest()).toMatchObject({
      gaps: ['events: not allowed to watch'],
      freshness: { state: 'live' },
      podCount: 2,
    });
  });

  it('keeps the worst two hundred of many pods, and counts all', async () => {
    const many = Array.from({ length: 400 }, (_, index) =>
      pod(`p-${String(index).padStart(3, '0')}`, { ready: index !== 399 }),
    );
    const { latest } = await feed(new FakeKubernetes(...many));
    expect(latest()).toMatchObject({ podCount: 400, podsReady: 399 });
    expect(latest().pods).toHaveLength(200);
    expect(
      latest()
        .pods.slice(0, 2)
        .map(({ name }) => name),
    ).toEqual(['p-399', 'p-000']);
  });

  it('shows the newest hundred events', async () => {
    const at = (index: number) => new Date(Date.UTC(2026, 10, 2, 2, 0, index)).toISOString();
    const events = Array.from({ length: 150 }, (_, index) => event(`e-${index}`, at(index)));
    const { latest } = await feed(new FakeKubernetes(...events));
    expect(latest().events).toHaveLength(100);
    expect(latest().events[0]?.uid).toBe('uid-e-149');
  });
});

describe('figures, logs and links', () => {
  it('are part of the picture, and end with it', async () => {
    const prometheus = new FakePrometheus().on('err', 0.5);
    const metrics = [{ title: 'errors', query: 'err' }];
    const { clock, latest, stop } = await feed(world(), { metrics }, prometheus);
    expect(latest()).toMatchObject({ metrics: [{ title: 'errors', value: 0.5 }], logs: [], links: [] });
    stop();
    await clock.advance(60_000);
    expect(prometheus.queries).toHaveLength(1);
  });
});

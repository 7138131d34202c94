import { describe, expect, test } from 'vitest';
import { DEPLOYMENTS, NODES, PODS } from '../../../src/sandbox/kubernetes/controllers/keys.ts';
import { isReady, NAMESPACE, SMALL, type TestWorld, testWorld } from '../world/test-world.ts';

function emptyWorld(application: Record<string, unknown> = {}) {
  return testWorld({
    ...SMALL,
    deployments: [{ ...SMALL.deployments[0], replicas: 0 }],
    applications: [{ deployment: 'web', ...application }],
  });
}

function onlyPod(world: TestWorld) {
  const [pod] = world.pods();
  if (pod === undefined) throw new Error('there is no pod');
  return pod;
}

function state(world: TestWorld): string {
  const [status] = onlyPod(world).status.containerStatuses;
  return status.state.waiting?.reason ?? (status.state.running ? 'Running' : status.state.terminated.reason);
}

describe('a pod', () => {
  test('comes to life in the usual steps within two seconds', () => {
    const world = emptyWorld();
    world.scale('web', 1);
    world.clock.advance(15);
    expect(onlyPod(world).status.phase).toBe('Pending');
    world.clock.advance(100);
    expect(state(world)).toBe('ContainerCreating');
    world.seconds(2);
    expect(isReady(onlyPod(world))).toBe(true);
    expect(world.endpoints('web')).toEqual([onlyPod(world).status.podIP]);
    const reasons = world
      .events()
      .filter((event) => event.involvedObject.kind === 'Pod')
      .map((event) => event.reason);
    expect(reasons.sort()).toEqual(['Created', 'Pulled', 'Pulling', 'Scheduled', 'Started']);
  });

  test('holds no timer once it is ready', () => {
    const world = emptyWorld();
    const idle = world.clock.waiting;
    world.scale('web', 3);
    world.seconds(5);
    // The one sweep of old events, which begins with the first event.
    expect(world.clock.waiting).toBeLessThanOrEqual(idle + 1);
  });

  test('that fails its probe tells so in one event whose count grows', () => {
    const world = emptyWorld({ health: 500 });
    world.scale('web', 1);
    world.seconds(30);
    expect(isReady(onlyPod(world))).toBe(false);
    expect(world.endpoints('web')).toEqual([]);
    const [event, ...others] = world.events('Unhealthy');
    expect(others).toEqual([]);
    expect(event?.message).toBe('Readiness probe failed: HTTP probe failed with statuscode: 500');
    expect(event?.count).toBeGreaterThan(12);
    expect(Date.parse(event?.lastTimestamp)).toBeGreaterThan(Date.parse(event?.firstTimestamp));
  });

  test('that crashes waits longer before each restart', () => {
    const world = emptyWorld({ crash: { afterSeconds: 1 } });
    world.scale('web', 1);
    const restarts: number[] = [];
    let seen = 0;
    world.store.subscribe(({ key, object }) => {
      if (key.resource !== 'pods') return;
      const count = object.status?.containerStatuses?.[0]?.restartCount ?? 0;
      if (count > seen) restarts.push(world.clock.now());
      seen = Math.max(seen, count);
    });
    world.seconds(150);
    const gaps = restarts.slice(1).map((time, index) => (time - (restarts[index] ?? 0)) / 1000);
    expect(gaps.map((gap) => Math.round(gap / 10) * 10)).toEqual([10, 20, 40]);
    expect(state(world)).toBe('CrashLoopBackOff');
    const [status] = onlyPod(world).status.containerStatuses;
    expect(status).toMatchObject({
      restartCount: 4,
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
    expect(status.state.waiting.message).toMatch(/^back-off 1m20s restarting failed container=web pod=web-/);
    expect(world.events('BackOff')[0]?.message).toMatch(
      /^Back-off restarting failed container web in pod web-/,
    );
  });

  test('whose image is missing stays pending and tries again', () => {
    const world = emptyWorld({ imageExists: false });
    world.scale('web', 1);
    world.seconds(1);
    expect(state(world)).toBe('ErrImagePull');
    world.seconds(2);
    expect(state(world)).toBe('ImagePullBackOff');
    expect(onlyPod(world).status.phase).toBe('Pending');
    world.seconds(30);
    expect(world.events('Pulling')[0]?.count).toBeGreaterThan(1);
  });

  test('that is deleted stops serving at once and is gone after its shutdown', () => {
    const world = emptyWorld({ shutdownSeconds: 3 });
    world.scale('web', 2);
    world.seconds(5);
    world.scale('web', 1);
    world.clock.advance(100);
    const leaving = world.pods().filter((pod) => pod.metadata.deletionTimestamp !== undefined);
    expect(leaving).toHaveLength(1);
    const endpoint = world
      .slices('web')[0]
      ?.endpoints.find(
        (item: { targetRef: { name: string } }) => item.targetRef.name === leaving[0]?.metadata.name,
      );
    expect(endpoint.conditions).toEqual({ ready: false, serving: true, terminating: true });
    expect(world.endpoints('web')).toHaveLength(1);
    world.seconds(3);
    expect(world.pods()).toHaveLength(1);
    expect(world.events('Killing')).toHaveLength(1);
  });

  test('made by hand lives as well', () => {
    const world = emptyWorld();
    world.store.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'by-hand', namespace: NAMESPACE, labels: { app: 'web' } },
      spec: { containers: [{ name: 'shell', image: 'busybox' }] },
    });
    world.seconds(2);
    expect(isReady(onlyPod(world))).toBe(true);
  });

  test('waits while every node is cordoned', () => {
    const world = emptyWorld();
    const cordon = (unschedulable: boolean) => {
      for (const node of world.store.list(NODES)) {
        world.store.mutate(NODES, undefined, node.metadata.name, (draft) => {
          draft.spec.unschedulable = unschedulable;
        });
      }
    };
    cordon(true);
    world.scale('web', 1);
    world.seconds(5);
    expect(onlyPod(world).spec.nodeName).toBeUndefined();
    expect(world.events('FailedScheduling')).toHaveLength(1);
    cordon(false);
    world.seconds(5);
    expect(isReady(onlyPod(world))).toBe(true);
  });
});

test('a smaller set gives up its unready and youngest pods first', () => {
  const world = testWorld(SMALL);
  const old = world.pods().map((pod) => pod.metadata.name);
  world.scale('web', 5);
  world.clock.advance(400);
  world.scale('web', 4);
  world.seconds(5);
  expect(world.pods().map((pod) => pod.metadata.name)).toEqual(expect.arrayContaining(old));
  world.scale('web', 3);
  world.seconds(5);
  expect(world.pods().map((pod) => pod.metadata.name)).toEqual(old);
});

test('events are forgotten an hour after they last happened', () => {
  const world = testWorld(SMALL);
  world.store.mutate(DEPLOYMENTS, NAMESPACE, 'web', (draft) => {
    draft.spec.replicas = 4;
  });
  world.seconds(10);
  expect(world.events().length).toBeGreaterThan(0);
  world.seconds(3500);
  expect(world.events().length).toBeGreaterThan(0);
  world.seconds(200);
  expect(world.events()).toEqual([]);
  expect(world.clock.waiting).toBe(0);
});

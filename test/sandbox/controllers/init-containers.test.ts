import { describe, expect, test } from 'vitest';
import type { StoredObject } from '../../../src/sandbox/kubernetes/store.ts';
import { condition, isReady, SMALL, testWorld } from '../world/test-world.ts';

const [WEB] = SMALL.deployments;

/** A Deployment with one init container and a sidecar of another image. */
function initialized() {
  const deployments = [
    {
      ...WEB,
      initContainers: [{ name: 'prepare' }],
      containers: [{ name: 'web' }, { name: 'sidecar', image: 'example.com/sidecar:9' }],
    },
  ];
  return testWorld({ ...SMALL, deployments });
}

function initState(pod: StoredObject | undefined) {
  return pod?.status?.initContainerStatuses?.[0]?.state;
}

describe('a pod with an init container', () => {
  test('that was there from the start has it behind itself', () => {
    const world = initialized();
    const [pod] = world.pods('web');
    expect(initState(pod)).toMatchObject({ terminated: { exitCode: 0, reason: 'Completed' } });
    expect(isReady(pod as StoredObject)).toBe(true);
    expect(pod?.spec.containers.map(({ image }: { image: string }) => image)).toEqual([
      'example.com/web:1.0',
      'example.com/sidecar:9',
    ]);
  });

  test('waits for it before anything else of it runs', () => {
    const world = initialized();
    const known = new Set(world.pods('web').map(({ metadata }) => metadata.uid));
    world.scale('web', 4);
    const states: string[] = [];
    for (let step = 0; step < 200; step += 1) {
      world.clock.advance(10);
      const pod = world.pods('web').find(({ metadata }) => !known.has(metadata.uid));
      const running = Object.keys(initState(pod) ?? {})[0] ?? '';
      if (states.at(-1) !== running) states.push(running);
      const main = pod?.status?.containerStatuses?.[0]?.state ?? {};
      if (running === 'waiting' || running === 'running') {
        expect(main.running).toBeUndefined();
        expect(pod && condition(pod, 'Initialized')).toMatchObject({
          status: 'False',
          reason: 'ContainersNotInitialized',
        });
      }
    }
    expect(states.slice(-2)).toEqual(['running', 'terminated']);
    world.seconds(3);
    expect(world.pods('web').filter(isReady)).toHaveLength(4);
  });

  test('is told of by events of its own', () => {
    const world = initialized();
    world.scale('web', 4);
    world.seconds(3);
    const started = world
      .events('Started')
      .map(({ involvedObject, message }) => [involvedObject.fieldPath, message]);
    expect(started).toContainEqual(['spec.initContainers{prepare}', 'Started container prepare']);
    expect(started).toContainEqual(['spec.containers{sidecar}', 'Started container sidecar']);
  });
});

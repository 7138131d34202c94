import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PODS } from '../../../src/sandbox/kubernetes/controllers/keys.ts';
import { isReady, NAMESPACE, type TestWorld, testWorld } from '../world/test-world.ts';

const WORLD = {
  namespace: NAMESPACE,
  prometheus: false,
  deployments: [
    {
      name: 'blue',
      image: 'example.com/web',
      version: '1',
      replicas: 2,
      labels: { app: 'blue', tier: 'web' },
    },
    {
      name: 'green',
      image: 'example.com/web',
      version: '2',
      replicas: 3,
      labels: { app: 'green', tier: 'web' },
    },
  ],
  services: [{ name: 'web', selector: { app: 'green' } }],
  applications: [{ deployment: 'green', version: '3', health: 500 }],
};

const name = fc.constantFrom('blue', 'green');

type Step = { readonly text: string; readonly do: (world: TestWorld) => void };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(name, fc.integer({ min: 0, max: 6 })).map(([which, replicas]) => ({
    text: `scale ${which} to ${replicas}`,
    do: (world: TestWorld) => void world.scale(which, replicas),
  })),
  fc.tuple(name, fc.constantFrom('1', '2', '3')).map(([which, version]) => ({
    text: `roll ${which} to ${version}`,
    do: (world: TestWorld) => void world.setImage(which, `example.com/web:${version}`),
  })),
  fc.constantFrom({ app: 'blue' }, { app: 'green' }, { tier: 'web' }, { app: 'nothing' }).map((selector) => ({
    text: `select ${JSON.stringify(selector)}`,
    do: (world: TestWorld) => void world.select('web', selector),
  })),
  fc.nat(9).map((index) => ({
    text: `delete pod ${index}`,
    do: (world: TestWorld) => {
      const pods = world.pods();
      const pod = pods[index % Math.max(1, pods.length)];
      if (pod !== undefined) world.store.remove(PODS, NAMESPACE, pod.metadata.name);
    },
  })),
  fc.nat(9).map((index) => ({
    text: `take pod ${index} out of its set`,
    do: (world: TestWorld) => {
      const pods = world.pods();
      const pod = pods[index % Math.max(1, pods.length)];
      if (pod === undefined) return;
      world.store.mutate(PODS, NAMESPACE, pod.metadata.name, (draft) => {
        draft.metadata.labels = { ...draft.metadata.labels, app: 'set-aside' };
      });
    },
  })),
  fc.integer({ min: 0, max: 4000 }).map((ms) => ({
    text: `wait ${ms} ms`,
    do: (world: TestWorld) => world.clock.advance(ms),
  })),
);

const steps = fc
  .array(step, { maxLength: 12 })
  .map((list) => Object.assign(list, { toString: () => list.map(({ text }) => text).join(', ') }));

function addressesOf(world: TestWorld, selector: Record<string, string>): string[] {
  return world
    .pods()
    .filter((pod) =>
      Object.entries(selector).every(([label, value]) => pod.metadata.labels?.[label] === value),
    )
    .filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined)
    .map((pod) => pod.status.podIP as string)
    .sort();
}

test('whatever is done to it, the world comes to rest as it should be', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const world = testWorld(WORLD);
      for (const { do: act } of list) act(world);
      world.seconds(60);
      const { selector } = world.service('web').spec;
      const ready = addressesOf(world, selector);
      expect(world.endpoints('web')).toEqual(ready);
      const sliced: { addresses: string[]; conditions: { ready: boolean } }[] = world
        .slices('web')
        .flatMap((slice) => slice.endpoints ?? []);
      expect(
        sliced
          .filter(({ conditions }) => conditions.ready)
          .flatMap(({ addresses }) => addresses)
          .sort(),
      ).toEqual(ready);
      for (const which of ['blue', 'green']) {
        const deployment = world.deployment(which);
        const own = world
          .sets(which)
          .flatMap((set) =>
            world.pods().filter((pod) => pod.metadata.ownerReferences?.[0]?.uid === set.metadata.uid),
          );
        const wanted = world.sets(which).reduce((total, set) => total + set.spec.replicas, 0);
        expect(own.length).toBe(wanted);
        expect(deployment.status.observedGeneration).toBe(deployment.metadata.generation);
        expect(deployment.status.readyReplicas ?? 0).toBe(own.filter(isReady).length);
        const healthy = deployment.spec.template.spec.containers[0].image !== 'example.com/web:3';
        if (healthy || which === 'blue') expect(own.filter(isReady).length).toBe(deployment.spec.replicas);
      }
    }),
    { numRuns: 40 },
  );
});

test('a rollout never exceeds its surge and never drops below what must stay available', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.constantFrom('2', '4'), (replicas, version) => {
      const world = testWorld(WORLD);
      world.scale('blue', replicas);
      world.seconds(10);
      const surge = Math.ceil(replicas / 4);
      const least = replicas - Math.floor(replicas / 4);
      world.store.subscribe(() => {
        const alive = world.pods('blue').filter((pod) => pod.metadata.deletionTimestamp === undefined);
        expect(alive.length).toBeLessThanOrEqual(replicas + surge);
        expect(alive.filter(isReady).length).toBeGreaterThanOrEqual(least);
      });
      world.setImage('blue', `example.com/web:${version}`);
      world.seconds(60);
      expect(world.deployment('blue').status.updatedReplicas).toBe(replicas);
    }),
    { numRuns: 15 },
  );
});

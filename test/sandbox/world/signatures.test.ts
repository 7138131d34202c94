import { expect, test } from 'vitest';
import type { StoredObject } from '../../../src/sandbox/kubernetes/store.ts';
import { SMALL, testWorld } from './test-world.ts';

interface Entry {
  readonly manager: string;
  readonly time: string;
  readonly subresource?: string;
  readonly fieldsV1: Record<string, unknown>;
}

function entries(object: StoredObject): Entry[] {
  return (object.metadata.managedFields ?? []) as Entry[];
}

test('an edit of the world is signed by who made it, when it was made', () => {
  const world = testWorld({
    ...SMALL,
    faults: [
      {
        id: 'edit',
        when: { after: 30 },
        actions: [
          {
            do: 'edit',
            resource: 'services',
            name: 'web',
            patch: { spec: { selector: { app: 'other' } } },
            manager: 'night-shift',
          },
        ],
      },
    ],
  });
  world.seconds(31);
  const newest = entries(world.service('web')).at(-1);
  expect(newest).toMatchObject({
    manager: 'night-shift',
    fieldsV1: { 'f:spec': { 'f:selector': {} } },
  });
  const age = world.clock.now() - Date.parse(newest?.time ?? '');
  expect(age).toBeGreaterThanOrEqual(0);
  expect(age).toBeLessThan(5000);
});

test('controllers sign what they write, the status apart', () => {
  const world = testWorld(SMALL);
  world.setImage('web', 'example.com/web:2.0');
  world.seconds(20);
  expect(entries(world.deployment('web')).at(-1)).toMatchObject({
    manager: 'kube-controller-manager',
    subresource: 'status',
  });
  const [pod] = world.pods();
  expect(pod && entries(pod).map(({ manager }) => manager)).toEqual(['kube-controller-manager', 'kubelet']);
});

test('deleted in the foreground, a Deployment goes after its pods', () => {
  const world = testWorld(SMALL);
  const uid = world.deployment('web').metadata.uid;
  world.store.mutate({ group: 'apps', resource: 'deployments' }, SMALL.namespace, 'web', (draft) => {
    draft.metadata.deletionTimestamp = new Date(world.clock.now()).toISOString();
    draft.metadata.finalizers = ['foregroundDeletion'];
  });
  const order: string[] = [];
  world.store.subscribe(({ type, object }) => {
    if (type === 'DELETED' && object.kind !== 'Event') order.push(object.kind);
  });
  world.seconds(40);
  expect(order).toEqual(['Pod', 'Pod', 'Pod', 'ReplicaSet', 'Deployment']);
  expect(uid).toBeDefined();
});

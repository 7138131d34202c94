import { expect, test } from 'vitest';
import { MemoryStore } from '../../../src/sandbox/kubernetes/memory-store.ts';
import type { StoreChange } from '../../../src/sandbox/kubernetes/store.ts';
import { DEPLOYMENTS, deployment, NAMESPACE, PODS, pod, SERVICES, service } from './test-cluster.ts';

const newStore = (historyLimit?: number) =>
  new MemoryStore({ now: () => 0, ...(historyLimit === undefined ? {} : { historyLimit }) });

test('a stored object has identity, revision and the defaults of its type', () => {
  const stored = newStore().create(DEPLOYMENTS, deployment('web'));
  expect(stored.metadata).toMatchObject({
    generation: 1,
    resourceVersion: '1',
    creationTimestamp: '1970-01-01T00:00:00Z',
  });
  expect(stored.spec).toMatchObject({ revisionHistoryLimit: 10, strategy: { type: 'RollingUpdate' } });
  expect(stored.spec.template.spec.containers[0]).toMatchObject({ imagePullPolicy: 'IfNotPresent' });
});

test('what is handed out cannot be changed', () => {
  const stored = newStore().create(SERVICES, service('web', { app: 'web' }));
  expect(() => {
    stored.spec.selector.app = 'other';
  }).toThrow(TypeError);
});

test('generation counts changes of the spec alone, and only for the types that count', () => {
  const store = newStore();
  store.create(DEPLOYMENTS, deployment('web'));
  store.create(SERVICES, service('web', { app: 'web' }));
  const generation = () => store.get(DEPLOYMENTS, NAMESPACE, 'web')?.metadata.generation;
  store.mutate(DEPLOYMENTS, NAMESPACE, 'web', (draft) => {
    draft.status = { replicas: 3 };
    draft.metadata.labels = { tier: 'front' };
  });
  expect(generation()).toBe(1);
  store.mutate(DEPLOYMENTS, NAMESPACE, 'web', (draft) => {
    draft.spec.replicas = 5;
  });
  expect(generation()).toBe(2);
  expect(store.get(SERVICES, NAMESPACE, 'web')?.metadata.generation).toBeUndefined();
});

test('a write that changes nothing keeps the revision and tells nobody', () => {
  const store = newStore();
  const before = store.create(PODS, pod('web-1'));
  const changes: StoreChange[] = [];
  store.subscribe((change) => changes.push(change));
  expect(store.update(PODS, structuredClone(before))).toBe(before);
  expect(store.revision).toBe(1);
  expect(changes).toEqual([]);
});

test('an update that expects another revision is a conflict, in the words of a real server', () => {
  const store = newStore();
  const first = store.create(DEPLOYMENTS, deployment('web'));
  store.mutate(DEPLOYMENTS, NAMESPACE, 'web', (draft) => {
    draft.spec.replicas = 5;
  });
  expect(() => store.update(DEPLOYMENTS, first, { ifRevision: '1' })).toThrow(
    'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; please apply your changes to the latest version and try again',
  );
});

test('listeners hear changes in order, also those that a listener makes', () => {
  const store = newStore();
  const heard: number[] = [];
  store.subscribe((change) => {
    if (change.type === 'ADDED') store.remove(PODS, NAMESPACE, change.object.metadata.name);
  });
  store.subscribe((change) => heard.push(change.revision));
  store.create(PODS, pod('web-1'));
  store.create(PODS, pod('web-2'));
  expect(heard).toEqual([1, 2, 3, 4]);
});

test('history reaches back as far as it is kept, and to compaction', () => {
  const store = newStore(4);
  for (let index = 0; index < 10; index += 1) store.create(PODS, pod(`web-${index}`));
  expect(store.since(1)).toBeUndefined();
  expect(store.since(8)?.map((change) => change.revision)).toEqual([9, 10]);
  expect(store.since(10)).toEqual([]);
  store.compact();
  expect(store.since(9)).toBeUndefined();
  expect(store.since(10)).toEqual([]);
});

test('secrets given as text are kept encoded', () => {
  const secret = newStore().create(
    { group: '', resource: 'secrets' },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: NAMESPACE },
      stringData: { a: 'b' },
    },
  );
  expect(secret.data).toEqual({ a: 'Yg==' });
  expect(secret.stringData).toBeUndefined();
});

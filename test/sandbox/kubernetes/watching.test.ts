import { afterEach, beforeEach, expect, test } from 'vitest';
import { NAMESPACE, PODS, pod, startTestCluster, type TestCluster } from './test-cluster.ts';

const PATH = `/api/v1/namespaces/${NAMESPACE}/pods`;

let cluster: TestCluster;

beforeEach(async () => {
  cluster = await startTestCluster();
});

afterEach(() => cluster.stop());

/** The next event of a stream, as `TYPE name`; bookmarks and errors have no name. */
// biome-ignore lint/suspicious/noExplicitAny: events hold objects of every kind
async function next(events: AsyncGenerator<string>): Promise<any> {
  const { value, done } = await events.next();
  return done === true ? undefined : JSON.parse(value);
}

const seen = (event: { type: string; object: { metadata?: { name?: string } } }) =>
  `${event.type} ${event.object.metadata?.name ?? ''}`.trim();

function open(query: string, accept?: string) {
  const controller = new AbortController();
  const events = cluster.lines(
    `${PATH}?watch=true&${query}`,
    controller.signal,
    accept === undefined ? {} : { accept },
  );
  return { events, close: () => controller.abort() };
}

test('a watch without a revision begins with what is there, then follows', async () => {
  cluster.store.create(PODS, pod('a'));
  const { events, close } = open('');
  expect(seen(await next(events))).toBe('ADDED a');
  cluster.store.mutate(PODS, NAMESPACE, 'a', (draft) => {
    draft.status.phase = 'Failed';
  });
  const modified = await next(events);
  expect(seen(modified)).toBe('MODIFIED a');
  expect(modified.object).toMatchObject({ kind: 'Pod', apiVersion: 'v1', status: { phase: 'Failed' } });
  cluster.store.remove(PODS, NAMESPACE, 'a');
  expect(seen(await next(events))).toBe('DELETED a');
  close();
});

test('a watch from a revision replays what it missed', async () => {
  cluster.store.create(PODS, pod('a'));
  const { revision } = cluster.store;
  cluster.store.create(PODS, pod('b'));
  cluster.store.remove(PODS, NAMESPACE, 'a');
  const { events, close } = open(`resourceVersion=${revision}`);
  expect(seen(await next(events))).toBe('ADDED b');
  expect(seen(await next(events))).toBe('DELETED a');
  close();
});

test('an object that enters or leaves the selection is added or deleted', async () => {
  cluster.store.create(PODS, pod('a', { color: 'green' }));
  const { events, close } = open(`resourceVersion=${cluster.store.revision}&labelSelector=color%3Dblue`);
  const paint = (color: string) =>
    cluster.store.mutate(PODS, NAMESPACE, 'a', (draft) => {
      draft.metadata.labels = { color };
    });
  const reading = next(events);
  paint('blue');
  expect(seen(await reading)).toBe('ADDED a');
  paint('green');
  const left = await next(events);
  expect(seen(left)).toBe('DELETED a');
  expect(left.object.metadata.labels).toEqual({ color: 'blue' });
  expect(left.object.metadata.resourceVersion).toBe(String(cluster.store.revision));
  close();
});

test('a watch from forgotten history gets 410 Expired and ends', async () => {
  cluster.store.create(PODS, pod('a'));
  cluster.world.watches?.expire();
  const { events } = open('resourceVersion=1');
  expect(await next(events)).toMatchObject({
    type: 'ERROR',
    object: { kind: 'Status', code: 410, reason: 'Expired' },
  });
  expect(await next(events)).toBeUndefined();
});

test('a watch ends after its time, with a bookmark for those who want one', async () => {
  const { events } = open(
    `resourceVersion=${cluster.store.revision}&timeoutSeconds=1&allowWatchBookmarks=true`,
  );
  expect(await next(events)).toMatchObject({
    type: 'BOOKMARK',
    object: { kind: 'Pod', metadata: { resourceVersion: String(cluster.store.revision) } },
  });
  expect(await next(events)).toBeUndefined();
});

test('a streamed list ends with a bookmark that says so', async () => {
  cluster.store.create(PODS, pod('a'));
  const { events, close } = open(
    'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true',
  );
  expect(seen(await next(events))).toBe('ADDED a');
  const bookmark = await next(events);
  expect(bookmark.object.metadata.annotations).toEqual({ 'k8s.io/initial-events-end': 'true' });
  close();
});

test('events come as tables, the columns told once', async () => {
  cluster.store.create(PODS, pod('a'));
  cluster.store.create(PODS, pod('b'));
  const { events, close } = open('', 'application/json;as=Table;v=v1;g=meta.k8s.io');
  const first = await next(events);
  expect(first.object.columnDefinitions[0].name).toBe('Name');
  expect(first.object.rows[0].cells[0]).toBe('a');
  const second = await next(events);
  expect(second.object.columnDefinitions).toBeNull();
  expect(second.object.metadata.resourceVersion).toBe(String(cluster.store.revision));
  close();
});

test('a fault can cut every watch', async () => {
  cluster.store.create(PODS, pod('a'));
  const { events } = open('');
  await next(events);
  cluster.world.watches?.cut();
  await expect(next(events)).rejects.toThrow();
});

test('a log is followed as long as the container prints', async () => {
  cluster.store.create(PODS, pod('a'));
  cluster.world.lines.set('a/app', [{ time: 0, text: 'old' }]);
  const controller = new AbortController();
  const lines = cluster.lines(`${PATH}/a/log?follow=true`, controller.signal);
  expect((await lines.next()).value).toBe('old');
  cluster.world.print({ time: 0, text: 'new' });
  expect((await lines.next()).value).toBe('new');
  controller.abort();
});

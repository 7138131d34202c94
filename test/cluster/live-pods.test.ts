import { describe, expect, it, onTestFinished } from 'vitest';
import { type FollowedPods, followPods } from '../../src/cluster/live-pods.ts';
import { PortFailure } from '../../src/ports/failure.ts';
import type { KubernetesReads, RowHandlers, TableRow } from '../../src/ports/kubernetes.ts';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeKubernetes } from '../fakes/fake-kubernetes.ts';
import { pod } from '../fakes/kube-objects.ts';
import { tableRow } from '../fakes/table-rows.ts';

const OWNER = 'green-7d9f6c4b5d';
const SICK = `${OWNER}-x2vbn`;
const well = (name: string) => tableRow(name, { Ready: '1/1', Status: 'Running', Restarts: 0, Age: '2h' });
const sick = (restarts = 3) =>
  tableRow(SICK, { Ready: '0/1', Status: 'CrashLoopBackOff', Restarts: restarts, Age: '2h' });

/** A cluster that speaks in rows too; what it says is said by the test. */
function world() {
  const cluster = new FakeKubernetes(pod(SICK, { owner: OWNER, ready: false, image: 'web:v2' }));
  let rows: RowHandlers | undefined;
  let signal: AbortSignal | undefined;
  let objectWatches = 0;
  const reads = new Proxy(cluster as KubernetesReads, {
    get(target, name) {
      if (name === 'watchRows')
        return (_request: unknown, handlers: RowHandlers, over: AbortSignal) => {
          rows = handlers;
          signal = over;
        };
      if (name === 'watch') objectWatches += 1;
      const value = Reflect.get(target, name) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const clock = new FakeClock(1_000_000);
  const controller = new AbortController();
  onTestFinished(() => controller.abort());
  let changes = 0;
  const followed: FollowedPods = followPods(
    {
      reads,
      request: { group: '', resource: 'pods', namespace: 'banking-app' },
      clock,
      onChange: () => {
        changes += 1;
      },
    },
    controller.signal,
  );
  let isFirst = true;
  const page = (isLast: boolean, ...list: readonly TableRow[]) => {
    rows?.onEvent({ type: 'page', rows: list, isFirst, isLast });
    isFirst = isLast;
  };
  /** The list broke off: the next page begins it anew. */
  const again = () => {
    isFirst = true;
  };
  return {
    followed,
    cluster,
    clock,
    page,
    again,
    rows: () => rows as RowHandlers,
    isOver: () => signal?.aborted === true,
    objectWatches: () => objectWatches,
    changes: () => changes,
    reads: () => cluster.calls.filter(({ operation }) => operation === 'get').length,
  };
}

describe('pods that fit one page', () => {
  it('are followed as objects, with all that those tell', async () => {
    const { followed, page, clock, isOver } = world();
    page(true, sick());
    await clock.advance(10);
    expect(isOver()).toBe(true);
    expect(followed.census.get(SICK)).toMatchObject({ version: 'v2', workload: 'green' });
    expect(followed.current().synced).toBe(true);
  });
});

describe('more pods than fit one page', () => {
  it('are there with the first page, and complete with the last', () => {
    const { followed, page, rows, objectWatches } = world();
    page(false, well('a-0'), sick());
    expect([followed.census.size, followed.current().synced]).toEqual([2, false]);
    page(true, well('b-0'));
    rows().onEvent({ type: 'synced' });
    expect([followed.census.size, followed.census.ready, followed.current().synced]).toEqual([3, 2, true]);
    expect(objectWatches()).toBe(0);
  });

  it('that are missing from a later list are gone', () => {
    const { followed, page, rows } = world();
    page(false, well('a-0'));
    page(true, well('b-0'));
    rows().onEvent({ type: 'synced' });
    page(false, well('b-0'));
    expect(followed.census.size).toBe(2);
    page(true);
    rows().onEvent({ type: 'synced' });
    expect([...followed.census.keys()]).toEqual(['b-0']);
  });

  it('that were named by a list that broke off, and are gone, are gone', () => {
    const { followed, page, again, rows } = world();
    page(false, well('a-0'), well('gone-0'));
    again();
    page(false, well('a-0'));
    page(true, well('b-0'));
    rows().onEvent({ type: 'synced' });
    expect([...followed.census.keys()]).toEqual(['a-0', 'b-0']);
  });

  it('may come in one answer, from a server that knows no pages', () => {
    const { followed, page, isOver } = world();
    page(true, ...Array.from({ length: 501 }, (_, at) => well(`web-${at}`)));
    expect([followed.census.size, isOver()]).toEqual([501, false]);
  });

  it('are read as objects when they are shown, once for each state', async () => {
    const { followed, page, rows, clock, reads } = world();
    page(false, sick());
    const show = async () => {
      followed.show(followed.census.worst(10));
      await clock.advance(1);
    };
    await show();
    expect(followed.census.get(SICK)).toMatchObject({ version: 'v2', workload: 'green', restarts: 3 });
    rows().onEvent({ type: 'changed', row: sick(4) });
    await clock.advance(60_000);
    await show();
    expect(followed.census.get(SICK)).toMatchObject({ version: 'v2', restarts: 4 });
    expect(reads()).toBe(1);
    rows().onEvent({ type: 'changed', row: well(SICK) });
    await show();
    expect(reads()).toBe(2);
    expect(followed.census.get(SICK)).toMatchObject({ ready: true, version: 'v2' });
  });

  it('keep what the row says when the object cannot be read', async () => {
    const { followed, page, cluster, clock } = world();
    cluster.failNext('get', new PortFailure('no', { reason: 'forbidden' }));
    page(false, sick());
    followed.show(followed.census.worst(10));
    await clock.advance(1);
    expect(followed.census.get(SICK)).toMatchObject({ status: 'CrashLoopBackOff', version: '' });
  });

  it('come and go one by one', () => {
    const { followed, page, rows, changes } = world();
    page(false, well('a-0'));
    const before = changes();
    rows().onEvent({ type: 'changed', row: sick() });
    rows().onEvent({ type: 'deleted', name: 'a-0' });
    expect([...followed.census.keys()]).toEqual([SICK]);
    expect(changes()).toBe(before + 2);
  });
});

it('a server without tables is followed by objects', async () => {
  const { followed, rows, clock } = world();
  rows().onStatus({ connected: false, heardAt: undefined, problem: 'none', reason: 'not-served' });
  await clock.advance(10);
  expect(followed.census.get(SICK)).toMatchObject({ version: 'v2' });
});

it('tells why pods may not be seen', () => {
  const { followed, rows } = world();
  rows().onStatus({ connected: false, heardAt: undefined, problem: 'no', reason: 'forbidden' });
  expect(followed.current().missing).toBe('forbidden');
});

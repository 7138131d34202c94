import { afterEach, expect, test, vi } from 'vitest';
import type { Database } from '../../../src/sandbox/database/database.ts';
import { MemoryStore } from '../../../src/sandbox/kubernetes/memory-store.ts';
import { readWorldSpec } from '../../../src/sandbox/world/spec.ts';
import { systemClock } from '../../../src/sandbox/world/system-clock.ts';
import { createWorld, type World } from '../../../src/sandbox/world/world.ts';
import { startDatabase } from './running.ts';

// A busy machine takes its time for whole worlds.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const PODS = { group: '', resource: 'pods' };
const DEPLOYMENTS = { group: 'apps', resource: 'deployments' };
const NAMESPACE = 'banking-app';
const SMALL = { accounts: 5, transactions: 30, backups: [], writesPerSecond: 4 };
/** How many times faster than life. */
const PACE = 20;

let ended: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ended.reverse()) await end();
  ended = [];
});

async function start(database: object, faults: readonly object[] = []) {
  const real: Database = await startDatabase({ ...SMALL, ...database });
  const spec = readWorldSpec({
    preset: 'banking-app',
    prometheus: false,
    timeScale: PACE,
    faults,
    database: { ...SMALL, ...database },
  });
  const store = new MemoryStore({ now: () => Date.now() });
  const errors: unknown[] = [];
  const world: World = createWorld({
    spec,
    store,
    clock: systemClock(),
    database: real,
    onError: (error) => errors.push(error),
  });
  world.start();
  ended.push(
    () => real.stop(),
    async () => world.stop(),
  );
  const sql = (statement: string) =>
    real.within({ application: 'test', user: 'postgres', database: 'postgres' }, (run) => run(statement));
  const sessions = async () =>
    (await sql("SELECT application_name, state FROM pg_stat_activity WHERE datname = 'banking_db'")).map(
      ({ application_name: name, state }) => ({ name: name ?? '', state }),
    );
  const pods = (app: string) =>
    store
      .list(PODS, NAMESPACE)
      .filter((pod) => pod.metadata.labels?.app === app && !pod.metadata.deletionTimestamp);
  const ready = (app: string) =>
    pods(app).filter((pod) =>
      pod.status?.conditions?.some(
        (item: { type: string; status: string }) => item.type === 'Ready' && item.status === 'True',
      ),
    );
  const scale = (deployment: string, replicas: number) =>
    store.mutate(DEPLOYMENTS, NAMESPACE, deployment, (draft) => {
      draft.spec.replicas = replicas;
    });
  return { database: real, world, store, errors, sql, sessions, pods, ready, scale };
}

const patiently = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 30_000, interval: 50 });

test('each ready pod of the backend has a session, and writes; without them nobody does', async () => {
  const { sessions, ready, scale, world, database } = await start({});
  await patiently(async () => {
    const names = (await sessions()).map(({ name }) => name).sort();
    expect(names).toEqual(
      ready('backend')
        .map(({ metadata }) => metadata.name)
        .sort(),
    );
    expect(names).toHaveLength(2);
  });
  const count = () =>
    database.within({ application: 'count' }, async (run) => {
      const [row] = await run('SELECT count(*) AS rows FROM accounts_transaction');
      return Number(row?.rows);
    });
  await patiently(async () => expect(await count()).toBeGreaterThan(32));
  scale('backend', 0);
  await patiently(async () => expect(await sessions()).toEqual([]));
  expect(await world.referee?.lost('banking_db')).toEqual([]);
  expect(await world.referee?.now('banking_db')).toEqual({
    ...database.snapshots.get('start'),
    sequences: expect.anything(),
  });
});

test('a deleted pod of the server ends all sessions; the next one serves the same data', async () => {
  const { sql, sessions, pods, ready, store, world, errors } = await start({});
  await patiently(async () => expect((await sessions()).length).toBe(2));
  const [before] = await sql('SELECT pg_postmaster_start_time() AS time');
  const [pod] = pods('postgres');
  store.mutate(PODS, NAMESPACE, pod?.metadata.name ?? '', (draft) => {
    draft.metadata.deletionTimestamp = new Date().toISOString();
    draft.metadata.deletionGracePeriodSeconds = 30;
  });
  await patiently(async () => {
    const [after] = await sql('SELECT pg_postmaster_start_time() AS time');
    expect(after?.time).not.toBe(before?.time);
    expect(ready('postgres')).toHaveLength(1);
    expect(ready('postgres')[0]?.metadata.name).not.toBe(pod?.metadata.name);
    expect((await sessions()).length).toBe(2);
  });
  expect(await world.referee?.lost('banking_db')).toEqual([]);
  expect(errors).toEqual([]);
});

test('a booking that stays open is idle in transaction, and gone with its pod', async () => {
  const { sessions, scale, database } = await start({ bookingSeconds: 2000 });
  await patiently(async () => {
    const states = (await sessions()).map(({ state }) => state);
    expect(states).toEqual(['idle in transaction', 'idle in transaction']);
  });
  scale('backend', 0);
  await patiently(async () => expect(await sessions()).toEqual([]));
  expect(
    await database.within({ application: 'test' }, (run) =>
      run('SELECT count(*) AS rows FROM accounts_transaction'),
    ),
  ).toEqual([{ rows: '30' }]);
});

test('data that goes with its pod is what it was on day one', async () => {
  const { sql, sessions, scale, ready, database } = await start({ ephemeral: true, writers: [] });
  const bank = (statement: string) => database.within({ application: 'test' }, (run) => run(statement));
  await bank('DELETE FROM accounts_transaction');
  await sql('CREATE DATABASE other');
  scale('postgres', 0);
  await patiently(() => expect(database.server.running).toBe(false));
  scale('postgres', 1);
  await patiently(() => expect(ready('postgres')).toHaveLength(1));
  expect(await bank('SELECT count(*) AS rows FROM accounts_transaction')).toEqual([{ rows: '30' }]);
  expect(await sql("SELECT 1 FROM pg_database WHERE datname = 'other'")).toEqual([]);
  expect(await sessions()).toEqual([]);
});

test('scaled to nothing there is no server, and scaled up there is one again', async () => {
  const { database, scale, ready } = await start({ writesPerSecond: 0 });
  scale('postgres', 0);
  await patiently(() => expect(database.server.accepting).toBe(false));
  await expect(database.within({ application: 'test' }, (run) => run('SELECT 1'))).rejects.toThrow();
  scale('postgres', 1);
  await patiently(() => expect(ready('postgres')).toHaveLength(1));
  expect(database.server.accepting).toBe(true);
});

test('a crash on the timeline restarts the container, and the log is replayed', async () => {
  const { pods, ready, world, database, store } = await start({}, [
    { id: 'crash', when: { after: 20 }, actions: [{ do: 'crash-database' }] },
  ]);
  const [server] = store.list(PODS, NAMESPACE).filter((item) => item.metadata.labels?.app === 'postgres');
  const place = { namespace: NAMESPACE, pod: server?.metadata.name ?? '', container: 'postgres' };
  const began = server?.status?.containerStatuses?.[0]?.state?.running?.startedAt ?? '';
  const first = (world.logs.lines({ ...place, previous: false }) ?? []).map(({ text }) => text);
  expect(first[0]).toContain('LOG:  starting PostgreSQL');
  expect(first.at(-1)?.startsWith(`${began.slice(0, 10)} `)).toBe(true);
  expect(first.at(-1)).toContain('database system is ready to accept connections');
  await patiently(() => {
    expect(pods('postgres')[0]?.status?.containerStatuses?.[0]?.restartCount).toBe(1);
    expect(ready('postgres')).toHaveLength(1);
  });
  const [pod] = pods('postgres');
  const container = { namespace: NAMESPACE, pod: pod?.metadata.name ?? '', container: 'postgres' };
  const said = (previous: boolean) =>
    (world.logs.lines({ ...container, previous }) ?? []).map(({ text }) => text).join('\n');
  expect(said(true)).toContain('received immediate shutdown request');
  expect(said(false)).toContain('database system was not properly shut down; automatic recovery in progress');
  expect(said(false)).toContain('listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"');
  expect(said(false)).not.toContain(database.folder.path);
  expect(await world.referee?.lost('banking_db')).toEqual([]);
});

test('others are connected as well: one holds a lock, one comes back', async () => {
  const { sql, sessions } = await start({
    writers: [],
    sessions: [
      { application: 'psql', runs: ['BEGIN', 'LOCK TABLE accounts_account IN SHARE MODE'] },
      { application: 'nightly-report', returns: true },
      { application: 'short', seconds: 60 },
    ],
  });
  await patiently(async () =>
    expect((await sessions()).sort((a, b) => a.name.localeCompare(b.name))).toEqual([
      { name: 'nightly-report', state: 'idle' },
      { name: 'psql', state: 'idle in transaction' },
    ]),
  );
  const [locks] = await sql(
    "SELECT count(*) AS held FROM pg_locks WHERE mode = 'ShareLock' AND relation IS NOT NULL",
  );
  expect(locks).toEqual({ held: '1' });
  const pid = async () =>
    (await sql("SELECT pid FROM pg_stat_activity WHERE application_name = 'nightly-report'"))[0]?.pid;
  const first = await pid();
  await sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'banking_db'");
  await patiently(async () => {
    const second = await pid();
    expect(second).toBeDefined();
    expect(second).not.toBe(first);
  });
  expect((await sessions()).map(({ name }) => name)).toEqual(['nightly-report']);
});

test('names that nothing bears are found before anything starts', () => {
  expect(() => readWorldSpec({ preset: 'banking-app', database: { writers: ['back'] } })).toThrow(
    'no deployment is called "back"',
  );
  expect(() => readWorldSpec({ preset: 'banking-app', database: { acounts: 3 } })).toThrow('acounts');
  expect(() => readWorldSpec({ preset: 'kas-fleet-manager', database: true })).toThrow('"postgres"');
  const backups = (...list: object[]) =>
    readWorldSpec({ preset: 'banking-app', database: { backups: list } });
  expect(() => backups({ nightsAgo: 1 }, { nightsAgo: 1, kind: 'empty' })).toThrow(
    'two of them are "1 nights ago"',
  );
  expect(() =>
    backups({ nightsAgo: 1 }, { nightsAgo: 1, kind: 'custom' }, { nightsAgo: 1, name: '1' }),
  ).not.toThrow();
  expect(() => backups({ nightsAgo: 1, name: '..' })).toThrow('name');
  expect(() => backups({ nightsAgo: 1, name: 'a/b' })).toThrow('name');
});

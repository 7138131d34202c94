import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { backupName } from '../../../src/sandbox/database/backups.ts';
import type { Database } from '../../../src/sandbox/database/database.ts';
import { findPostgresPrograms } from '../../../src/sandbox/database/postgres-programs.ts';
import { nightTime } from '../../../src/sandbox/database/seed-database.ts';
import { takeSnapshot } from '../../../src/sandbox/database/snapshot.ts';
import { postgresContainer, startDatabase } from './running.ts';

const HOSTILE = `a 'b' "c" $(touch x)\n.sql`;

let database: Database;
let run: ReturnType<typeof postgresContainer>['run'];

const admin = (statement: string, name = 'postgres') =>
  database.within({ application: 'test', user: 'postgres', database: name }, (sql) => sql(statement));
const psql = (name: string, ...args: string[]) =>
  run(['psql', '-X', '-U', 'banking_user', '-d', name, ...args]);
const restore = (name: string, file: string) =>
  psql(name, '-q', '-1', '-v', 'ON_ERROR_STOP=1', '-f', `/backup/${file}`);
const fresh = async (name: string) => {
  await admin(`CREATE DATABASE ${name} OWNER banking_user`);
  return name;
};
const night = (nightsAgo: number, kind: 'plain' | 'custom' = 'plain') =>
  backupName({ nightsAgo, kind }, nightTime(Date.now(), nightsAgo));
const relations = async (name: string) =>
  (await admin("SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace", name)).length;

beforeAll(async () => {
  database = await startDatabase({
    accounts: 20,
    transactions: 400,
    backups: [
      { nightsAgo: 400 },
      { nightsAgo: 3 },
      { nightsAgo: 2, kind: 'custom' },
      { nightsAgo: 1 },
      { nightsAgo: 0, kind: 'truncated' },
      { nightsAgo: 0, kind: 'damaged', name: 'damaged.sql' },
      { nightsAgo: 0, kind: 'newer', name: 'newer.sql' },
      { nightsAgo: 0, kind: 'empty', name: 'empty.sql' },
      { nightsAgo: 0, name: HOSTILE },
      { nightsAgo: 0, name: 'slow.sql', slowSeconds: 1 },
    ],
  });
  run = postgresContainer(database).run;
}, 60_000);
afterAll(() => database.stop());

describe('the bank', () => {
  test('every balance is the sum of its transactions', async () => {
    const [sums] = await database.within({ application: 'test' }, (sql) =>
      sql(`SELECT count(*) AS accounts, count(*) FILTER (WHERE balance <> booked) AS wrong, sum(bookings) AS bookings
           FROM accounts_account JOIN (SELECT account_id, sum(amount) AS booked, count(*) AS bookings
           FROM accounts_transaction GROUP BY 1) AS t ON account_id = accounts_account.id`),
    );
    expect(sums).toEqual({ accounts: '20', wrong: '0', bookings: '400' });
  });

  test('it stands at migration 0003, belongs to its own role, and its IBANs are right', async () => {
    const rows = await database.within({ application: 'test' }, (sql) =>
      sql("SELECT name FROM django_migrations WHERE app = 'accounts' ORDER BY id"),
    );
    expect(rows.map(({ name }) => name)).toEqual([
      '0001_initial',
      '0002_transaction',
      '0003_account_risk_level',
    ]);
    const owners = await admin(
      "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'",
      'banking_db',
    );
    expect(owners).toEqual([{ tableowner: 'banking_user' }]);
    const wrong = await admin(
      "SELECT iban FROM accounts_account WHERE mod((substr(iban, 5) || '1314' || substr(iban, 3, 2))::numeric, 97) <> 1",
      'banking_db',
    );
    expect(wrong).toEqual([]);
  });

  test('the application’s role may not make databases', async () => {
    expect(await psql('banking_db', '-c', 'CREATE DATABASE own')).toMatchObject({
      code: 1,
      stderr: 'ERROR:  permission denied to create database\n',
    });
  });

  test('a password is needed on loopback, and none on the socket', async () => {
    const refused = await run([
      'psql',
      '-X',
      '-w',
      '-h',
      'localhost',
      '-U',
      'banking_user',
      '-d',
      'banking_db',
      '-c',
      'SELECT 1',
    ]);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toBe(
      'psql: error: connection to server at "127.0.0.1", port 5432 failed: fe_sendauth: no password supplied\n',
    );
    const { password } = database.ready;
    const given = [
      'psql',
      '-XtA',
      '-h',
      '127.0.0.1',
      '-p5432',
      '-U',
      'banking_user',
      '-d',
      'banking_db',
      '-c',
      'SELECT 1',
    ];
    expect(await run(given, { env: { PGPASSWORD: password } })).toMatchObject({ code: 0, stdout: '1\n' });
  });
});

describe('backups', () => {
  test('a plain one restores to exactly what was dumped', async () => {
    for (const nightsAgo of [3, 1]) {
      const name = await fresh(`restored_${nightsAgo}`);
      expect(await restore(name, night(nightsAgo))).toEqual({
        code: 0,
        stdout: expect.any(String),
        stderr: '',
      });
      const snapshot = await database.within({ application: 'test', database: name }, (sql) =>
        takeSnapshot(sql),
      );
      expect(snapshot).toEqual(database.snapshots.get(night(nightsAgo)));
      expect(Object.keys(snapshot.tables)).toContain('accounts_transaction');
    }
    expect(database.snapshots.get(night(3))).not.toEqual(database.snapshots.get(night(1)));
  });

  test('so does a custom one', async () => {
    const name = await fresh('restored_custom');
    const file = `/backup/${night(2, 'custom')}`;
    expect((await run(['pg_restore', '-l', file])).stdout).toContain('TABLE DATA public accounts_account');
    expect(await run(['pg_restore', '-1', '-U', 'banking_user', '-d', name, file])).toMatchObject({
      code: 0,
      stderr: '',
    });
    const snapshot = await database.within({ application: 'test', database: name }, (sql) =>
      takeSnapshot(sql),
    );
    expect(snapshot).toEqual(database.snapshots.get(night(2, 'custom')));
  });

  test('the old one knows no transactions, and fails over the live schema', async () => {
    expect(Object.keys(database.snapshots.get(night(400))?.tables ?? {})).not.toContain(
      'accounts_transaction',
    );
    const over = await restore('banking_db', night(400));
    expect(over.code).toBe(3);
    expect(over.stderr).toContain('because other objects depend on it');
  });

  test('without ON_ERROR_STOP a restore over the live schema fails, and says nothing by its exit code', async () => {
    const before = database.snapshots.get('start');
    const over = await psql('banking_db', '-q', '-1', '-f', `/backup/${night(400)}`);
    expect(over.code).toBe(0);
    expect(over.stderr).toContain('current transaction is aborted');
    expect(await database.within({ application: 'test' }, (sql) => takeSnapshot(sql))).toEqual(before);
  });

  test('a truncated one ends in a row, and leaves nothing behind', async () => {
    const text = readFileSync(join(database.backups, night(0)), 'utf8');
    expect(text).not.toContain('PostgreSQL database dump complete');
    const name = await fresh('restored_truncated');
    expect((await restore(name, night(0))).code).toBe(3);
    expect(await relations(name)).toBe(0);
  });

  test('a damaged one fails half-way, with its line', async () => {
    const name = await fresh('restored_damaged');
    const { code, stderr } = await restore(name, 'damaged.sql');
    expect(code).toBe(3);
    expect(stderr).toMatch(/^psql:\/backup\/damaged\.sql:\d+: ERROR: {2}missing data for column/);
    expect(await relations(name)).toBe(0);
  });

  test.runIf(serverBefore(17))('one of a newer server sets what this one does not know', async () => {
    const name = await fresh('restored_newer');
    const { code, stderr } = await restore(name, 'newer.sql');
    expect(code).toBe(3);
    expect(stderr).toContain('unrecognized configuration parameter "transaction_timeout"');
    expect(readFileSync(join(database.backups, 'newer.sql'), 'utf8')).toMatch(
      /^-- Dumped by pg_dump version 17\./m,
    );
  });

  test('an empty one restores nothing, and psql is content', async () => {
    const name = await fresh('restored_empty');
    expect(await restore(name, 'empty.sql')).toMatchObject({ code: 0 });
    expect(await relations(name)).toBe(0);
  });

  test('a slow one is the same in the end', async () => {
    const name = await fresh('restored_slow');
    const began = performance.now();
    expect(await restore(name, 'slow.sql')).toMatchObject({ code: 0, stderr: '' });
    expect(performance.now() - began).toBeGreaterThan(1000);
    const snapshot = await database.within({ application: 'test', database: name }, (sql) =>
      takeSnapshot(sql),
    );
    expect(snapshot).toEqual(database.snapshots.get('slow.sql'));
  });

  test('a hostile name is a name', async () => {
    const name = await fresh('restored_hostile');
    expect(await restore(name, HOSTILE)).toMatchObject({ code: 0, stderr: '' });
    expect(await relations(name)).toBeGreaterThan(0);
  });
});

describe('as on any server', () => {
  test('a database in use is not renamed; without sessions two swap their names', async () => {
    const [live, next] = [await fresh('live'), await fresh('next')];
    const session = database.open({ application: 'writer', database: live });
    await session.run('SELECT 1');
    await expect(admin(`ALTER DATABASE ${live} RENAME TO old`)).rejects.toMatchObject({ code: '55006' });
    await admin(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${live}'`);
    await expect(session.run('SELECT 1')).rejects.toThrow();
    await admin(`ALTER DATABASE ${live} RENAME TO old`);
    await admin(`ALTER DATABASE ${next} RENAME TO live`);
    const names = await admin(
      "SELECT datname FROM pg_database WHERE datname IN ('live', 'next', 'old') ORDER BY 1",
    );
    expect(names.map(({ datname }) => datname)).toEqual(['live', 'old']);
  });

  test('a lock blocks: the statement waits no longer than it says', async () => {
    const holder = database.open({ application: 'holder' });
    await holder.run('BEGIN; LOCK TABLE accounts_account IN ACCESS EXCLUSIVE MODE');
    const [state] = await admin("SELECT state FROM pg_stat_activity WHERE application_name = 'holder'");
    expect(state).toEqual({ state: 'idle in transaction' });
    const waited = await psql(
      'banking_db',
      '-c',
      "SET lock_timeout = '100ms'",
      '-c',
      'DROP TABLE accounts_account CASCADE',
    );
    expect(waited).toMatchObject({ code: 1, stderr: 'ERROR:  canceling statement due to lock timeout\n' });
    await holder.close();
    expect(await psql('banking_db', '-tAc', 'SELECT count(*) FROM accounts_account')).toMatchObject({
      stdout: '20\n',
    });
  });

  test('what fails in a transaction is not there', async () => {
    const account =
      "INSERT INTO accounts_account (iban, owner, balance, opened_at, risk_level) VALUES ('X', 'X', 0, now(), 'low')";
    await expect(
      database.transaction({ application: 'test' }, async (sql) => {
        await sql(account);
        throw new Error('changed my mind');
      }),
    ).rejects.toThrow('changed my mind');
    const rows = await database.within({ application: 'test' }, (sql) =>
      sql('SELECT 1 FROM accounts_account WHERE iban = $1', ['X']),
    );
    expect(rows).toEqual([]);
  });
});

/** Known before the server is: tests are chosen while the file loads. */
function serverBefore(major: number): boolean {
  return findPostgresPrograms(process.env).major < major;
}

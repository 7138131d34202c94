import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Database } from '../../../src/sandbox/database/database.ts';
import { postgresContainer, startDatabase } from './running.ts';

let database: Database;
let container: ReturnType<typeof postgresContainer>;

const bank = ['-X', '-U', 'banking_user', '-d', 'banking_db'];

async function* bytes(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

beforeAll(async () => {
  database = await startDatabase({ accounts: 5, transactions: 3000, backups: [{ nightsAgo: 0 }] });
  container = postgresContainer(database);
}, 60_000);
afterAll(() => database.stop());

test('psql reads its standard input, and ends with the codes it has', async () => {
  const { run } = container;
  const asked = await run(['psql', ...bank, '-tA'], { stdin: bytes('SELECT 1;\nSEL', 'ECT 2;\n') });
  expect(asked).toEqual({ code: 0, stdout: '1\n2\n', stderr: '' });
  const stop = ['psql', ...bank, '-v', 'ON_ERROR_STOP=1'];
  expect(await run(stop, { stdin: bytes('SELECT nonsense;') })).toMatchObject({ code: 3 });
  expect(await run(['psql', ...bank, '-f', '/backup/nothing.sql'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'psql: error: /backup/nothing.sql: No such file or directory\n',
  });
  expect(await run(['psql', '-X', '-d', 'no_such', '-c', 'SELECT 1'])).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'psql: error: connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: FATAL:  database "no_such" does not exist\n',
  });
});

test('input that nobody reads to its end does not hold a program up', async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        yield Buffer.from('SELECT 1;\n');
        await wait(1);
      }
    } finally {
      ended = true;
    }
  }
  const { code } = await container.run(['psql', ...bank, '-c', 'SELECT 1'], { stdin: endless() });
  expect(code).toBe(0);
  expect(ended).toBe(true);
});

test('nothing of this machine’s environment reaches them', async () => {
  vi.stubEnv('PGUSER', 'intruder');
  vi.stubEnv('PGDATABASE', 'elsewhere');
  vi.stubEnv('PGOPTIONS', '-c search_path=nowhere');
  vi.stubEnv('SECRET', 'told to no one');
  const who = await container.run([
    'psql',
    '-XtA',
    '-c',
    "SELECT current_user, current_database(), current_setting('search_path')",
  ]);
  expect(who.stdout).toBe('postgres|postgres|"$user", public\n');
  const shell = await container.run(['psql', '-X', '-c', '\\echo `echo $SECRET-$HOME`']);
  expect(shell.stdout).toBe('-/var/lib/postgresql\n');
});

test('they tell the address that the server has in the container', async () => {
  expect(await container.run(['pg_isready'])).toEqual({
    code: 0,
    stdout: '/var/run/postgresql:5432 - accepting connections\n',
    stderr: '',
  });
  const { stdout } = await container.run(['psql', ...bank, '-c', '\\conninfo']);
  expect(stdout).toContain('via socket in "/var/run/postgresql" at port "5432"');
});

test('a dump to a file and one to standard output are the same, bytes and all', async () => {
  const { run, files } = container;
  const dump = ['pg_dump', '-U', 'banking_user', 'banking_db'];
  const told = await run([...dump, '--restrict-key=x']);
  const options = told.code === 0 ? ['--restrict-key=x'] : [];
  const { stdout } = await run([...dump, ...options]);
  expect(await run([...dump, ...options, '-f', '/backup/mine.sql'])).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  });
  expect(stdout).toBe(readFileSync(files.real('/backup/mine.sql'), 'utf8'));
  expect(stdout).toContain('grocer’s, 12 €');
});

test('what others wrote to a volume can be read and written over', async () => {
  const { run, files } = container;
  const file = files.real('/backup/others.sql');
  writeFileSync(file, 'SELECT 42;', { mode: 0o600 });
  expect((await run(['psql', '-XtA', '-f', '/backup/others.sql'])).stdout).toBe('42\n');
  expect(
    (await run(['pg_dump', '-U', 'banking_user', '-d', 'banking_db', '-f', '/backup/others.sql'])).code,
  ).toBe(0);
  expect(statSync(file).size).toBeGreaterThan(1000);
});

test('a stopped container ends its programs, and their sessions', async () => {
  const stop = new AbortController();
  const sleeping = container.run(['psql', ...bank, '-c', 'SELECT pg_sleep(60)'], {
    signal: stop.signal,
    env: { PGAPPNAME: 'sleeper' },
  });
  const sessions = () =>
    database.within({ application: 'test', user: 'postgres' }, (sql) =>
      sql("SELECT 1 FROM pg_stat_activity WHERE application_name = 'sleeper'"),
    );
  await vi.waitFor(async () => expect(await sessions()).toHaveLength(1), { timeout: 5000 });
  stop.abort();
  expect(await sleeping).toMatchObject({ code: 137 });
});

test('createdb, dropdb and pg_restore do what they do', async () => {
  const { run } = container;
  expect(await run(['createdb', '-O', 'banking_user', 'made'])).toMatchObject({ code: 0 });
  expect(await run(['createdb', 'made'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'createdb: error: database creation failed: ERROR:  database "made" already exists\n',
  });
  expect(await run(['dropdb', 'made'])).toMatchObject({ code: 0 });
  const [backup] =
    (await run(['psql', '-XtA', '-c', 'SELECT 1'])).code === 0 ? [...database.snapshots.keys()] : [];
  expect(await run(['pg_restore', '-l', `/backup/${backup}`])).toMatchObject({
    code: 1,
    stderr: 'pg_restore: error: input file appears to be a text format dump. Please use psql.\n',
  });
});

describe('a volume that is nearly full', () => {
  test('takes what there is room for; the dump that does not fit fails as on a full disk', async () => {
    const { run, files } = postgresContainer(database, 20_000);
    const before = await run(['df', '-B1', '--output=avail', '/backup']);
    expect(before.stdout).toBe('Available\n    20000\n');
    expect(await run(['psql', '-XtA', '-o', '/backup/small', '-c', 'SELECT 1'])).toMatchObject({ code: 0 });
    const dump = await run(['pg_dump', '-U', 'banking_user', '-d', 'banking_db', '-f', '/backup/full.sql']);
    expect(dump.code).toBe(1);
    expect(dump.stderr).toContain('No space left on device');
    expect(statSync(files.real('/backup/full.sql')).size).toBeLessThanOrEqual(20_000);
  });

  test.each([
    [
      ['df', '-k', '/backup'],
      /^Filesystem 1K-blocks +Used Available Use% Mounted on\n +\/dev\/vdb +\d+ +\d+ +\d+ +\d+% +\/backup\n$/,
    ],
    [['df', '-Ph', '/backup'], /^Filesystem +Size +Used +Avail Use% Mounted on\n.*[KMGT] .*\/backup\n$/],
    [['df', '--output=avail', '-B', '1M'], /^Available\n +\d+\n$/],
  ])('%j', async (argv, told) => {
    const { stdout, code } = await container.run(argv);
    expect(stdout).toMatch(told);
    expect(code).toBe(0);
  });

  test('df says what it does not understand', async () => {
    expect(await container.run(['df', '--frobnicate'])).toMatchObject({ code: 1, stderr: /unrecognized/ });
  });
});

test('gone with the database is everything that it had on this machine', async () => {
  const other = await startDatabase({ accounts: 1, transactions: 0, backups: [] });
  const { path } = other.folder;
  postgresContainer(other);
  expect(existsSync(join(path, 'data', 'postmaster.pid'))).toBe(true);
  await other.stop();
  expect(existsSync(path)).toBe(false);
});

import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/sandbox/database/database.ts';
import { Django } from '../../../src/sandbox/django/django.ts';
import { completeDjango } from '../../../src/sandbox/django/django-spec.ts';
import { djangoInstaller } from '../../../src/sandbox/django/installer.ts';
import { startDatabase } from '../database/running.ts';

const NEWER = 'registry.example.com/banking/backend:1.9.0';
const OLDER = 'registry.example.com/banking/backend:1.8.3';

const started: Database[] = [];

async function stage(input: Parameters<typeof completeDjango>[0] = {}) {
  const database = await startDatabase({ accounts: 10, transactions: 50, backups: [] });
  started.push(database);
  const django = new Django({ spec: completeDjango(input), database, pace: (ms) => ms });
  await django.start();
  return { django, database };
}

async function stopAll(): Promise<void> {
  await Promise.all(started.splice(0).map((database) => database.stop()));
}

type Staged = Awaited<ReturnType<typeof stage>>;

/** Runs `python manage.py …` in a container of that image. */
async function manage(
  { django }: Staged,
  args: string,
  env = {},
  image = NEWER,
  signal = new AbortController().signal,
) {
  const instance = {
    namespace: 'n',
    pod: 'p',
    podUid: 'u',
    podIP: undefined,
    labels: {},
    container: 'c',
    env: {},
    restarts: 0,
  };
  const python = djangoInstaller(django)({ ...instance, image })?.programs.python;
  if (python === undefined) throw new Error('that image has no python');
  let [stdout, stderr] = ['', ''];
  const exitCode = await python({
    argv: ['python', 'manage.py', ...args.split(' ')],
    env,
    cwd: '/app',
    files: { real: (path) => path, virtual: (text) => text },
    stdin: (async function* () {})(),
    stdout(chunk) {
      stdout += String(chunk);
    },
    stderr(chunk) {
      stderr += String(chunk);
    },
    signal,
  });
  return { exitCode, stdout, stderr };
}

async function columns({ database: server }: Staged): Promise<readonly string[]> {
  const rows = await server.within({ application: 'test' }, (run) =>
    run(
      `SELECT column_name FROM information_schema.columns WHERE table_name = 'accounts_account' ORDER BY ordinal_position`,
    ),
  );
  return rows.map(({ column_name: name }) => name ?? '');
}

describe('manage.py, as the real one prints', () => {
  let on: Staged;
  beforeAll(async () => {
    on = await stage();
    return stopAll;
  }, 30_000);

  test('reading commands', async () => {
    expect(await manage(on, 'showmigrations accounts')).toEqual({
      exitCode: 0,
      stdout: 'accounts\n [X] 0001_initial\n [X] 0002_transaction\n [X] 0003_account_risk_level\n',
      stderr: '',
    });
    expect((await manage(on, 'showmigrations --plan')).stdout.split('\n').slice(0, 5)).toEqual([
      '[X]  accounts.0001_initial',
      '[X]  accounts.0002_transaction',
      '[X]  accounts.0003_account_risk_level',
      '[X]  contenttypes.0001_initial',
      '[X]  contenttypes.0002_remove_content_type_name',
    ]);
    expect((await manage(on, 'showmigrations accounts --plan', {}, OLDER)).stdout).toBe(
      '[X]  accounts.0001_initial\n[X]  accounts.0002_transaction\n',
    );
    expect((await manage(on, 'sqlmigrate accounts 0003 --backwards')).stdout).toBe(`BEGIN;
--
-- MIGRATION NOW PERFORMS OPERATION THAT CANNOT BE WRITTEN AS SQL:
-- Raw Python operation
--
--
-- Add field risk_level to account
--
ALTER TABLE "accounts_account" DROP COLUMN "risk_level" CASCADE;
COMMIT;
`);
    expect(
      (await manage(on, 'migrate contenttypes zero --plan')).stdout,
    ).toContain(`auth.0011_update_proxy_permissions
    Raw Python operation ->     Update the content_type of prox…
auth.0010_alter_group_name_max_length
    Undo Alter field name on group
`);
  });

  test.each([
    ['showmigrations nope', 2, "No installed app with label 'nope'.\n"],
    ['nope', 1, "Unknown command: 'nope'\nType 'manage.py help' for usage.\n"],
    [
      'migrate accounts 00',
      1,
      "CommandError: More than one migration matches '00' in app 'accounts'. Please be more specific.\n",
    ],
    [
      'migrate accounts 0009',
      1,
      "CommandError: Cannot find a migration matching '0009' from app 'accounts'.\n",
    ],
    [
      'sqlmigrate accounts',
      2,
      `usage: manage.py sqlmigrate [-h] [--database DATABASE] [--backwards]
                            [--version] [-v {0,1,2,3}] [--settings SETTINGS]
                            [--pythonpath PYTHONPATH] [--traceback]
                            [--no-color] [--force-color] [--skip-checks]
                            app_label migration_name
manage.py sqlmigrate: error: the following arguments are required: migration_name
`,
    ],
  ])('%s', async (args, exitCode, stderr) => {
    expect(await manage(on, args)).toEqual({ exitCode, stdout: '', stderr });
  });
});

describe('migrate', () => {
  afterEach(stopAll);

  test('changes the database, and back', async () => {
    const on = await stage();
    expect(await manage(on, 'migrate accounts 0002 --no-input')).toEqual({
      exitCode: 0,
      stdout: `Operations to perform:
  Target specific migration: 0002_transaction, from accounts
Running migrations:
  Rendering model states... DONE
  Unapplying accounts.0003_account_risk_level... OK
`,
      stderr: '',
    });
    expect(await columns(on)).toEqual(['id', 'iban', 'owner', 'balance', 'opened_at']);
    expect(on.django.trouble({ deployment: 'backend-green', version: '1.9.0' })).toMatchObject({
      errorRate: 1,
    });
    expect(on.django.trouble({ deployment: 'backend-blue', version: '1.8.3' })).toEqual({});
    expect((await manage(on, 'migrate accounts')).stdout).toContain(
      'Applying accounts.0003_account_risk_level... OK\n',
    );
    expect(await columns(on)).toContain('risk_level');
    const [row] = await on.database.within({ application: 'test' }, (run) =>
      run(`SELECT count(*) FROM accounts_account WHERE risk_level NOT IN ('high', 'low')`),
    );
    expect(row).toEqual({ count: '0' });
  });

  test('whatever it takes back, it can apply again', async () => {
    const on = await stage();
    for (const args of ['migrate auth zero', 'migrate accounts zero', 'migrate'])
      expect(await manage(on, args)).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await manage(on, 'migrate --plan')).stdout).toBe(
      'Planned operations:\n  No planned migration operations.\n',
    );
  });

  test('gives up on a lock in the time that PGOPTIONS says, nothing done', async () => {
    const on = await stage();
    const holder = on.database.open({ application: 'psql' });
    await holder.run('BEGIN');
    await holder.run('SELECT 1 FROM accounts_account LIMIT 1');
    const end = await manage(on, 'migrate accounts 0002', {
      PGOPTIONS: '-c lock_timeout=200',
      PGAPPNAME: 'rollbook',
    });
    await holder.close();
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toMatch(
      /LockNotAvailable.*\n[\s\S]*django\.db\.utils\.OperationalError: canceling statement due to lock timeout\n$/,
    );
    expect(await columns(on)).toContain('risk_level');
  });

  test('refuses what has no reverse, and stops half-way where nothing is atomic', async () => {
    const stuck = await stage({ irreversible: true });
    expect((await manage(stuck, 'migrate accounts 0002 --plan')).stdout).toContain(
      '    Raw Python operation -> IRREVERSIBLE\n',
    );
    expect((await manage(stuck, 'migrate accounts 0002')).stderr).toMatch(
      /IrreversibleError: Operation .* in accounts\.0003_account_risk_level is not reversible\n$/,
    );
    expect(await columns(stuck)).toContain('risk_level');
    const half = await stage({ extras: ['limit', 'reports'] });
    expect((await manage(half, 'sqlmigrate accounts 0004 --backwards')).stdout).not.toContain('BEGIN');
    expect((await manage(half, 'migrate accounts 0003')).stderr).toMatch(
      /ProgrammingError: relation "accounts_limitaudit" does not exist\n$/,
    );
    const [left] = await half.database.within({ application: 'test' }, (run) =>
      run(`SELECT to_regclass('accounts_account_limit') AS index`),
    );
    expect(left).toEqual({ index: null });
    expect(await columns(half)).toContain('limit');
    expect((await manage(half, 'migrate accounts 0002 --plan')).stdout).toContain('reports.0001_initial\n');
  });

  test('a container that is stopped takes its transaction with it', async () => {
    const on = await stage({ migrationSeconds: 30 });
    const stop = new AbortController();
    const end = manage(on, 'migrate accounts 0002', { PGAPPNAME: 'm' }, NEWER, stop.signal);
    const working = `SELECT 1 FROM pg_stat_activity WHERE application_name = 'm' AND query LIKE '%pg_sleep%' AND state = 'active'`;
    await expect
      .poll(() => on.database.within({ application: 'test', user: 'postgres' }, (run) => run(working)), {
        interval: 20,
        timeout: 5000,
      })
      .toHaveLength(1);
    stop.abort();
    expect((await end).exitCode).toBe(137);
    expect(await columns(on)).toContain('risk_level');
  });

  test('is told apart from no server at all', async () => {
    const on = await stage();
    await on.database.server.stop();
    expect(await manage(on, 'showmigrations')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('OperationalError: connection to server at "postgres"'),
    });
  });
});

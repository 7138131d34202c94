import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { databaseWitness } from '../../../src/cli/database-witness.ts';
import { databaseCheck } from '../../../src/drill/database-check.ts';
import { scenarioSchema } from '../../../src/drill/scenario.ts';
import { type RunningSandbox, runSandbox } from '../sandbox-process.ts';

// A busy machine takes its time for whole worlds.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

let running: RunningSandbox | undefined;

afterEach(async () => {
  await running?.stop();
  running = undefined;
});

const patiently = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 30_000, interval: 50 });

async function sandboxWithDatabase(): Promise<RunningSandbox> {
  const backups = [{ nightsAgo: 0 }];
  const database = { accounts: 5, transactions: 30, writesPerSecond: 4, backups };
  running = await runSandbox({ preset: 'banking-app', prometheus: false, database });
  return running;
}

/** Of the server with this port. */
function folderOf(port: number): string {
  const parents = ['/dev/shm', tmpdir(), '/tmp'].filter((parent) => existsSync(parent));
  const all = parents.flatMap((parent) => readdirSync(parent).map((name) => join(parent, name)));
  return all.find((folder) => existsSync(join(folder, 'run', `.s.PGSQL.${port}`))) ?? '';
}

test('a sandbox that is killed leaves neither a server nor its files', async () => {
  const { process: child, ready, exited } = await sandboxWithDatabase();
  const { host, port, user, password, database } = ready.database ?? {
    host: '',
    port: 0,
    user: '',
    password: '',
    database: '',
  };
  const { default: postgres } = await import('postgres');
  const sql = postgres({ host, port, user, password, database, max: 1 });
  const [session] = await sql`SELECT current_user AS role`;
  expect(session?.role).toBe('banking_user');
  const folder = folderOf(port);
  const server = Number(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
  expect(existsSync(folder)).toBe(true);
  await sql.end({ timeout: 0 });
  child.kill('SIGKILL');
  await exited;
  await patiently(() => {
    expect(existsSync(folder)).toBe(false);
    expect(() => process.kill(server, 0)).toThrow('ESRCH');
  });
});

test('the referee of a drill finds the database as it was, and what happened to it', async () => {
  const { ready } = await sandboxWithDatabase();
  const expectations = scenarioSchema.parse({
    apiVersion: 'rollbook/v1',
    kind: 'Scenario',
    id: 'x',
    title: 'x',
    expect: {
      outcome: 'succeeded',
      world: [
        { database: 'banking_db', 'same-as': 'start' },
        { database: 'banking_db', 'same-as': { 'nights-ago': 0 } },
        { database: 'banking_db', bookings: 'kept' },
        { database: 'other', exists: false },
        { database: 'banking_db', value: 'SELECT count(*) FROM accounts_account', equals: '5' },
        { database: 'banking_db', value: 'DELETE FROM accounts_account', equals: '5' },
      ],
    },
  }).expect.world;
  const checks = [];
  for (const wanted of expectations)
    if ('database' in wanted) checks.push(await databaseCheck(() => databaseWitness(ready.audit), wanted));
  expect(checks.map(({ held }) => held)).toEqual([true, false, true, true, true, false]);
  expect(checks[1]?.found).toContain('accounts_account has risk_level character varying(10) NOT NULL');
  expect(checks[5]?.found).toBe('cannot execute DELETE in a read-only transaction');
});

import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { restore } from '../../../src/steps/postgres/restore.ts';
import { swap } from '../../../src/steps/postgres/swap.ts';
import type { Plan } from '../../../src/steps/step-kind.ts';
import { deployment, pod } from '../../fakes/kube-objects.ts';
import { RealServer } from './real-server.ts';

let server: RealServer;
let restored: string;

beforeAll(async () => {
  server = await RealServer.start({
    accounts: 5,
    transactions: 20,
    backups: [{ nightsAgo: 1, name: 'plain.sql' }],
  });
}, 60_000);

afterAll(() => server.stop());

beforeEach(async () => {
  server.intercept = () => undefined;
  server.kube.put(deployment('backend', { replicas: 0, ready: 0 }));
  for (const name of Object.keys(await databases()))
    if (name.includes('_restore_')) await server.sql(`DROP DATABASE "${name}"`);
  const { outputs } = await server.perform(restore, {
    database: 'banking_db',
    file: join(server.backups, 'plain.sql'),
  });
  restored = String(outputs.database);
});

/** The names of the databases, each with what tells the old from the restored one: the last migration. */
async function databases(): Promise<Readonly<Record<string, boolean>>> {
  const rows = await server.sql(
    `SELECT datname, datallowconn::text AS open FROM pg_database WHERE datname LIKE 'banking%' ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(({ datname, open }) => [datname ?? '', open === 'true']));
}

async function migration(): Promise<string | null | undefined> {
  const [row] = await server.sql(
    `SELECT max(name) AS name FROM django_migrations WHERE app = 'accounts'`,
    'banking_db',
  );
  return row?.name;
}

function plan(more: object = {}): Promise<Plan> {
  const given = { database: 'banking_db', restored, writers: ['backend'], ...more };
  return swap.plan(swap.schema.parse(given), server.plans);
}

async function takeBack(planned: Plan): Promise<Plan> {
  const back = await swap.undo?.(planned, server.plans);
  if (back === undefined) throw new Error('no way back');
  if (!back.alreadyDone) await swap.run?.(back, server.runs);
  return back;
}

/** After a test that swapped: the old database has its name again, everything else is gone. */
async function cleanUp(planned: Plan): Promise<void> {
  await takeBack(planned);
  expect(await databases()).toEqual({ banking_db: true, [restored]: true });
  await server.sql(`DROP DATABASE "${restored}"`);
}

const OLD = '0003_account_risk_level';
const RESTORED = '0002_transaction';

describe('a swap', () => {
  it('puts the restored database in the place of the live one, and keeps that closed', async () => {
    const planned = await plan();
    expect(planned).toMatchObject({ risk: 'dangerous', confirmWord: 'banking_db' });
    await swap.run?.(planned, server.runs);
    const seen = await swap.observe?.(planned, server.plans);
    expect(seen).toMatchObject({ holds: true, outputs: { database: 'banking_db', restored } });
    expect(await databases()).toEqual({ banking_db: true, [String(seen?.outputs.before)]: false });
    expect(await migration()).toBe(RESTORED);
    expect(await swap.probe?.(planned, server.plans)).toMatchObject({ landed: 'yes' });
    await cleanUp(planned);
    expect(await migration()).toBe(OLD);
  });

  it('names the sessions that it ends, and ends them', async () => {
    const stray = server.database.open({ application: 'nightly "report"', user: 'banking_user' });
    await stray.run('BEGIN; LOCK TABLE accounts_account IN EXCLUSIVE MODE');
    const planned = await plan();
    expect(planned.warnings).toEqual([
      expect.stringMatching(
        /^ends the session of banking_user from local, application "nightly "report"", idle in transaction/,
      ),
    ]);
    await swap.run?.(planned, server.runs);
    await expect(stray.run('SELECT 1')).rejects.toThrow();
    await stray.close();
    await cleanUp(planned);
  });

  it('is refused while a writer still has pods, unless told', async () => {
    server.kube.put(deployment('backend', { replicas: 1, ready: 1 }));
    server.kube.put(pod('backend-0', { labels: { app: 'backend' } }));
    await expect(plan()).rejects.toThrow('Writers still have pods: backend: backend-0.');
    const planned = await plan({ 'allow-writers': true });
    server.kube.remove('Pod', 'backend-0');
    expect(planned.effects).toHaveLength(2);
    await server.sql(`DROP DATABASE "${restored}"`);
  });

  it('does not wait for what is left of a pod whose time to end is over', async () => {
    const leaving = pod('backend-0', { labels: { app: 'backend' } });
    const at = (ms: number) => ({
      ...leaving,
      metadata: { ...leaving.metadata, deletionTimestamp: new Date(Date.now() + ms).toISOString() },
    });
    server.kube.put(at(30_000));
    await expect(plan()).rejects.toThrow(/Writers still have pods/);
    server.kube.put(at(-1_000));
    expect((await plan()).effects).toHaveLength(2);
    server.kube.remove('Pod', 'backend-0');
  });

  it('is planned again when a writer came back meanwhile', async () => {
    const planned = await plan();
    server.kube.put(pod('backend-0', { labels: { app: 'backend' } }));
    await expect(swap.run?.(planned, server.runs)).rejects.toMatchObject({ stale: true });
    server.kube.remove('Pod', 'backend-0');
    expect(await databases()).toEqual({ banking_db: true, [restored]: true });
    await server.sql(`DROP DATABASE "${restored}"`);
  });

  it('takes rights and settings along', async () => {
    await server.sql(`REVOKE CONNECT ON DATABASE banking_db FROM PUBLIC`);
    await server.sql(`CREATE ROLE "report reader"`);
    await server.sql(`GRANT CONNECT ON DATABASE banking_db TO "report reader" WITH GRANT OPTION`);
    await server.sql(`ALTER DATABASE banking_db SET search_path TO "$user", public, "odd ""schema"""`);
    await server.sql(`ALTER DATABASE banking_db SET work_mem TO '7MB'`);
    await server.sql(`ALTER ROLE banking_user IN DATABASE banking_db SET statement_timeout TO '45s'`);
    const read = async () =>
      server.sql(
        `SELECT (SELECT string_agg(acl::text, ' ' ORDER BY acl::text) FROM unnest(datacl) acl) AS acl, (SELECT string_agg(setconfig::text, ' ' ORDER BY setrole) FROM pg_db_role_setting WHERE setdatabase = d.oid) AS settings
        FROM pg_database d WHERE datname = 'banking_db'`,
      );
    const before = await read();
    const planned = await plan();
    await swap.run?.(planned, server.runs);
    expect(await read()).toEqual(before);
    await cleanUp(planned);
    await server.sql(`GRANT CONNECT ON DATABASE banking_db TO PUBLIC`);
    await server.sql(`ALTER DATABASE banking_db RESET ALL`);
    await server.sql(`ALTER ROLE banking_user IN DATABASE banking_db RESET ALL`);
  });

  it('is refused for a database that rollbook did not restore', async () => {
    await server.sql(`COMMENT ON DATABASE "${restored}" IS 'somebody else made it'`);
    await expect(plan()).rejects.toThrow(/has no mark of it/);
    await server.sql(`DROP DATABASE "${restored}"`);
  });
});

describe('a swap that is refused by the server', () => {
  it('leaves the live database under its name, open', async () => {
    const planned = await plan();
    // Somebody takes the name that the old database was to get: the first rename fails.
    const { to } = (planned.data.renames as { to: string }[])[0] ?? { to: '' };
    await server.sql(`CREATE DATABASE "${to}" TEMPLATE template0`);
    await expect(swap.run?.(planned, server.runs)).rejects.toThrow(/rename the databases: .*already exists/);
    expect(await databases()).toEqual({ banking_db: true, [restored]: true, [to]: true });
    expect(await migration()).toBe(OLD);
    expect(await swap.probe?.(planned, server.plans)).toMatchObject({ landed: 'no' });
    await server.sql(`DROP DATABASE "${to}"`);
    await server.sql(`DROP DATABASE "${restored}"`);
  });

  it('at the second rename takes the first one back with it', async () => {
    const planned = await plan();
    server.intercept = (request) => {
      const [program, ...args] = request.argv;
      const at = args.findIndex((argument) => argument.includes('RENAME TO "banking_db"'));
      if (at < 0) return undefined;
      server.intercept = () => undefined;
      const broken = args.with(
        at,
        (args[at] ?? '').replace('RENAME TO "banking_db"', 'RENAME TO "postgres"'),
      );
      return server.run({ ...request, argv: [program, ...broken] });
    };
    await expect(swap.run?.(planned, server.runs)).rejects.toThrow(/already exists/);
    expect(await databases()).toEqual({ banking_db: true, [restored]: true });
    await server.sql(`DROP DATABASE "${restored}"`);
  });
});

describe('a restored database that somebody renames at the last moment', () => {
  it('stops the swap, and leaves the live one open', async () => {
    const planned = await plan();
    server.intercept = (request) => {
      if (!request.argv.some((argument) => argument.includes('ALLOW_CONNECTIONS false'))) return undefined;
      server.intercept = () => undefined;
      return server
        .sql(`ALTER DATABASE "${restored}" RENAME TO banking_db_taken`)
        .then(() => server.run(request));
    };
    await expect(swap.run?.(planned, server.runs)).rejects.toThrow(/does not exist/);
    expect(await databases()).toEqual({ banking_db: true, banking_db_taken: true });
    expect(await migration()).toBe(OLD);
    await cleanUp(planned);
  });
});

describe('a swap that was broken off', () => {
  it('after closing the databases: found half done, undone by opening them', async () => {
    const planned = await plan();
    await server.sql(`ALTER DATABASE banking_db ALLOW_CONNECTIONS false`);
    await server.sql(`ALTER DATABASE "${restored}" ALLOW_CONNECTIONS false`);
    expect(await swap.probe?.(planned, server.plans)).toMatchObject({
      landed: 'partly',
      evidence: expect.stringContaining('banking_db is CLOSED'),
    });
    await cleanUp(planned);
    expect(await migration()).toBe(OLD);
  });

  it('after closing the databases: running it again finishes it', async () => {
    await plan();
    await server.sql(`ALTER DATABASE banking_db ALLOW_CONNECTIONS false`);
    await server.sql(`ALTER DATABASE "${restored}" ALLOW_CONNECTIONS false`);
    const again = await plan();
    expect(again.facts).toContain(
      'banking_db is closed to connections, as an attempt that broke off leaves it',
    );
    await swap.run?.(again, server.runs);
    expect(await swap.observe?.(again, server.plans)).toMatchObject({ holds: true });
    expect(await migration()).toBe(RESTORED);
    await cleanUp(again);
  });

  it('between two renames: nothing has the live name, which is said, finished, and undone', async () => {
    const planned = await plan();
    const before = 'banking_db_before_20261122_020000';
    await server.sql(`ALTER DATABASE banking_db ALLOW_CONNECTIONS false`);
    await server.sql(`ALTER DATABASE banking_db RENAME TO ${before}`);
    expect(await swap.probe?.(planned, server.plans)).toMatchObject({
      landed: 'partly',
      evidence: expect.stringContaining('NOTHING is called banking_db now'),
    });
    await takeBack(planned);
    expect(await databases()).toEqual({ banking_db: true, [restored]: true });

    await server.sql(`ALTER DATABASE banking_db RENAME TO ${before}`);
    const again = await plan();
    expect(again.facts[0]).toContain('this finishes the swap');
    await swap.run?.(again, server.runs);
    expect(await swap.observe?.(again, server.plans)).toMatchObject({ holds: true, outputs: { before } });
    expect(await migration()).toBe(RESTORED);
    await cleanUp(again);
  });

  it('after both: found done, and nothing is done twice', async () => {
    const planned = await plan();
    await swap.run?.(planned, server.runs);
    expect(await plan()).toMatchObject({ alreadyDone: true, effects: [] });
    await cleanUp(planned);
  });
});

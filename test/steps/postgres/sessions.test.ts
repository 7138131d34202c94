import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspect } from '../../../src/steps/postgres/inspect.ts';
import { terminateSessions } from '../../../src/steps/postgres/terminate-sessions.ts';
import { RealServer } from './real-server.ts';

let server: RealServer;

beforeAll(async () => {
  server = await RealServer.start({ accounts: 5, transactions: 20, backups: [] });
}, 60_000);

afterAll(() => server.stop());

describe('sessions', () => {
  it('that hold a lock are seen all the same, and rows are estimated meanwhile', async () => {
    const stray = server.database.open({ application: 'psql', user: 'banking_user' });
    await stray.run('BEGIN; LOCK TABLE accounts_account IN ACCESS EXCLUSIVE MODE');
    const { ran } = await server.perform(inspect, { database: 'banking_db' });
    expect(ran?.outputs).toMatchObject({
      exact: false,
      sessions: [{ locks: ['accounts_account AccessExclusiveLock'] }],
    });
    await stray.close();
    expect((await server.perform(inspect, { database: 'banking_db' })).ran?.outputs).toMatchObject({
      exact: true,
    });
  });

  const given = terminateSessions.schema.parse({ database: 'banking_db' });

  it('are named with what they hold, and ended', async () => {
    const stray = server.database.open({ application: 'psql', user: 'banking_user' });
    await stray.run('BEGIN; LOCK TABLE accounts_account IN EXCLUSIVE MODE');
    const planned = await terminateSessions.plan(given, server.plans);
    expect(planned.effects).toHaveLength(1);
    expect(planned.effects[0]?.summary).toMatch(/holds accounts_account ExclusiveLock/);
    await terminateSessions.run?.(planned, server.runs);
    expect(await terminateSessions.observe?.(planned, server.plans)).toMatchObject({ holds: true });
    expect(await terminateSessions.probe?.(planned, server.plans)).toMatchObject({ landed: 'yes' });
    await stray.close();
  });

  it('that came later are left alone', async () => {
    const first = server.database.open({ application: 'first' });
    await first.run('SELECT 1');
    const planned = await terminateSessions.plan(given, server.plans);
    const second = server.database.open({ application: 'second' });
    await second.run('SELECT 1');
    await terminateSessions.run?.(planned, server.runs);
    await expect(second.run('SELECT 1')).resolves.toHaveLength(1);
    expect(await terminateSessions.observe?.(planned, server.plans)).toMatchObject({
      holds: false,
      summary: expect.stringContaining('application "second"'),
    });
    await Promise.all([first.close(), second.close()]);
  });
});

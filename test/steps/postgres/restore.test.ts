import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PortFailure } from '../../../src/ports/failure.ts';
import { restore } from '../../../src/steps/postgres/restore.ts';
import type { Plan } from '../../../src/steps/step-kind.ts';
import { RealServer } from './real-server.ts';

let server: RealServer;

beforeAll(async () => {
  server = await RealServer.start({
    accounts: 5,
    transactions: 200,
    backups: [
      { nightsAgo: 3, kind: 'custom', name: 'custom.dump' },
      { nightsAgo: 2, name: 'plain.sql' },
      { nightsAgo: 1, kind: 'damaged', name: 'damaged.sql' },
      { nightsAgo: 0, kind: 'truncated', name: 'truncated.sql' },
    ],
  });
}, 60_000);

afterAll(() => server.stop());

beforeEach(async () => {
  server.intercept = () => undefined;
  for (const name of await restored()) await server.sql(`DROP DATABASE "${name.replaceAll('"', '""')}"`);
});

function plan(file: string, more: object = {}): Promise<Plan> {
  const given = { database: 'banking_db', file: join(server.backups, file), ...more };
  return restore.plan(restore.schema.parse(given), server.plans);
}

async function restored(): Promise<readonly string[]> {
  const rows = await server.sql(
    `SELECT datname FROM pg_database WHERE datname LIKE '%\\_restore\\_%' ORDER BY 1`,
  );
  return rows.map(({ datname }) => datname ?? '');
}

/** Everything in the live database, one text for each table. */
async function live(): Promise<string> {
  const rows = await server.sql(
    `SELECT (SELECT json_agg(a ORDER BY id) FROM accounts_account a)::text || (SELECT json_agg(t ORDER BY id) FROM accounts_transaction t)::text AS everything`,
    'banking_db',
  );
  return rows[0]?.everything ?? '';
}

/** The program runs to its end, and the connection to it is lost. */
function loseConnection(program: string) {
  server.intercept = (request) => {
    if (request.argv[0] !== program || !request.argv.includes('-1')) return undefined;
    return server.run(request).then(() => {
      throw new PortFailure('The connection was lost.', {
        reason: 'disconnected',
        detail: 'outcome-unknown',
      });
    });
  };
}

describe('a restore', () => {
  it.each(['plain.sql', 'custom.dump'])(
    'of %s fills a new database, and leaves the live one alone',
    async (file) => {
      const before = await live();
      const { outputs, seen } = await server.perform(restore, {
        database: 'banking_db',
        file: join(server.backups, file),
      });
      expect(seen).toMatchObject({ holds: true });
      expect(outputs).toMatchObject({ migrations: { accounts: '0002_transaction' } });
      expect(await restored()).toEqual([outputs.database]);
      expect(await live()).toBe(before);
    },
  );

  it('gives the new database owner, encoding and locale of the live one', async () => {
    const { outputs } = await server.perform(restore, {
      database: 'banking_db',
      file: join(server.backups, 'plain.sql'),
    });
    const rows = await server.sql(
      `SELECT DISTINCT pg_get_userbyid(datdba), encoding, datcollate, datctype FROM pg_database WHERE datname IN ('banking_db', '${outputs.database}')`,
    );
    expect(rows).toHaveLength(1);
  });

  it.each(['plain.sql', 'custom.dump'])(
    'of %s, which names no owners, gives its tables to whose they are in the live one',
    async (file) => {
      const { outputs } = await server.perform(restore, {
        database: 'banking_db',
        file: join(server.backups, file),
      });
      const owners = await server.sql(
        `SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`,
        String(outputs.database),
      );
      expect(owners).toEqual([{ tableowner: 'banking_user' }]);
    },
  );

  it('that fails half-way keeps nothing, and says where', async () => {
    const before = await live();
    const planned = await plan('damaged.sql');
    await expect(restore.run?.(planned, server.runs)).rejects.toThrow(
      /The restore of .*damaged\.sql failed: .*(missing data|COPY).*dropped again/,
    );
    expect(await restored()).toEqual([]);
    expect(await live()).toBe(before);
    expect(await restore.probe?.(planned, server.plans)).toMatchObject({ landed: 'no' });
  });

  it('of a truncated dump is refused before anything is done', async () => {
    await expect(plan('truncated.sql')).rejects.toThrow(/cannot be restored here: it is truncated/);
    expect(await restored()).toEqual([]);
  });

  it('is refused when the file is not the one that was chosen', async () => {
    await expect(plan('plain.sql', { sha256: '0'.repeat(64) })).rejects.toThrow(
      /not the file that was chosen/,
    );
  });

  it('asks again when the file has changed since it was confirmed', async () => {
    copyFileSync(join(server.backups, 'plain.sql'), join(server.backups, 'moving.sql'));
    const planned = await plan('moving.sql');
    const text = readFileSync(join(server.backups, 'moving.sql'), 'utf8');
    writeFileSync(join(server.backups, 'moving.sql'), `${text}\n`);
    await expect(restore.run?.(planned, server.runs)).rejects.toMatchObject({ stale: true });
    expect(await restored()).toEqual([]);
  });
});

describe('a connection that is lost', () => {
  it.each([
    ['plain.sql', 'psql'],
    ['custom.dump', 'pg_restore'],
  ])('while %s is restored: the end is waited for', async (file, program) => {
    loseConnection(program);
    const planned = await plan(file);
    await expect(restore.run?.(planned, server.runs)).resolves.toMatchObject({ summary: 'restored' });
    expect(await restore.observe?.(planned, server.plans)).toMatchObject({ holds: true });
    expect(await restored()).toHaveLength(1);
  });

  it('while a restore fails: nothing is kept, and it is told', async () => {
    loseConnection('psql');
    const planned = await plan('damaged.sql');
    await expect(restore.run?.(planned, server.runs)).rejects.toThrow(/did not come to its end/);
    expect(await restored()).toEqual([]);
  });
});

describe('after an interruption', () => {
  it('a finished restore is found, of either format', async () => {
    for (const file of ['plain.sql', 'custom.dump']) {
      const planned = await plan(file);
      await restore.run?.(planned, server.runs);
      await server.sql(
        `COMMENT ON DATABASE "${planned.data.database}" IS 'rollbook: restoring ${planned.data.database} from x'`,
      );
      expect(await restore.probe?.(planned, server.plans)).toMatchObject({ landed: 'yes' });
      await server.sql(`DROP DATABASE "${planned.data.database}"`);
    }
  });

  it('an empty database counts for nothing, and the next attempt takes it away', async () => {
    const planned = await plan('plain.sql');
    await server.sql(String(planned.data.create));
    await server.sql(
      `COMMENT ON DATABASE "${planned.data.database}" IS 'rollbook: restoring ${planned.data.database} from x'`,
    );
    expect(await restore.probe?.(planned, server.plans)).toMatchObject({ landed: 'partly' });
    const again = await plan('plain.sql');
    expect(again.effects[0]?.summary).toContain('left by a restore that broke off');
    await restore.run?.(again, server.runs);
    expect(await restored()).toEqual([again.data.database]);
  });

  it('a restore that still runs is not started a second time', async () => {
    const planned = await plan('plain.sql');
    await server.sql(String(planned.data.create));
    await server.sql(
      `COMMENT ON DATABASE "${planned.data.database}" IS 'rollbook: restoring ${planned.data.database} from x'`,
    );
    const running = server.database.open({
      ...{ application: 'rollbook restore attempt-1', user: 'postgres' },
      database: String(planned.data.database),
    });
    await running.run('BEGIN');
    await expect(plan('plain.sql')).rejects.toThrow(/A restore still runs/);
    await running.close();
  });
});

describe('the way back', () => {
  it('ends what still runs, and drops the new database', async () => {
    const planned = await plan('plain.sql');
    await restore.run?.(planned, server.runs);
    const stray = server.database.open({
      ...{ application: 'psql', user: 'postgres' },
      database: String(planned.data.database),
    });
    await stray.run('BEGIN');
    const back = await restore.undo?.(planned, server.plans);
    if (back === undefined) throw new Error('no way back');
    await restore.run?.(back, server.runs);
    expect(await restore.observe?.(back, server.plans)).toMatchObject({ holds: true });
    expect(await restored()).toEqual([]);
    await stray.close();
    expect(await restore.undo?.(planned, server.plans)).toMatchObject({ alreadyDone: true, effects: [] });
  });

  it('drops nothing that does not carry the mark', async () => {
    const planned = await plan('plain.sql');
    await restore.run?.(planned, server.runs);
    await server.sql(`COMMENT ON DATABASE "${planned.data.database}" IS 'mine now'`);
    await expect(restore.undo?.(planned, server.plans)).rejects.toThrow(/does not carry the mark/);
    expect(await restored()).toEqual([planned.data.database]);
  });
});

describe('names that would be something else to a shell, to SQL or to libpq', () => {
  it.each([
    ['two words'],
    ["it's"],
    ['say "hi"'],
    ['$(touch owned)'],
    ['line\nbreak'],
    ['back\\slash=x'],
    ["'; DROP DATABASE banking_db; --"],
  ])('%j is a database like any other', async (name) => {
    await server.sql(`CREATE DATABASE "${name.replaceAll('"', '""')}" TEMPLATE template0`);
    try {
      const file = join(server.backups, `${name}.sql`);
      copyFileSync(join(server.backups, 'plain.sql'), file);
      const { seen, outputs } = await server.perform(restore, { database: name, file });
      expect(seen).toMatchObject({ holds: true });
      expect(outputs.database).toContain(name);
      expect(await restored()).toEqual([outputs.database]);
    } finally {
      await server.sql(`DROP DATABASE "${name.replaceAll('"', '""')}"`);
    }
  });
});

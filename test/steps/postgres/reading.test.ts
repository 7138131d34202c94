import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isReadingProgram } from '../../../src/adapters/kubernetes/reading-programs.ts';
import { backup } from '../../../src/steps/postgres/backup.ts';
import { inspect } from '../../../src/steps/postgres/inspect.ts';
import { listBackups } from '../../../src/steps/postgres/list-backups.ts';
import { restore } from '../../../src/steps/postgres/restore.ts';
import { swap } from '../../../src/steps/postgres/swap.ts';
import { terminateSessions } from '../../../src/steps/postgres/terminate-sessions.ts';
import { RealServer } from './real-server.ts';

const NAME = `say "hi" it's\\$(touch owned)\n`;

let server: RealServer;

beforeAll(async () => {
  server = await RealServer.start({
    ...{ accounts: 5, transactions: 20 },
    backups: [{ nightsAgo: 1, kind: 'custom' }, { nightsAgo: 0 }],
  });
  await server.sql(`CREATE DATABASE "${NAME.replaceAll('"', '""')}" TEMPLATE banking_db`);
}, 60_000);

afterAll(() => server.stop());

it.each(['banking_db', NAME])(
  'nothing that planning or looking at %j runs is refused by a client that only reads',
  async (database) => {
    const folder = server.backups;
    await server.perform(listBackups, { folder });
    await server.perform(backup, { database, folder });
    for (const file of readdirSync(folder).filter((name) => name.startsWith('backup-'))) {
      const { outputs, plan } = await server.perform(restore, { database, file: join(folder, file) });
      await restore.probe?.(plan, server.plans);
      await server.perform(inspect, {
        ...{ database, 'compare-with': outputs.database },
        'newest-of': { table: 'accounts_account', column: 'id' },
      });
      const swapped = await server.perform(swap, {
        database,
        restored: outputs.database,
        writers: ['backend'],
      });
      await swap.probe?.(swapped.plan, server.plans);
      const back = await swap.undo?.(swapped.plan, server.plans);
      if (back !== undefined) await swap.run?.(back, server.runs);
    }
    await terminateSessions.plan(terminateSessions.schema.parse({ database }), server.plans);
    const refused = server.kube.calls
      .filter(({ operation }) => operation === 'inspect')
      .map(({ request }) => (request as { argv: readonly string[] }).argv)
      .filter((argv) => !isReadingProgram(argv));
    expect(refused).toEqual([]);
  },
  60_000,
);

import { copyFileSync, existsSync, readdirSync, truncateSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PortFailure } from '../../../src/ports/failure.ts';
import { backup } from '../../../src/steps/postgres/backup.ts';
import { listBackups } from '../../../src/steps/postgres/list-backups.ts';
import type { Plan } from '../../../src/steps/step-kind.ts';
import { RealServer } from './real-server.ts';

let server: RealServer;

beforeAll(async () => {
  server = await RealServer.start({ accounts: 5, transactions: 20, backups: [] });
}, 60_000);

afterAll(() => server.stop());

beforeEach(() => {
  server.intercept = () => undefined;
});

function plan(database = 'banking_db'): Promise<Plan> {
  return backup.plan(backup.schema.parse({ database, folder: server.backups }), server.plans);
}

const fileOf = (planned: Plan): string => String(planned.data.file);

describe('a backup', () => {
  it('is a file that pg_restore reads, with the rows counted', async () => {
    const planned = await plan();
    await backup.run?.(planned, server.runs);
    const seen = await backup.observe?.(planned, server.plans);
    expect(seen).toMatchObject({ holds: true, outputs: { path: fileOf(planned), rows: expect.any(Number) } });
    expect(seen?.outputs.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(existsSync(`${fileOf(planned)}.part`)).toBe(false);
    expect(await backup.probe?.(planned, server.plans)).toMatchObject({ landed: 'yes' });
    const listed = async () => (await server.perform(listBackups, { folder: server.backups })).outputs;
    expect(await listed()).toMatchObject({
      newest: fileOf(planned),
      backups: [{ usable: true, safety: true }],
    });
    const nightly = `${server.backups}/nightly-20200101.dump`;
    copyFileSync(fileOf(planned), nightly);
    expect(await listed()).toMatchObject({
      newest: nightly,
      choices: [{ value: nightly }, { value: fileOf(planned) }],
    });
  });

  it('is not begun without room for it', async () => {
    server.intercept = ({ argv }) =>
      argv[0] === 'df'
        ? Promise.resolve({
            stdout: 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/x 9 9 3 99% /backup\n',
          })
        : undefined;
    await expect(plan()).rejects.toThrow(/has 3\.1 kB free, and the backup of banking_db may take/);
  });

  it('that meets a full disk leaves nothing behind', async () => {
    const planned = await plan();
    server.intercept = ({ argv }) => {
      if (argv[0] !== 'pg_dump') return undefined;
      writeFileSync(`${fileOf(planned)}.part`, 'half');
      return Promise.resolve({
        exitCode: 1,
        stderr: 'pg_dump: error: could not write to output file: No space left on device\n',
      });
    };
    await expect(backup.run?.(planned, server.runs)).rejects.toMatchObject({
      message: expect.stringContaining('No space left on device'),
      next: expect.stringContaining('Make room'),
    });
    expect(readdirSync(server.backups).filter((name) => name.endsWith('.part'))).toEqual([]);
    expect(await backup.probe?.(planned, server.plans)).toMatchObject({ landed: 'no' });
  });

  it('that cannot be read back does not get its name', async () => {
    const planned = await plan();
    server.intercept = (request) =>
      request.argv[0] === 'pg_dump'
        ? server.run(request).then((result) => {
            truncateSync(`${fileOf(planned)}.part`, 2_000);
            return result;
          })
        : undefined;
    await expect(backup.run?.(planned, server.runs)).rejects.toThrow(/cannot be read back/);
    expect(existsSync(fileOf(planned))).toBe(false);
    expect(existsSync(`${fileOf(planned)}.part`)).toBe(false);
  });

  it('goes on when the connection is lost', async () => {
    const planned = await plan();
    server.intercept = (request) =>
      request.argv[0] === 'pg_dump'
        ? server.run(request).then(() => {
            throw new PortFailure('The connection was lost.', { reason: 'disconnected' });
          })
        : undefined;
    await expect(backup.run?.(planned, server.runs)).resolves.toMatchObject({ summary: 'written' });
    expect(await backup.observe?.(planned, server.plans)).toMatchObject({ holds: true });
  });

  it('takes unfinished files of attempts that broke off away, and says so', async () => {
    const left = `${server.backups}/rollbook-banking_db-20200101_000000.dump.part`;
    writeFileSync(left, 'half');
    const planned = await plan();
    expect(planned.facts.join()).toContain(left);
    await backup.run?.(planned, server.runs);
    expect(existsSync(left)).toBe(false);
  });

  it('of a database with an odd name is a file with a plain one', async () => {
    const name = '../$(touch owned)\n"x"';
    await server.sql(`CREATE DATABASE "${name.replaceAll('"', '""')}" TEMPLATE banking_db`);
    const planned = await plan(name);
    await backup.run?.(planned, server.runs);
    expect(await backup.observe?.(planned, server.plans)).toMatchObject({ holds: true });
    expect(fileOf(planned)).toMatch(/\/rollbook--touch-owned-x--\d{8}_\d{6}\.dump$/);
  });

  it('of a database that is not there is refused', async () => {
    await expect(plan('no_such_db')).rejects.toThrow('There is no database no_such_db');
  });
});

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { MachineUser } from './machine-user.ts';
import type { PostgresPrograms } from './postgres-programs.ts';

const run = promisify(execFile);

/** Makes an empty database cluster in that folder, which must not exist: superuser `postgres`, sockets trusted, passwords on loopback. */
export async function createData(programs: PostgresPrograms, user: MachineUser, data: string): Promise<void> {
  const settings = ['--username=postgres', '--encoding=UTF8', '--locale=C', '--wal-segsize=1'];
  const access = ['--auth-local=trust', '--auth-host=scram-sha-256'];
  await run(
    join(programs.folder, 'initdb'),
    ['-D', data, ...settings, ...access, '--no-sync', '--no-instructions'],
    { ...user, cwd: '/', env: { LC_ALL: 'C', PATH: process.env.PATH ?? '' } },
  );
}

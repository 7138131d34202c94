import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DataCache } from './data-cache.ts';
import { giveTo, type MachineUser } from './machine-user.ts';
import type { PostgresPrograms } from './postgres-programs.ts';

const run = promisify(execFile);

export interface DataOptions {
  readonly programs: PostgresPrograms;
  readonly user: MachineUser;
  /** Nothing is there yet. */
  readonly data: string;
}

/** Makes an empty database cluster: superuser `postgres`, trusted on the socket, passwords on loopback. True when it is a kept one. */
export async function createData(options: DataOptions, cache: DataCache): Promise<boolean> {
  const { user, data } = options;
  if (cache.copyTo(data)) {
    giveTo(data, user);
    return true;
  }
  await initialize(options);
  cache.keep(data);
  return false;
}

async function initialize({ programs, user, data }: DataOptions): Promise<void> {
  const settings = ['--username=postgres', '--encoding=UTF8', '--locale=C', '--wal-segsize=1'];
  const access = ['--auth-local=trust', '--auth-host=scram-sha-256'];
  await run(
    join(programs.folder, 'initdb'),
    ['-D', data, ...settings, ...access, '--no-sync', '--no-instructions'],
    { ...user, cwd: '/', env: { LC_ALL: 'C', PATH: process.env.PATH ?? '' } },
  );
}

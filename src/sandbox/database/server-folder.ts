import { chmodSync, mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveTo, type MachineUser } from './machine-user.ts';

/** Where the database lives on this machine. */
export interface ServerFolder {
  readonly path: string;
  readonly data: string;
  /** Of the server's socket. */
  readonly sockets: string;
}

/** A socket's path has little more than a hundred bytes on every system. */
const LONGEST_TEMPORARY = 60;

/** A fresh folder that the database's user can reach: the sandbox's own may be closed to all but root. */
export function createServerFolder(user: MachineUser, temporary = tmpdir()): ServerFolder {
  const path = mkdtempSync(join(temporary.length > LONGEST_TEMPORARY ? '/tmp' : temporary, 'rollbook-db-'));
  const folder = { path, data: join(path, 'data'), sockets: join(path, 'run') };
  mkdirSync(folder.sockets);
  chmodSync(folder.sockets, 0o700);
  giveTo(path, user);
  return folder;
}

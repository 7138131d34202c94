import { chmodSync, mkdirSync, mkdtempSync, statfsSync } from 'node:fs';
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
const LONGEST_PARENT = 60;
/** In memory the same files are made ten times as fast as on a busy disk; none of them is to last. */
const IN_MEMORY = '/dev/shm';
/** More than a world's database takes, with its copies and restores. */
const ROOM_BYTES = 2 ** 30;

/** A fresh folder that the database's user can reach: the sandbox's own may be closed to all but root. */
export function createServerFolder(
  user: MachineUser,
  temporary = tmpdir(),
  memory = IN_MEMORY,
): ServerFolder {
  const path = inOneOf([memory, temporary, '/tmp'].filter((parent) => fits(parent, memory)));
  const folder = { path, data: join(path, 'data'), sockets: join(path, 'run') };
  mkdirSync(folder.sockets);
  chmodSync(folder.sockets, 0o700);
  giveTo(path, user);
  return folder;
}

function fits(parent: string, memory: string): boolean {
  if (parent.length > LONGEST_PARENT) return false;
  if (parent !== memory) return true;
  try {
    const { bavail, bsize } = statfsSync(parent);
    return bavail * bsize >= ROOM_BYTES;
  } catch {
    return false;
  }
}

/** In the first of them that can be written to. */
function inOneOf([parent = '', ...others]: readonly string[]): string {
  try {
    return mkdtempSync(join(parent, 'rollbook-db-'));
  } catch (error) {
    if (others.length === 0) throw error;
    return inOneOf(others);
  }
}

import { lchownSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseUnavailable } from './postgres-programs.ts';

/** Who runs PostgreSQL's programs on this machine; the one who runs the sandbox when nothing is given. */
export interface MachineUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** In this order: whoever owns a real PostgreSQL on this machine is the worse choice. */
const UNPRIVILEGED = ['nobody', 'postgres', '_postgres'];

/** Root hands the database to somebody else: the server refuses root, and what an operator types reaches psql. */
export function databaseUser(
  uid = process.getuid?.(),
  passwd = () => readFileSync('/etc/passwd', 'utf8'),
): MachineUser {
  if (uid !== 0) return {};
  const entries = passwd()
    .split('\n')
    .map((line) => line.split(':'));
  for (const wanted of UNPRIVILEGED) {
    const [, , id, group] = entries.find(([name]) => name === wanted) ?? [];
    if (id && group && Number(id) !== 0) return { uid: Number(id), gid: Number(group) };
  }
  throw new DatabaseUnavailable(
    `PostgreSQL does not run as root, and this machine has no user ${UNPRIVILEGED.slice(0, 2).join(' or ')} to run it as: start the sandbox as another user.`,
  );
}

/** Gives a folder and all in it to that user; links are given, never followed. */
export function giveTo(path: string, { uid, gid }: MachineUser): void {
  if (uid === undefined || gid === undefined) return;
  const give = (file: string) => {
    try {
      lchownSync(file, uid, gid);
    } catch (error) {
      // Somebody has just taken it away.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  };
  give(path);
  for (const entry of readdirSync(path, { recursive: true, withFileTypes: true }))
    give(join(entry.parentPath, entry.name));
}

import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { PostgresPrograms } from './postgres-programs.ts';

/** Raised when what initdb is told changes. */
const FORMAT = 1;

/** A data directory as initdb leaves it, kept from one world to the next: making it takes longer than all the rest. */
export class DataCache {
  readonly #entry: string;

  constructor(programs: PostgresPrograms, env: NodeJS.ProcessEnv = process.env, home = homedir()) {
    const identity = JSON.stringify([FORMAT, programs.folder, programs.version, process.arch]);
    const key = createHash('sha256').update(identity).digest('hex').slice(0, 16);
    this.#entry = join(cacheFolder(env, home), 'rollbook', `postgres-${programs.major}-${key}`);
  }

  /** Copies it to a path where nothing is; false when there is nothing to be trusted. */
  copyTo(data: string): boolean {
    try {
      if (!isOwn(this.#entry)) return false;
      const [kept] = readdirSync(this.#entry);
      if (kept === undefined) return false;
      copyData(join(this.#entry, kept), data);
      // Its name is how many files it had: somebody may have cleaned some of them away.
      if (String(countOf(data)) === kept) return true;
    } catch {
      // As good as none.
    }
    rmSync(data, { recursive: true, force: true });
    return false;
  }

  /** Keeps a copy of a fresh data directory; whether that works is of no consequence. */
  keep(data: string): void {
    const draft = `${this.#entry}.${randomBytes(6).toString('hex')}`;
    try {
      mkdirSync(draft, { recursive: true, mode: 0o700 });
      copyData(data, join(draft, String(countOf(data))));
      rmSync(this.#entry, { recursive: true, force: true });
      renameSync(draft, this.#entry);
    } catch {
      rmSync(draft, { recursive: true, force: true });
    }
  }

  forget(): void {
    rmSync(this.#entry, { recursive: true, force: true });
  }
}

/** The server refuses a data directory that others may look into, and a copy is open to them. */
export function copyData(from: string, to: string): void {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  chmodSync(to, 0o700);
}

function cacheFolder({ XDG_CACHE_HOME: told }: NodeJS.ProcessEnv, home: string): string {
  if (told?.startsWith('/')) return told;
  return process.platform === 'darwin' ? join(home, 'Library', 'Caches') : join(home, '.cache');
}

/** A folder of ours that nobody else can have written to. */
function isOwn(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && stat.uid === process.getuid?.() && (stat.mode & 0o022) === 0;
}

function countOf(folder: string): number {
  return readdirSync(folder, { recursive: true }).length;
}

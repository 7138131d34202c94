import { closeSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';

/** Who runs a session; kept beside its lock for those who come second. */
export interface Holder {
  readonly pid: number;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Of the local socket it listens on. */
  readonly socket?: string;
}

export interface SessionLock {
  /** Tells others about the holder. */
  describe(holder: Holder): void;
  release(): void;
}

/** Another host has the session. */
export class SessionHeld extends Error {
  readonly holder: Holder | undefined;
  constructor(session: string, holder: Holder | undefined) {
    const who = holder ? ` by process ${holder.pid}, since ${holder.since}` : '';
    super(`Session ${session} is already being run${who}. To join it: rollbook attach ${session}`);
    this.name = 'SessionHeld';
    this.holder = holder;
  }
}

const LOCK_FILE = 'host.lock';
const HOLDER_FILE = 'host.json';
/** Someone who only looks whether it is held has it for a moment. */
const PATIENCE_MS = 500;

/**
 * Takes the session's folder for this process. The lock is one of SQLite's, that is the kernel's:
 * it ends with the process, however that ends, and leaves nothing to clean up.
 */
export function lockSession(folder: string): SessionLock {
  const database = tryLock(folder, PATIENCE_MS);
  if (database === undefined) throw new SessionHeld(path.basename(folder), readHolder(folder));
  const close = () => database.close();
  // The process itself holds on to it: collected as garbage, the lock would be gone.
  process.once('exit', close);
  return {
    describe(holder) {
      const file = path.join(folder, HOLDER_FILE);
      writeFileSync(`${file}.new`, `${JSON.stringify(holder)}\n`, { mode: 0o600 });
      renameSync(`${file}.new`, file);
    },
    release() {
      process.removeListener('exit', close);
      close();
    },
  };
}

/** Whether a host is alive in this folder, and which. */
export function sessionHolder(folder: string): Holder | 'unknown' | undefined {
  const database = tryLock(folder, 0);
  database?.close();
  return database === undefined ? (readHolder(folder) ?? 'unknown') : undefined;
}

function tryLock(folder: string, patienceMs: number): DatabaseSync | undefined {
  const file = path.join(folder, LOCK_FILE);
  makeOnce(file);
  const { DatabaseSync: Database } = loadSqlite();
  const database = new Database(file);
  try {
    database.exec(`PRAGMA busy_timeout = ${patienceMs}; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE`);
    return database;
  } catch (error) {
    database.close();
    if (isBusy(error)) return undefined;
    throw error;
  }
}

/** For its mode. A file that is there is not opened: closing it would give away a lock that this process holds. */
function makeOnce(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

const SQLITE_BUSY = 5;
const isBusy = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;

function readHolder(folder: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folder, HOLDER_FILE), 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/** Node 22 announces that its SQLite is new; that is nothing an operator should read. */
function loadSqlite(): typeof import('node:sqlite') {
  const announce = process.emitWarning;
  process.emitWarning = () => undefined;
  try {
    return createRequire(import.meta.url)('node:sqlite') as typeof import('node:sqlite');
  } finally {
    process.emitWarning = announce;
  }
}

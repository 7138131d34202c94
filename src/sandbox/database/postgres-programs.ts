import { execFileSync } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** PostgreSQL as it is installed on this machine. */
export interface PostgresPrograms {
  /** The folder that holds them all. */
  readonly folder: string;
  /** `15.8` or `17.2`, as `postgres --version` says it. */
  readonly version: string;
  readonly major: number;
}

/** There is no database to be had on this machine; the message says what to install. */
export class DatabaseUnavailable extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DatabaseUnavailable';
  }
}

/** Everything that a world with a database starts, on the machine's side or in the container. */
const NEEDED = ['initdb', 'postgres', 'psql', 'pg_dump', 'pg_restore', 'createdb', 'dropdb', 'pg_isready'];

const INSTALL =
  'Install it (Debian, Ubuntu: sudo apt-get install postgresql; macOS: brew install postgresql; Fedora: sudo dnf install postgresql-server), or say in ROLLBOOK_POSTGRES_BIN which folder has its programs.';

/** Folders with one subfolder for each version, and where the programs are in it. */
const VERSIONED: readonly (readonly [folder: string, name: RegExp, programs: string])[] = [
  ['/usr/lib/postgresql', /^(\d+)$/, 'bin'],
  ['/usr', /^pgsql-(\d+)$/, 'bin'],
  ['/opt/homebrew/opt', /^postgresql(?:@(\d+))?$/, 'bin'],
  ['/usr/local/opt', /^postgresql(?:@(\d+))?$/, 'bin'],
  ['/home/linuxbrew/.linuxbrew/opt', /^postgresql(?:@(\d+))?$/, 'bin'],
  ['/Applications/Postgres.app/Contents/Versions', /^(\d+)$/, 'bin'],
];

/**
 * Finds PostgreSQL: where ROLLBOOK_POSTGRES_BIN says, on the PATH, where pg_config says, or where the usual
 * packages put it, newest first. Throws DatabaseUnavailable when no folder has all that is needed.
 */
export function findPostgresPrograms(env: NodeJS.ProcessEnv): PostgresPrograms {
  const told = env.ROLLBOOK_POSTGRES_BIN;
  if (told) {
    const missing = missingFrom(told);
    if (missing.length > 0)
      throw new DatabaseUnavailable(
        `ROLLBOOK_POSTGRES_BIN says ${told}, which has ${missing.length === NEEDED.length ? 'none' : `no ${missing.join(', no ')}`} of PostgreSQL's programs: it must be the folder of all of them.`,
      );
    return described(told);
  }
  for (const folder of candidates(env)) if (missingFrom(folder).length === 0) return described(folder);
  throw new DatabaseUnavailable(
    `This world has a database, and PostgreSQL's programs are not on this machine. ${INSTALL}`,
  );
}

function* candidates(env: NodeJS.ProcessEnv): Generator<string> {
  yield* (env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  const configured = toldByConfig();
  if (configured !== undefined) yield configured;
  for (const [folder, name, programs] of VERSIONED)
    for (const version of versionsIn(folder, name)) yield join(folder, version, programs);
}

function toldByConfig(): string | undefined {
  try {
    return execFileSync('pg_config', ['--bindir'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return undefined;
  }
}

function versionsIn(folder: string, name: RegExp): readonly string[] {
  const numbered = (entry: string) => Number(name.exec(entry)?.[1] ?? Number.POSITIVE_INFINITY);
  try {
    return readdirSync(folder)
      .filter((entry) => name.test(entry))
      .sort((a, b) => numbered(b) - numbered(a));
  } catch {
    return [];
  }
}

function missingFrom(folder: string): readonly string[] {
  return NEEDED.filter((program) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return false;
    } catch {
      return true;
    }
  });
}

function described(folder: string): PostgresPrograms {
  const said = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' });
  const version = /\d+(?:\.\d+|devel|beta\d+|rc\d+)?/.exec(said)?.[0];
  if (version === undefined)
    throw new DatabaseUnavailable(
      `${join(folder, 'postgres')} --version says "${said.trim()}": no version of PostgreSQL.`,
    );
  return { folder, version, major: Number.parseInt(version, 10) };
}

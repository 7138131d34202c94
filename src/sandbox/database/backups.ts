import { execFile } from 'node:child_process';
import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BackupSpec } from './database-spec.ts';
import { giveTo, type MachineUser } from './machine-user.ts';
import type { PostgresPrograms } from './postgres-programs.ts';
import { DATABASE, OWNER } from './seed-database.ts';

const run = promisify(execFile);

export interface BackupsOptions {
  readonly programs: PostgresPrograms;
  readonly user: MachineUser;
  /** Of the server's socket. */
  readonly socketFolder: string;
  readonly port: number;
  /** Where the files go; the container's /backup. */
  readonly folder: string;
}

/** The first major version whose dumps set what earlier servers do not know. */
const NEWER_MAJOR = 17;
/** How much of a truncated dump is there. */
const KEPT_SHARE = 0.55;

/** As the nightly job names it. */
export function backupName({ kind, name }: BackupSpec, at: number): string {
  if (name !== undefined) return name;
  const [day = '', time = ''] = new Date(at).toISOString().split(/[T.]/);
  return `backup-${day.replaceAll('-', '')}-${time.replaceAll(':', '')}.${kind === 'custom' ? 'dump' : 'sql'}`;
}

/** Writes the backups of one night from the database as it is now, dated to that night. */
export async function writeBackups(
  specs: readonly BackupSpec[],
  at: number,
  options: BackupsOptions,
): Promise<readonly string[]> {
  let text: string | undefined;
  const names: string[] = [];
  for (const spec of specs) {
    const name = backupName(spec, at);
    const file = join(options.folder, name);
    if (spec.kind === 'custom') await dump(options, ['-Fc', '-f', file]);
    else {
      text ??= spec.kind === 'empty' ? '' : await dump(options, ['--clean', '--if-exists']);
      writeFileSync(file, slowed(become(spec.kind, text, options.programs.major), spec.slowSeconds));
    }
    // A job takes a moment.
    const written = new Date(at + 4000);
    utimesSync(file, written, written);
    names.push(name);
  }
  giveTo(options.folder, options.user);
  return names;
}

async function dump(
  { programs, user, socketFolder, port }: BackupsOptions,
  how: readonly string[],
): Promise<string> {
  const { stdout } = await run(
    join(programs.folder, 'pg_dump'),
    ['-h', socketFolder, '-p', String(port), '-U', OWNER, '-d', DATABASE, '--no-owner', ...how],
    { ...user, cwd: '/', env: { LC_ALL: 'C', TZ: 'UTC' }, maxBuffer: 1 << 30 },
  );
  return stdout;
}

function become(kind: BackupSpec['kind'], text: string, major: number): string {
  switch (kind) {
    case 'truncated':
      return text.slice(0, Math.floor(text.length * KEPT_SHARE));
    case 'damaged':
      return damaged(text);
    case 'newer':
      return newer(text, Math.max(NEWER_MAJOR, major + 1));
    case 'empty':
      return '';
    default:
      return text;
  }
}

/** It waits between the accounts and what comes after them. */
function slowed(text: string, seconds = 0): string {
  if (seconds === 0) return text;
  return text.replace(
    /^COPY public\.(accounts_transaction|auth_group) /m,
    (copy) => `SELECT pg_catalog.pg_sleep(${seconds});\n\n${copy}`,
  );
}

/** The row in the middle of the transactions, or of the accounts, ends too early. */
function damaged(text: string): string {
  const lines = text.split('\n');
  const table = text.includes('COPY public.accounts_transaction')
    ? 'accounts_transaction'
    : 'accounts_account';
  const copy = lines.findIndex((line) => line.startsWith(`COPY public.${table} `));
  const end = lines.indexOf('\\.', copy);
  const middle = Math.floor((copy + end) / 2);
  lines[middle] = (lines[middle] ?? '').split('\t').slice(0, 2).join('\t');
  return lines.join('\n');
}

function newer(text: string, major: number): string {
  const restricted = /^\\restrict /m.test(text);
  const key = 'Zk3vQ8eYtN1xHb6RcW0sLuJ4aPdGmF7oTi2rKq9XyVnCzEwB5hMgSfDlAjUpO';
  const lines = text
    .replace(/^(-- Dumped (?:from database|by pg_dump) version ).*$/gm, `$1${major}.6`)
    .replace(/^SET lock_timeout = 0;$/m, (line) => `${line}\nSET transaction_timeout = 0;`);
  if (restricted) return lines;
  return lines
    .replace(/^-- Dumped from/m, (line) => `\\restrict ${key}\n\n${line}`)
    .replace(/^--\n-- PostgreSQL database dump complete/m, (line) => `\\unrestrict ${key}\n\n${line}`);
}

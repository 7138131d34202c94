import { z } from 'zod';
import { DUMP_SCAN } from '../../ports/dump-scan.ts';
import { StepFailure } from '../step-kind.ts';
import {
  type DumpContents,
  type DumpFormat,
  hasTrailer,
  knowsRestrict,
  majorOf,
  parseScan,
  readHeader,
  readTableOfContents,
} from './dump-text.ts';
import { complaint } from './refusal.ts';
import { look, query, type Server, tryLook } from './server.ts';

/** Reading a dump from end to end takes as long as its disk does. */
const READ_MS = 1_800_000;
const EDGE = '8192';

export interface FileFacts {
  readonly path: string;
  readonly size: number;
  /** Last change, milliseconds since the epoch. */
  readonly modifiedAt: number;
}

/** A backup, looked at closely enough to say whether it can be restored here. */
export interface Backup extends FileFacts {
  readonly sha256: string;
  readonly format: DumpFormat;
  /** When it was taken, as far as file, name and header say: the earliest of them, so that no loss is hidden. */
  readonly takenAt: number;
  readonly serverVersion: string | null;
  readonly dumpVersion: string | null;
  /** Rows by table; empty where the format does not tell. */
  readonly counts: readonly { readonly table: string; readonly rows: number }[];
  readonly tables: readonly string[];
  readonly migrations: Readonly<Record<string, string>>;
  readonly roles: readonly string[];
  /** It says whose its tables are. */
  readonly owned: boolean;
  /** Why it cannot be restored here, sentences without a full stop; empty when it can. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

/** What the server and its programs can read. */
export interface Reader {
  readonly serverVersion: string;
  readonly psqlVersion: string;
  readonly roles: ReadonlySet<string>;
}

export async function readerOf(server: Server): Promise<Reader> {
  const [version, roles, psql] = await Promise.all([
    query(server, server.maintenance, `SELECT current_setting('server_version') AS version`),
    query(server, server.maintenance, 'SELECT rolname AS name FROM pg_roles'),
    look(server, ['psql', '--version'], 'ask psql for its version'),
  ]);
  const { version: serverVersion } = z.object({ version: z.string() }).parse(version[0]);
  return {
    serverVersion: serverVersion.split(' ')[0] ?? '',
    psqlVersion: /(\d+(?:\.\d+)+)/.exec(psql.stdout)?.[1] ?? '',
    roles: new Set(
      z
        .array(z.object({ name: z.string() }))
        .parse(roles)
        .map(({ name }) => name),
    ),
  };
}

/** The files of a folder, newest first; not those of folders below. */
export async function filesIn(server: Server, folder: string): Promise<readonly FileFacts[]> {
  const argv = ['find', '-L', folder, '-maxdepth', '1', '-type', 'f', '-print0'] as const;
  const { stdout } = await look(server, [...argv], `list ${folder}`);
  const paths = stdout.split('\0').filter((path) => path !== '');
  const facts: FileFacts[] = [];
  for (const path of paths) {
    const found = await fileFacts(server, path);
    if (found !== undefined) facts.push(found);
  }
  return facts.sort((a, b) => b.modifiedAt - a.modifiedAt || (a.path < b.path ? 1 : -1));
}

/** Undefined: there is no such file. */
export async function fileFacts(server: Server, path: string): Promise<FileFacts | undefined> {
  const result = await tryLook(server, ['stat', '-L', '-c', '%s %Y', path], 30_000);
  const [size, seconds] = result.stdout.trim().split(' ').map(Number);
  if (result.exitCode === 0 && size !== undefined && seconds !== undefined)
    return { path, size, modifiedAt: seconds * 1000 };
  if (/No such file/.test(result.stderr)) return undefined;
  throw new StepFailure(`Could not look at ${path}: ${complaint(result)}.`);
}

export async function checksum(server: Server, path: string): Promise<string> {
  const { stdout } = await look(server, ['sha256sum', path], `read ${path}`, READ_MS);
  const sum = /^\\?([0-9a-f]{64})\s/.exec(stdout)?.[1];
  if (sum === undefined) throw new StepFailure(`Could not read ${path}: sha256sum gave no checksum.`);
  return sum;
}

/** Reads a backup from end to end; nothing is written. */
export async function examine(server: Server, file: FileFacts, reader: Reader): Promise<Backup> {
  const { stdout: head } = await look(server, ['head', '-c', EDGE, file.path], `read ${file.path}`);
  const header = readHeader(head);
  const { serverVersion = null, dumpVersion = null } = header;
  const base = {
    ...file,
    sha256: await checksum(server, file.path),
    format: header.format,
    takenAt: Math.min(file.modifiedAt, timeInName(file.path) ?? file.modifiedAt),
    ...{
      serverVersion,
      dumpVersion,
      counts: [],
      tables: [],
      migrations: {},
      roles: [],
      owned: false,
      warnings: [],
    },
  };
  switch (header.format) {
    case 'unknown':
      return { ...base, problems: [`it is ${header.looksLike}`] };
    case 'plain':
      return examinePlain(server, { ...base, restricted: header.restricted }, reader);
    case 'custom':
      return examineCustom(server, base, reader);
  }
}

type Base = Omit<Backup, 'problems'>;

async function examinePlain(
  server: Server,
  { restricted, ...base }: Base & { readonly restricted: boolean },
  reader: Reader,
): Promise<Backup> {
  const [tail, scan] = await Promise.all([
    look(server, ['tail', '-c', EDGE, base.path], `read ${base.path}`),
    look(server, ['awk', DUMP_SCAN, base.path], `read ${base.path}`, READ_MS),
  ]);
  const { cut, commands, cleans, inserts, ...contents } = parseScan(scan.stdout);
  const complete = hasTrailer(tail.stdout) && !cut;
  return {
    ...base,
    ...contents,
    tables: contents.counts.map(({ table }) => table),
    problems: [
      ...(complete
        ? []
        : ['it is truncated: the line "PostgreSQL database dump complete" is not at its end']),
      ...versionProblems(base, reader),
      ...(restricted && !knowsRestrict(reader.psqlVersion)
        ? [`it begins with \\restrict, which the psql ${reader.psqlVersion} of this pod does not know`]
        : []),
      ...commandProblems(commands),
      ...roleProblems(contents.roles, reader),
    ],
    warnings: [
      ...(cleans ? ['it drops what it creates (--clean): harmless, since it goes into a new database'] : []),
      ...(inserts > 0 ? [`${inserts} of its rows are INSERTs, which are not counted by table`] : []),
    ],
  };
}

async function examineCustom(server: Server, base: Base, reader: Reader): Promise<Backup> {
  const listing = await tryLook(server, ['pg_restore', '-l', base.path], READ_MS);
  if (listing.exitCode !== 0)
    return { ...base, problems: [`pg_restore cannot read it: ${complaint(listing)}`] };
  const whole = await tryLook(server, ['pg_restore', '-f', '/dev/null', base.path], READ_MS);
  const { tables, owners, createdAt, ...made } = readTableOfContents(listing.stdout);
  const found = { ...base, ...made, tables, roles: owners, owned: owners.length > 0 };
  const created = Date.parse(createdAt ?? '');
  return {
    ...found,
    takenAt: Number.isNaN(created) ? base.takenAt : Math.min(base.takenAt, created),
    migrations: whole.exitCode === 0 ? await migrationsIn(server, base.path, tables) : {},
    problems: [
      ...(whole.exitCode === 0 ? [] : [`pg_restore does not read it to its end: ${complaint(whole)}`]),
      ...versionProblems(found, reader),
      ...roleProblems(owners, reader),
    ],
  };
}

async function migrationsIn(server: Server, path: string, tables: readonly string[]) {
  if (!tables.some((table) => table.endsWith('.django_migrations'))) return {};
  const argv = ['pg_restore', '-f', '-', '-a', '-t', 'django_migrations', path] as const;
  const { exitCode, stdout } = await tryLook(server, [...argv], READ_MS);
  if (exitCode !== 0) return {};
  return parseScan(scanned(stdout)).migrations;
}

/** The few lines of one table, as DUMP_SCAN would have printed them. */
function scanned(dump: string): string {
  const lines = dump.split('\n');
  const start = lines.findIndex((line) => /^COPY .*django_migrations \(.* FROM stdin;$/.test(line));
  if (start < 0) return '';
  const rows = lines.slice(start + 1, lines.indexOf('\\.', start));
  return [`columns\t${lines[start]}`, ...rows.map((row) => `migration\t${row}`)].join('\n');
}

function versionProblems(
  { serverVersion, dumpVersion }: Pick<Backup, 'serverVersion' | 'dumpVersion'>,
  reader: Reader,
): readonly string[] {
  const here = majorOf(reader.serverVersion);
  if (majorOf(serverVersion ?? undefined) > here)
    return [`it comes from PostgreSQL ${serverVersion}, newer than the ${reader.serverVersion} here`];
  if (majorOf(dumpVersion ?? undefined) > here)
    return [`it was made by pg_dump ${dumpVersion}, newer than the PostgreSQL ${reader.serverVersion} here`];
  return [];
}

function commandProblems(commands: readonly string[]): readonly string[] {
  const [first] = commands;
  return first === undefined
    ? []
    : [`it holds commands that leave the new database or run programs: ${first.slice(0, 80)}`];
}

function roleProblems(roles: DumpContents['roles'], reader: Reader): readonly string[] {
  const missing = roles.filter((role) => !reader.roles.has(role));
  return missing.length === 0 ? [] : [`roles that it names do not exist here: ${missing.join(', ')}`];
}

/** 'backup-20231211-020000.sql' → 2023-12-11T02:00:00Z. */
function timeInName(path: string): number | undefined {
  const match = /(20\d\d)-?([01]\d)-?([0-3]\d)(?:[-_T ]?([0-2]\d)[-:]?([0-5]\d)[-:]?([0-5]\d)?)?/.exec(
    path.split('/').at(-1) ?? '',
  );
  if (match === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00'] = match;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

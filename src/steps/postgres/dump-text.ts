import { parseQualifiedName } from './quoting.ts';

export type DumpFormat = 'plain' | 'custom' | 'unknown';

/** What a plain dump holds, found by reading it once. */
export interface DumpContents {
  readonly counts: readonly { readonly table: string; readonly rows: number }[];
  readonly migrations: Readonly<Record<string, string>>;
  /** Roles that it gives things to. */
  readonly roles: readonly string[];
  /** It says whose its tables are. */
  readonly owned: boolean;
  /** Lines that would leave the database they are sent to, or run something in the pod. */
  readonly commands: readonly string[];
  /** It drops what it then creates. */
  readonly cleans: boolean;
  /** Rows written as INSERT, which are not counted by table. */
  readonly inserts: number;
}

/** Reads what DUMP_SCAN printed. */
export function parseScan(output: string): DumpContents & { readonly cut: boolean } {
  const counts: { table: string; rows: number }[] = [];
  const migrations: Record<string, string> = {};
  const roles: string[] = [];
  const commands: string[] = [];
  let columns: readonly string[] = [];
  let [cleans, owned, inserts, cut] = [false, false, 0, true];
  for (const line of output.split('\n')) {
    const [type = '', ...fields] = line.split('\t');
    const rest = fields.join('\t');
    if (type === 'rows') {
      const table = copiedTable(fields.slice(1).join('\t'));
      if (table !== undefined) counts.push({ table, rows: Number(fields[0]) });
    } else if (type === 'columns') columns = copiedColumns(rest);
    else if (type === 'migration') {
      const app = fields[columns.indexOf('app')];
      const name = fields[columns.indexOf('name')];
      if (app !== undefined && name !== undefined && name > (migrations[app] ?? '')) migrations[app] = name;
    } else if (type === 'role') {
      const role = parseQualifiedName(rest);
      if (role?.[0] !== undefined) roles.push(role[0]);
    } else if (type === 'command') commands.push(rest);
    else if (type === 'cleans') cleans = true;
    else if (type === 'owned') owned = true;
    else if (type === 'inserts') inserts = Number(rest);
    else if (type === 'end') cut = false;
  }
  return { counts, migrations, roles: roles.filter(isRole).sort(), commands, owned, cleans, inserts, cut };
}

/** Roles that are there by themselves. */
function isRole(name: string): boolean {
  return (
    !['PUBLIC', 'CURRENT_USER', 'SESSION_USER', 'CURRENT_ROLE'].includes(name) && !name.startsWith('pg_')
  );
}

function copiedTable(statement: string): string | undefined {
  const match = /^COPY (.*?) \(/.exec(statement) ?? /^COPY (.*?) FROM stdin;$/.exec(statement);
  return parseQualifiedName((match?.[1] ?? '').replaceAll('\u0001', '\n'))?.join('.');
}

function copiedColumns(statement: string): readonly string[] {
  const list = /\((.*)\) FROM stdin;$/.exec(statement)?.[1] ?? '';
  return list.split(', ').map((name) => parseQualifiedName(name)?.[0] ?? name);
}

export interface DumpHeader {
  readonly format: DumpFormat;
  /** What it is instead, where it is unknown: 'compressed with gzip'. */
  readonly looksLike?: string;
  readonly serverVersion?: string;
  readonly dumpVersion?: string;
  /** It begins with \restrict, which older psql do not know. */
  readonly restricted: boolean;
}

/** What the first bytes of a file say. */
export function readHeader(head: string): DumpHeader {
  if (head.startsWith('PGDMP')) return { format: 'custom', restricted: false };
  if (!/^-- PostgreSQL database dump\s*$/m.test(head))
    return { format: 'unknown', looksLike: otherFormat(head), restricted: false };
  return {
    format: 'plain',
    ...versions(head, /^-- Dumped from database version (\S+)/m, /^-- Dumped by pg_dump version (\S+)/m),
    restricted: /^\\restrict /m.test(head),
  };
}

/** What `pg_restore -l` says of a custom dump. */
export function readTableOfContents(listing: string) {
  const entry = /^\d+; \d+ \d+ TABLE (?:DATA )?(\S+) (.+) (\S+)$/gm;
  const tables = [...listing.matchAll(entry)].map(([, schema, name]) => `${schema}.${name}`);
  const owners = [...listing.matchAll(/^\d+; \d+ \d+ .* (\S+)$/gm)].map(([, owner]) => owner ?? '');
  const createdAt = /^; Archive created at (.+)$/m.exec(listing)?.[1];
  return {
    ...versions(
      listing,
      /^;\s+Dumped from database version: (\S+)/m,
      /^;\s+Dumped by pg_dump version: (\S+)/m,
    ),
    tables: [...new Set(tables)],
    owners: [...new Set(owners)].filter((owner) => owner !== '' && owner !== '-' && isRole(owner)),
    ...(createdAt === undefined ? {} : { createdAt }),
  };
}

/** Whether a listing of `pg_restore -l` has the rows of a table; it shows names as they are, newlines as blanks. */
export function listsTable(
  listing: string,
  { schema, name }: { readonly schema: string; readonly name: string },
): boolean {
  return listing.includes(` TABLE DATA ${schema} ${name} `.replace(/[\r\n]/g, ' '));
}

function versions(text: string, from: RegExp, by: RegExp) {
  const [serverVersion, dumpVersion] = [from.exec(text)?.[1], by.exec(text)?.[1]];
  return {
    ...(serverVersion === undefined ? {} : { serverVersion }),
    ...(dumpVersion === undefined ? {} : { dumpVersion }),
  };
}

function otherFormat(head: string): string {
  if (head === '') return 'an empty file';
  if (head.startsWith('\u001f')) return 'compressed with gzip';
  if (head.startsWith('(\ufffd/\ufffd')) return 'compressed with zstd';
  if (/^-- PostgreSQL database cluster dump/m.test(head)) return 'a dump of a whole server (pg_dumpall)';
  return 'no dump of pg_dump in plain or custom format';
}

/** Whether a plain dump was written to its end. */
export function hasTrailer(tail: string): boolean {
  return /(?:^|\n)-- PostgreSQL database dump complete\r?\n--\s*(?:\\unrestrict \S+\s*)?$/.test(tail);
}

/** The major version: 15 of '15.20', 9.6 of '9.6.24'. NaN when it is none. */
export function majorOf(version: string | undefined): number {
  const match = /^(\d+)(?:\.(\d+))?/.exec(version ?? '');
  if (match === null) return Number.NaN;
  const major = Number(match[1]);
  return major >= 10 ? major : major + Number(match[2] ?? 0) / 10;
}

const RESTRICT_SINCE: Readonly<Record<number, number>> = { 13: 22, 14: 19, 15: 14, 16: 10, 17: 6 };

/** Whether a psql of this version reads a dump that begins with \restrict. */
export function knowsRestrict(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 18 || minor >= (RESTRICT_SINCE[major] ?? Number.POSITIVE_INFINITY);
}

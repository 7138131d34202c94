import type { ExecRequest, ExecResult } from '../../../src/ports/kubernetes.ts';

const SHA = 'a'.repeat(64);
const RESTORED = `rollbook: restored banking_db_restore_1 from /backup/good.sql, sha256 ${SHA}`;

const DATABASES = [
  { oid: 1, name: 'banking_db', owner: 'banking_user', size: 8_000_000, connectable: true, comment: null },
  {
    oid: 2,
    name: 'banking_db_restore_1',
    owner: 'banking_user',
    size: 8_000_000,
    connectable: true,
    comment: RESTORED,
  },
  { oid: 3, name: 'postgres', owner: 'postgres', size: 7_000_000, connectable: true, comment: null },
];
const LIKE = {
  ...{ encoding: 'UTF8', owner: 'banking_user', tablespace: 'pg_default', collate: 'C', ctype: 'C' },
  ...{ provider: 'c', locale: null, limit: -1 },
};
const SESSION = {
  ...{ pid: 71, started: '2026-11-22 02:00:00+00', database: 'banking_db', user: 'ops', application: 'psql' },
  ...{ client: 'local', state: 'idle', seconds: 12, inTransaction: false, locks: [] },
};

/** The first of these that the statement holds answers it. */
const ANSWERS: readonly (readonly [string, readonly unknown[]])[] = [
  ['pg_is_in_recovery', [{ standby: false }]],
  ['pg_stat_subscription', []],
  ['aclexplode', [{ role: 'banking_user', privilege: 'CONNECT', grantable: false }]],
  ['datacl IS NOT NULL', [{ has: true, owner: 'banking_user' }]],
  ['pg_db_role_setting', [{ role: null, settings: ['work_mem=4MB'] }]],
  ['datlocprovider', [LIKE]],
  ['shobj_description', DATABASES],
  ['pg_stat_activity', [SESSION]],
  ['server_version', [{ version: '15.20' }]],
  ['data_directory', [{ folder: '/var/lib/postgresql' }]],
  ['rolname AS name', [{ name: 'banking_user' }]],
  ['pg_table_size', [{ bytes: 4_000_000 }]],
  ['to_regclass', [{ there: true }]],
  ['AS newest', [{ newest: '53' }]],
  ['max(name)', [{ app: 'accounts', name: '0002_transaction' }]],
  ['GROUP BY relowner', [{ owner: 'banking_user' }]],
  ['relkind = ', [{ schema: 'public', name: 'accounts_account' }]],
  ['SELECT 0 AS place', [{ place: 0, rows: 2 }]],
];

const DUMP = `--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.20\n-- Dumped by pg_dump version 15.20\n`;
const SCAN = 'rows\t2\tCOPY public.accounts_account (id, iban) FROM stdin;\nrole\tbanking_user\nend\n';

/** What the programs of a PostgreSQL pod would say: one that remembers its files and who was disconnected. */
export function cannedServer(): (request: ExecRequest) => Partial<ExecResult> | undefined {
  const files = new Set(['/backup/good.sql']);
  let connected = true;
  const psql = (args: readonly string[]): Partial<ExecResult> => {
    const statement = args.at(-1) ?? '';
    if (statement.includes('pg_terminate_backend')) connected = false;
    const rows = ANSWERS.find(([part]) => statement.includes(part))?.[1] ?? [];
    const gone = rows[0] === SESSION && !(connected && statement.includes("'banking_db'"));
    return { stdout: `${JSON.stringify(gone ? [] : rows)}\n` };
  };
  return ({ argv: [program, ...rest] }) => {
    const last = rest.at(-1) ?? '';
    switch (program) {
      case 'psql':
        return last === '--version' ? { stdout: 'psql (PostgreSQL) 15.20\n' } : psql(rest);
      case 'find':
        return { stdout: [...files].map((file) => `${file}\0`).join('') };
      case 'stat':
        return files.has(last)
          ? { stdout: '4096 1795312860\n' }
          : { exitCode: 1, stderr: `stat: cannot statx '${last}': No such file or directory\n` };
      case 'pg_dump':
        files.add(rest[rest.indexOf('-f') + 1] ?? '');
        return {};
      case 'mv':
        files.add(last);
        return {};
      case 'rm':
        return {};
      default:
        return READ[program]?.(last);
    }
  };
}

const READ: Readonly<Record<string, (path: string) => Partial<ExecResult>>> = {
  head: () => ({ stdout: DUMP }),
  tail: () => ({ stdout: '--\n-- PostgreSQL database dump complete\n--\n\n' }),
  sha256sum: (path) => ({ stdout: `${SHA}  ${path}\n` }),
  awk: () => ({ stdout: SCAN }),
  df: () => ({
    stdout: 'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda 100 1 99000000 1% /\n',
  }),
  pg_restore: () => ({ stdout: '215; 0 16386 TABLE DATA public accounts_account banking_user\n' }),
};

import type { RunSql } from './connection.ts';

/** Everything in a database that a dump holds, for a comparison row by row. */
export interface DatabaseSnapshot {
  /** By name; rows as PostgreSQL writes them, sorted. */
  readonly tables: Readonly<Record<string, TableSnapshot>>;
  /** By name: the last value, and whether it was handed out. */
  readonly sequences: Readonly<Record<string, { readonly last: number; readonly called: boolean }>>;
}

export interface TableSnapshot {
  readonly owner: string;
  /** Columns in their order, then constraints and indexes, as PostgreSQL writes them. */
  readonly structure: readonly string[];
  readonly rows: readonly string[];
}

/** A booking of the application: in which database, and what it did. */
export interface Booking {
  /** The database's oid, which outlives its name. */
  readonly database: string;
  readonly id: string;
  readonly account: string;
  readonly amount: string;
  /** Unknown when the connection was lost before the server's answer. */
  readonly committed: true | 'unknown';
}

const TABLES = `
SELECT c.oid, c.oid::regclass::text AS name, relkind AS kind, pg_get_userbyid(relowner) AS owner
FROM pg_class c WHERE relkind IN ('r', 'p', 'S') AND relnamespace = 'public'::regnamespace`;

const STRUCTURE = `
SELECT part FROM (
  SELECT 1 AS kind, attnum AS place, attname || ' ' || format_type(atttypid, atttypmod)
    || CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END AS part
  FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT 2, 0, conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::oid
  UNION ALL SELECT 3, 0, pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = $1::oid) AS parts
ORDER BY kind, place, part`;

/** One picture of all tables, not held up for longer than this by somebody's lock. */
const BEGIN = `BEGIN ISOLATION LEVEL REPEATABLE READ; SET LOCAL lock_timeout = '5s'; SET LOCAL search_path = public;
  SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL TimeZone = 'UTC'; SET LOCAL extra_float_digits = 3`;

/**
 * Reads all tables and sequences of the schema public as if these bookings had not been made in it. It writes nothing:
 * what it takes back is rolled back.
 */
export async function takeSnapshot(
  run: RunSql,
  bookings: readonly Booking[] = [],
): Promise<DatabaseSnapshot> {
  await run(BEGIN);
  try {
    await takeBack(run, bookings);
    const tables: Record<string, TableSnapshot> = {};
    const sequences: Record<string, { last: number; called: boolean }> = {};
    for (const { oid = null, name, kind, owner } of await run(TABLES)) {
      if (typeof name !== 'string') continue;
      if (kind === 'S') {
        const [state] = await run(`SELECT last_value, is_called FROM ${name}`);
        sequences[name] = { last: Number(state?.last_value), called: state?.is_called === 't' };
        continue;
      }
      const structure = await run(STRUCTURE, [oid]);
      const rows = await run(`SELECT t::text AS row FROM ${name} AS t`);
      tables[name] = {
        owner: owner ?? '',
        structure: structure.map(({ part }) => part ?? ''),
        rows: rows.map(({ row }) => row ?? '').sort(),
      };
    }
    return { tables, sequences };
  } finally {
    await run('ROLLBACK').catch(() => undefined);
  }
}

async function takeBack(run: RunSql, bookings: readonly Booking[]): Promise<void> {
  if (bookings.length === 0) return;
  const ids = bookings.map(({ id }) => id);
  const list = `ARRAY[${ids.join(', ')}]::bigint[]`;
  await run(`
    UPDATE accounts_account SET balance = balance - taken.sum
    FROM (SELECT account_id, sum(amount) FROM accounts_transaction WHERE id = ANY (${list}) GROUP BY 1) AS taken
    WHERE taken.account_id = accounts_account.id;
    DELETE FROM accounts_transaction WHERE id = ANY (${list})`);
}

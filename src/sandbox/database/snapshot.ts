import type { RunSql } from './connection.ts';

/** Everything in a database that a dump holds, for a comparison row by row. */
export interface DatabaseSnapshot {
  /** By name; columns in their order, rows as PostgreSQL writes them, sorted. */
  readonly tables: Readonly<
    Record<string, { readonly columns: readonly string[]; readonly rows: readonly string[] }>
  >;
  /** By name: last value, and whether it was handed out. */
  readonly sequences: Readonly<Record<string, string>>;
}

const TABLES = `
SELECT c.oid::regclass::text AS name, c.relkind AS kind,
  (SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ',' ORDER BY attnum) FROM pg_attribute
   WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped) AS columns
FROM pg_class c WHERE relkind IN ('r', 'p', 'S') AND relnamespace = 'public'::regnamespace ORDER BY 1`;

/** Reads all tables and sequences of the schema public, in one transaction. */
export async function takeSnapshot(run: RunSql): Promise<DatabaseSnapshot> {
  await run(
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL search_path = public",
  );
  try {
    const tables: Record<string, { columns: string[]; rows: string[] }> = {};
    const sequences: Record<string, string> = {};
    for (const { name, kind, columns } of await run(TABLES)) {
      if (name === null || name === undefined) continue;
      if (kind === 'S') {
        const [state] = await run(`SELECT last_value || ' ' || is_called AS state FROM ${name}`);
        sequences[name] = state?.state ?? '';
      } else {
        const rows = await run(`SELECT t::text AS row FROM ${name} AS t`);
        tables[name] = { columns: (columns ?? '').split(','), rows: rows.map(({ row }) => row ?? '').sort() };
      }
    }
    return { tables, sequences };
  } finally {
    await run('ROLLBACK');
  }
}

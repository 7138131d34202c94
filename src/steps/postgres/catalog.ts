import { z } from 'zod';
import { sqlIdentifier, sqlLiteral } from './quoting.ts';
import { query, type Server } from './server.ts';

const databaseRow = z.object({
  oid: z.number(),
  name: z.string(),
  owner: z.string(),
  /** Bytes; null where this role may not know. */
  size: z.number().nullable(),
  connectable: z.boolean(),
  comment: z.string().nullable(),
});
export type DatabaseRow = z.infer<typeof databaseRow>;

/** Every database that is not a template. */
export async function databasesOf(server: Server): Promise<readonly DatabaseRow[]> {
  const rows = await query(
    server,
    server.maintenance,
    `SELECT d.oid::int8 AS oid, datname AS name, pg_get_userbyid(datdba) AS owner, datallowconn AS connectable,
      shobj_description(d.oid, 'pg_database') AS comment,
      CASE WHEN has_database_privilege(d.oid, 'CONNECT') OR pg_has_role('pg_read_all_stats', 'MEMBER')
        THEN pg_database_size(d.oid) END AS size
    FROM pg_database d WHERE NOT datistemplate ORDER BY datname`,
  );
  return z.array(databaseRow).parse(rows);
}

const sessionRow = z.object({
  pid: z.number(),
  /** With the pid it names a session: pids are used again. */
  started: z.string(),
  database: z.string(),
  user: z.string(),
  application: z.string(),
  client: z.string(),
  state: z.string(),
  /** How long it has been in its transaction, or in its state. */
  seconds: z.number(),
  inTransaction: z.boolean(),
  /** Relations of the database that was asked, as 'accounts RowExclusiveLock'. */
  locks: z.array(z.string()),
});
export type Session = z.infer<typeof sessionRow>;

/** Who is connected to these databases, this question itself left out. Locks are named in the one that is asked. */
export async function sessionsOf(
  server: Server,
  databases: readonly string[],
  asked: string = server.maintenance,
): Promise<readonly Session[]> {
  const rows = await query(
    server,
    asked,
    `SELECT pid, backend_start::text AS started, datname AS database, coalesce(usename, '') AS user,
      coalesce(application_name, '') AS application, coalesce(host(client_addr), 'local') AS client,
      coalesce(state, backend_type, '') AS state, xact_start IS NOT NULL AS "inTransaction",
      greatest(0, extract(epoch FROM now() - coalesce(xact_start, state_change, backend_start)))::int AS seconds,
      coalesce((SELECT json_agg(DISTINCT l.relation::regclass || ' ' || l.mode) FROM pg_locks l
        JOIN pg_class c ON c.oid = l.relation AND c.relkind IN ('r', 'p', 'm')
        JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema')
        WHERE l.pid = a.pid AND l.granted
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())), '[]'::json) AS locks
    FROM pg_stat_activity a
    WHERE datname IN (${databases.map(sqlLiteral).join(', ')}) AND pid <> pg_backend_pid()
      AND coalesce(backend_type, '') NOT IN ('autovacuum worker', 'parallel worker')
    ORDER BY backend_start`,
  );
  return z.array(sessionRow).parse(rows);
}

/** 'banking_user from 10.244.0.7, application "psql", idle in transaction for 312 s, holds accounts RowExclusiveLock (pid 71)' */
export function sessionText({ pid, user, application, client, state, seconds, locks }: Session): string {
  return [
    `${user} from ${client}`,
    ...(application === '' ? [] : [`application "${application}"`]),
    `${state} for ${seconds} s`,
    ...(locks.length === 0 ? [] : [`holds ${locks.slice(0, 3).join(', ')}${locks.length > 3 ? ' …' : ''}`]),
  ]
    .join(', ')
    .concat(` (pid ${pid})`);
}

export interface TableRows {
  /** 'public.accounts' */
  readonly table: string;
  readonly rows: number;
}

export interface CountedTable extends TableRows {
  readonly schema: string;
  readonly name: string;
}

const BATCH = 100;

/** Every table of a database, those of extensions left out, each with its exact number of rows. */
export async function countRows(server: Server, database: string): Promise<readonly CountedTable[]> {
  const found = await query(
    server,
    database,
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence <> 't'
      AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
      AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1, 2`,
  );
  const tables = z.array(z.object({ schema: z.string(), name: z.string() })).parse(found);
  const counted: CountedTable[] = [];
  for (let at = 0; at < tables.length; at += BATCH) {
    const batch = tables.slice(at, at + BATCH);
    const selects = batch.map(
      ({ schema, name }, place) =>
        `SELECT ${place} AS place, (SELECT count(*) FROM ONLY ${sqlIdentifier(schema)}.${sqlIdentifier(name)}) AS rows`,
    );
    const rows = z
      .array(z.object({ place: z.number(), rows: z.number() }))
      .parse(await query(server, database, selects.join(' UNION ALL ')));
    for (const { place, rows: count } of rows) {
      const table = batch[place];
      if (table !== undefined)
        counted.push({ ...table, table: `${table.schema}.${table.name}`, rows: count });
    }
  }
  return counted;
}

/** As the planner last guessed them: asked where a lock keeps anybody from counting. */
export async function estimateRows(server: Server, database: string): Promise<readonly TableRows[]> {
  const rows = await query(
    server,
    database,
    `SELECT n.nspname || '.' || c.relname AS table, greatest(c.reltuples, 0)::int8 AS rows
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`,
  );
  return z.array(z.object({ table: z.string(), rows: z.number() })).parse(rows);
}

/** The last migration of each Django app that the database has applied; empty where there is no such table. */
export async function migrationsOf(
  server: Server,
  database: string,
): Promise<Readonly<Record<string, string>>> {
  const [there] = await query(
    server,
    database,
    `SELECT to_regclass('public.django_migrations') IS NOT NULL AS there`,
  );
  if (!z.object({ there: z.boolean() }).parse(there).there) return {};
  const rows = await query(
    server,
    database,
    'SELECT app, max(name) AS name FROM public.django_migrations GROUP BY app ORDER BY app',
  );
  const parsed = z.array(z.object({ app: z.string(), name: z.string() })).parse(rows);
  return Object.fromEntries(parsed.map(({ app, name }) => [app, name]));
}

/** Whose most tables of a database are; undefined when it has none. */
export async function tableOwner(server: Server, database: string): Promise<string | undefined> {
  const rows = await query(
    server,
    database,
    `SELECT pg_get_userbyid(relowner) AS owner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    GROUP BY relowner ORDER BY count(*) DESC LIMIT 1`,
  );
  return z.array(z.object({ owner: z.string() })).parse(rows)[0]?.owner;
}

/** Where the numbers of two databases differ, by table; -1 stands for a table that is not there. */
export function differences(
  ours: readonly TableRows[],
  theirs: readonly TableRows[],
): readonly { readonly table: string; readonly rows: number; readonly other: number }[] {
  const rowsOf = (rows: readonly TableRows[]) => new Map(rows.map((one) => [one.table, one.rows]));
  const [a, b] = [rowsOf(ours), rowsOf(theirs)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .map((table) => ({ table, rows: a.get(table) ?? -1, other: b.get(table) ?? -1 }))
    .filter(({ rows, other }) => rows !== other);
}

/** As outputs show them. */
export function plainCounts(counts: readonly TableRows[]): { table: string; rows: number }[] {
  return counts.map(({ table, rows }) => ({ table, rows }));
}

export function rowTotal(counts: readonly TableRows[]): number {
  return counts.reduce((sum, { rows }) => sum + rows, 0);
}

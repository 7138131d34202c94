import { z } from 'zod';
import { formatDuration } from '../../prose/duration.ts';
import { sqlLiteral } from '../postgres/quoting.ts';
import type { Database } from './database-reads.ts';
import { plainName } from './schema-changes.ts';

const session = z.object({
  pid: z.number(),
  user: z.string(),
  application: z.string(),
  /** 'idle in transaction', 'active' … */
  state: z.string(),
  /** How long its transaction has lasted. */
  seconds: z.number(),
});
/** A session of the database. */
export type DatabaseSession = z.infer<typeof session>;

const holdingSession = session.extend({ tables: z.array(z.string()) });
/** One whose transaction has a lock on some tables. */
export type HoldingSession = z.infer<typeof holdingSession>;

const migratingSession = session.extend({ waitsFor: z.array(session) });
/** A migration at work, and the sessions it waits for. */
export type MigratingSession = z.infer<typeof migratingSession>;

function fields(row: string): string {
  return `'pid', ${row}.pid, 'user', coalesce(${row}.usename, ''), 'application', coalesce(${row}.application_name, ''),
    'state', coalesce(${row}.state, ''), 'seconds', coalesce(extract(epoch FROM now() - ${row}.xact_start), 0)::int`;
}

/** A transaction that has lasted longer than this will not be over in a moment. */
const LASTING_SECONDS = 2;

/** Sessions whose transactions have a lock on one of the tables (named as in SQL), and have had it for a while. */
export async function sessionsHolding(
  database: Database,
  tables: readonly string[],
): Promise<readonly HoldingSession[]> {
  if (tables.length === 0) return [];
  const list = tables.map((table) => `to_regclass(${sqlLiteral(table)})`).join(', ');
  const rows = await database.ask(
    `SELECT (jsonb_build_object(${fields('a')}, 'tables', json_agg(DISTINCT c.relname))) AS session
    FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_stat_activity a ON a.pid = l.pid
    WHERE l.granted AND l.relation IN (${list}) AND a.pid <> pg_backend_pid()
      AND a.xact_start < now() - interval '${LASTING_SECONDS} seconds'
    GROUP BY a.pid, a.usename, a.application_name, a.state, a.xact_start ORDER BY a.xact_start`,
  );
  return z
    .array(z.object({ session: holdingSession }))
    .parse(rows)
    .map((row) => row.session);
}

/** The sessions that a migration started under this application name has open. */
export async function sessionsNamed(
  database: Database,
  application: string,
): Promise<readonly MigratingSession[]> {
  const rows = await database.ask(
    `SELECT jsonb_build_object(${fields('a')}, 'waitsFor', (
      SELECT coalesce(json_agg(jsonb_build_object(${fields('b')})), '[]')
      FROM pg_stat_activity b WHERE b.pid = ANY (pg_blocking_pids(a.pid)))) AS session
    FROM pg_stat_activity a WHERE a.application_name = ${sqlLiteral(application)}`,
  );
  return z
    .array(z.object({ session: migratingSession }))
    .parse(rows)
    .map((row) => row.session);
}

/** 'session 4711 of banking_user (psql), idle in transaction for 5m' */
export function sessionText({ pid, user, application, state, seconds }: DatabaseSession): string {
  const whose = [user === '' ? '' : ` of ${user}`, application === '' ? '' : ` (${application})`].join('');
  return `session ${pid}${whose}, ${state || 'at work'} for ${formatDuration(seconds * 1000)}`;
}

/** 'session 4711 …, has a lock on accounts_account' */
export function holdingText(held: HoldingSession): string {
  return `${sessionText(held)}, has a lock on ${held.tables.map(plainName).join(', ')}`;
}

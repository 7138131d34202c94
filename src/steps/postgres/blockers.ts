import { z } from 'zod';
import { sqlLiteral } from './quoting.ts';
import { query, type Server } from './server.ts';

/** What keeps databases from being renamed, or goes on working on them afterwards; sentences without a full stop. */
export async function blockersOf(server: Server, databases: readonly string[]): Promise<readonly string[]> {
  const names = databases.map(sqlLiteral).join(', ');
  const rows = await query(
    server,
    server.maintenance,
    `SELECT 'prepared' AS type, gid AS name, database::text AS database FROM pg_prepared_xacts WHERE database IN (${names})
    UNION ALL SELECT 'slot', slot_name::text, d.datname::text FROM pg_get_replication_slots() s
      JOIN pg_database d ON d.oid = s.datoid WHERE d.datname IN (${names})
    UNION ALL SELECT 'subscription', subname::text, datname::text FROM pg_stat_subscription
      JOIN pg_stat_activity USING (pid) WHERE datname IN (${names})
    ORDER BY 1, 2`,
  );
  const row = z.object({
    type: z.enum(['prepared', 'slot', 'subscription']),
    name: z.string(),
    database: z.string(),
  });
  return z
    .array(row)
    .parse(rows)
    .map(({ type, name, database }) => SENTENCES[type](name, database));
}

const SENTENCES = {
  prepared: (name: string, database: string) =>
    `a prepared transaction "${name}" is open in ${database}: it must be committed or rolled back by hand first`,
  slot: (name: string, database: string) =>
    `the replication slot "${name}" stays with ${database}, under whatever name: its subscribers follow the old data`,
  subscription: (name: string, database: string) =>
    `the subscription "${name}" writes into ${database}: it must be disabled by hand first`,
};

/** Those that make a rename fail, or would write on. */
export function forbidsRename(blocker: string): boolean {
  return blocker.endsWith('by hand first');
}

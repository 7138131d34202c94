import { z } from 'zod';
import { readingPlan } from '../reading-plan.ts';
import { defineKind, StepFailure } from '../step-kind.ts';
import { sizeText } from './ages.ts';
import { blockersOf } from './blockers.ts';
import {
  countRows,
  databasesOf,
  differences,
  estimateRows,
  migrationsOf,
  plainCounts,
  rowTotal,
  sessionsOf,
  sessionText,
} from './catalog.ts';
import { execAccess } from './exec-access.ts';
import { sqlIdentifier } from './quoting.ts';
import { findServer, plainParams, query, type Server, serverFields, sqlNameField } from './server.ts';

const schema = z.strictObject({
  ...serverFields,
  database: sqlNameField.describe('The database that is looked at.'),
  'compare-with': sqlNameField
    .optional()
    .describe('Another database of the same server, compared with it table by table.'),
  'newest-of': z
    .strictObject({
      table: sqlNameField.describe('The table.'),
      column: sqlNameField.describe('A column that grows: an id, a timestamp.'),
      schema: sqlNameField.default('public').describe('The schema of the table.'),
    })
    .optional()
    .describe('Whose greatest value is read.'),
});
type Params = z.infer<typeof schema>;

/** Looks at a database: how large it is, who is connected, what is in it. */
export const inspect = defineKind({
  kind: 'postgres/inspect',
  description:
    'Looks at a database: size, sessions and what they hold, exact row counts, last migrations, what would stand in the way of renaming it; can compare two.',
  schema,
  risk: 'safe',
  outputs: {
    exists: 'Whether there is such a database.',
    databases: 'All databases of the server: name, owner, size, connectable, comment.',
    version: 'The version of the server.',
    size: 'Its size in bytes; null when it is not there.',
    sessions: 'Who is connected to it: pid, user, application, client, state, seconds, inTransaction, locks.',
    who: 'The same in words, one text for each session.',
    blockers: 'What would stand in the way of renaming it, sentences.',
    tables: 'Its tables: table, rows.',
    rows: 'All rows together.',
    exact: 'Whether the rows were counted; estimated where somebody holds a lock on a table.',
    migrations: 'The last migration of each Django app.',
    differences:
      'Tables that differ from the other database: table, rows, other; -1 where there is no such table.',
    newest: 'The greatest value of the column asked for, as a text; null when there is none.',
  },
  window: { forMs: 0, withinMs: 60_000, everyMs: 2_000 },
  describe: ({ database, 'compare-with': other }) =>
    other === undefined
      ? `Look at the database ${database}`
      : `Compare the databases ${database} and ${other}`,
  plan: async (params, context) => {
    const { namespace, permissions } = await execAccess(context, params.namespace);
    const what = params['compare-with'] === undefined ? 'look at' : `compare ${params['compare-with']} with`;
    return readingPlan(`${what} ${params.database}`, plainParams({ ...params, namespace }), permissions);
  },
  run: async (plan, context) => {
    const params = schema.parse(plan.data);
    const server = await findServer(params, context);
    const databases = await databasesOf(server);
    const [row] = await query(
      server,
      server.maintenance,
      `SELECT current_setting('server_version') AS version`,
    );
    const { version } = z.object({ version: z.string() }).parse(row);
    const own = databases.find(({ name }) => name === params.database);
    const seen = own?.connectable === true ? await lookInto(server, params) : NOTHING;
    const { size = null } = own ?? {};
    return {
      summary:
        own === undefined ? 'not there' : own.connectable ? `${seen.rows} rows` : 'closed to connections',
      evidence: [
        own === undefined
          ? `there is no database ${params.database}; there are ${databases.map(({ name }) => name).join(', ')}`
          : `${params.database}: ${size === null ? 'size not known' : sizeText(size)}, ${seen.tables.length} tables, ${seen.rows} rows, ${seen.who.length} sessions`,
        ...(seen.exact ? [] : ['rows are estimates: somebody holds a lock on a table']),
        ...seen.who,
        ...seen.blockers,
        ...seen.differences.map(
          ({ table, rows, other }) =>
            `${table}: ${countText(rows)} here, ${countText(other)} in ${params['compare-with']}`,
        ),
      ],
      outputs: {
        exists: own !== undefined,
        databases: databases.map((database) => ({ ...database })),
        version,
        size,
        ...seen,
      },
    };
  },
});

const NOTHING = {
  ...{
    sessions: [],
    who: [],
    blockers: [],
    tables: [],
    rows: 0,
    exact: true,
    migrations: {},
    differences: [],
    newest: null,
  },
};

async function lookInto(server: Server, params: Params) {
  const { database, 'compare-with': other } = params;
  const sessions = await sessionsOf(server, [database], database);
  const { tables, exact } = await rowsOf(server, database);
  return {
    sessions: sessions.map((session) => ({ ...session })),
    who: sessions.map(sessionText),
    blockers: await blockersOf(server, [database]),
    tables: plainCounts(tables),
    rows: rowTotal(tables),
    exact,
    migrations: await migrationsOf(server, database),
    differences:
      other === undefined
        ? []
        : differences(tables, (await rowsOf(server, other)).tables).map((difference) => ({ ...difference })),
    newest: await newestOf(server, params),
  };
}

/** Exact, unless somebody holds a lock on a table: that is told, and must not keep the rest from being seen. */
async function rowsOf(server: Server, database: string) {
  try {
    return { tables: await countRows(server, database), exact: true };
  } catch (error) {
    if (!(error instanceof StepFailure && /lock timeout/.test(error.message))) throw error;
    return { tables: await estimateRows(server, database), exact: false };
  }
}

async function newestOf(server: Server, params: Params): Promise<string | null> {
  const asked = params['newest-of'];
  if (asked === undefined) return null;
  const table = `${sqlIdentifier(asked.schema)}.${sqlIdentifier(asked.table)}`;
  const sql = `SELECT max(${sqlIdentifier(asked.column)})::text AS newest FROM ${table}`;
  const [row] = await query(server, params.database, sql);
  return z.object({ newest: z.string().nullable() }).parse(row).newest;
}

function countText(rows: number): string {
  return rows < 0 ? 'no such table' : rows === 1 ? '1 row' : `${rows} rows`;
}

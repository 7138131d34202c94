import { sqlStatements } from './sql-statements.ts';

/** What SQL does to tables, as far as its statements say; names stand as in the SQL, ready to be used in it. */
export interface SchemaChanges {
  readonly droppedColumns: readonly { readonly table: string; readonly column: string }[];
  readonly droppedTables: readonly string[];
  /** Tables that no other session can read or write while it runs (ACCESS EXCLUSIVE). */
  readonly locked: readonly string[];
  /** Statements that change or take away rows themselves. */
  readonly dataStatements: readonly string[];
}

const NAME = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)`;
const QUALIFIED = `(${NAME}(?:\\.${NAME})?)`;
const ALTER = new RegExp(`^ALTER\\s+TABLE\\s+(?:IF\\s+EXISTS\\s+)?(?:ONLY\\s+)?${QUALIFIED}\\s+(.*)$`, 'is');
const DROP_TABLE = /^DROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?(.*)$/is;
const DROP_COLUMN = new RegExp(
  `\\bDROP\\s+(?:COLUMN\\s+)?(?:IF\\s+EXISTS\\s+)?(?!CONSTRAINT\\b|DEFAULT\\b|NOT\\b|IDENTITY\\b|EXPRESSION\\b)${QUALIFIED}`,
  'gi',
);
const TRUNCATE = new RegExp(`^TRUNCATE\\s+(?:TABLE\\s+)?(?:ONLY\\s+)?${QUALIFIED}`, 'i');
const ALTER_COLUMN = /\bALTER\s+(?:COLUMN\s+)?\S+\s+(?:DROP|SET|TYPE)\b/i;
const VALIDATE = /^VALIDATE\s+CONSTRAINT\b/i;

/** Reads statements of PostgreSQL that Django's schema editor and RunSQL send; what it does not know it passes over. */
export function schemaChanges(sql: string): SchemaChanges {
  const droppedColumns: { table: string; column: string }[] = [];
  const droppedTables: string[] = [];
  const locked = new Set<string>();
  const dataStatements: string[] = [];
  for (const statement of sqlStatements(sql)) {
    const [, table, action = ''] = ALTER.exec(statement) ?? [];
    if (table !== undefined) {
      if (!VALIDATE.test(action)) locked.add(table);
      for (const column of columnsDropped(action)) droppedColumns.push({ table: table, column });
      continue;
    }
    const truncated = TRUNCATE.exec(statement)?.[1];
    if (truncated !== undefined) locked.add(truncated);
    for (const name of tablesDropped(statement)) {
      droppedTables.push(name);
      locked.add(name);
    }
    if (/^(?:UPDATE|DELETE|INSERT|TRUNCATE|MERGE)\b/i.test(statement))
      dataStatements.push(oneLine(statement));
  }
  return { droppedColumns, droppedTables, locked: [...locked], dataStatements };
}

function columnsDropped(action: string): readonly string[] {
  // `ALTER COLUMN x DROP NOT NULL` drops no column.
  if (ALTER_COLUMN.test(action) && !/^DROP\b/i.test(action)) return [];
  return [...action.matchAll(DROP_COLUMN)].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

function tablesDropped(statement: string): readonly string[] {
  const list = DROP_TABLE.exec(statement)?.[1];
  if (list === undefined) return [];
  return [...list.replace(/\s+(?:CASCADE|RESTRICT)\s*$/i, '').matchAll(new RegExp(QUALIFIED, 'g'))].flatMap(
    ([, name]) => (name === undefined ? [] : [name]),
  );
}

/** '"Accounts"."a ""b"""' → 'Accounts.a "b"', for people. */
export function plainName(name: string): string {
  const parts = name.match(new RegExp(NAME, 'g')) ?? [name];
  return parts
    .map((part) => (part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part))
    .join('.');
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 120 ? `${line.slice(0, 119)}…` : line;
}

/** Whether `sqlmigrate` puts the migration into a transaction; one without can stop half-way and leave its half behind. */
export function isAtomic(sql: string): boolean {
  return sql.trim() === '' || /^BEGIN;$/m.test(sql);
}

import { z } from 'zod';
import type { Database } from './database-reads.ts';
import { ifTold } from './database-reads.ts';
import { plainName, type SchemaChanges } from './schema-changes.ts';

/** What goes with a column or table. */
export interface Loss {
  /** 'accounts_account.risk_level', 'accounts_transaction' */
  readonly what: string;
  /** 'column' or 'table'. */
  readonly kind: 'column' | 'table';
  /** Values that are not null, or rows; undefined when they could not be counted. */
  readonly count: number | undefined;
}

/** What the changes take away, counted where the database tells it in time. */
export async function lossesOf(
  changes: SchemaChanges,
  database: Database | undefined,
): Promise<readonly Loss[]> {
  const losses: Loss[] = [];
  const gone = new Set(changes.droppedTables);
  for (const { table, column } of changes.droppedColumns) {
    if (gone.has(table)) continue;
    const count = await counted(database, `SELECT count(${column}) AS count FROM ${table}`);
    losses.push({ what: columnName(table, column), kind: 'column', count });
  }
  for (const table of gone) {
    const count = await counted(database, `SELECT count(*) AS count FROM ${table}`);
    losses.push({ what: plainName(table), kind: 'table', count });
  }
  return losses;
}

const counts = z.array(z.object({ count: z.number() }));

async function counted(database: Database | undefined, select: string): Promise<number | undefined> {
  if (database === undefined) return undefined;
  const rows = await ifTold(database.ask(select));
  return counts.safeParse(rows).data?.[0]?.count;
}

/** What statements drop, named as losses are. */
export function droppedNames({ droppedColumns, droppedTables }: SchemaChanges): readonly string[] {
  return [
    ...droppedColumns.map(({ table, column }) => columnName(table, column)),
    ...droppedTables.map(plainName),
  ];
}

function columnName(table: string, column: string): string {
  return `${plainName(table)}.${plainName(column)}`;
}

/** 'column accounts_account.risk_level with 53 values' */
export function lossText({ what, kind, count }: Loss): string {
  const of = kind === 'column' ? 'value' : 'row';
  const many = count === undefined ? `its ${of}s (not counted)` : `${count} ${of}${count === 1 ? '' : 's'}`;
  return `${kind} ${what} with ${many}`;
}

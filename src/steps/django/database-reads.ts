import { z } from 'zod';
import { PortFailure } from '../../ports/failure.ts';
import type { Json } from '../../ports/json.ts';
import { findServer, query } from '../postgres/server.ts';
import { type PlanContext, StepFailure } from '../step-kind.ts';
import type { DatabasePlace } from './fields.ts';
import type { MigrationName } from './migration-list.ts';

/** The app's database, asked in transactions that cannot write. */
export interface Database {
  /** The rows of a SELECT; throws StepFailure with PostgreSQL's words. */
  ask(select: string): Promise<readonly Json[]>;
}

/** The database, through psql in its pod. */
export async function databaseOf(
  wanted: DatabasePlace,
  namespace: string,
  context: PlanContext,
): Promise<Database> {
  const { selector, container, user, name } = wanted;
  const server = await findServer(
    { selector, container, user, 'maintenance-database': name, namespace },
    context,
  );
  return { ask: (select) => query(server, name, select) };
}

const recordedRow = z.object({ app: z.string(), name: z.string() });

/** Django's book of migrations as the database has it, in the order in which they were applied. */
export async function recordedMigrations(database: Database): Promise<readonly MigrationName[]> {
  const rows = await database.ask('SELECT app, name FROM django_migrations ORDER BY id');
  return z.array(recordedRow).parse(rows);
}

/** An answer that is worth having, but that nothing depends on: undefined where the database would not give it. */
export async function ifTold<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof StepFailure) return undefined;
    if (error instanceof PortFailure && error.reason !== 'cancelled') return undefined;
    throw error;
  }
}

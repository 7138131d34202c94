import type { RunSql } from '../database/connection.ts';
import type { Database } from '../database/database.ts';
import { newestMigrations, olderMigrations } from './banking-migrations.ts';
import type { DjangoSpec } from './django-spec.ts';
import { MigrationGraph } from './graph.ts';
import { keyOf, type Migration, statementsOf } from './migration.ts';

export interface DjangoOptions {
  readonly spec: DjangoSpec;
  readonly database: Database;
  /** The world's milliseconds in the machine's. */
  readonly pace: (milliseconds: number) => number;
}

/** The Django application of a world: what its images know, and what of it is in the database. */
export class Django {
  readonly spec: DjangoSpec;
  readonly database: Database;
  readonly pace: DjangoOptions['pace'];
  readonly #older = new MigrationGraph(olderMigrations());
  readonly #newest: MigrationGraph;
  /** Keys; as the last command of manage.py left it. */
  #applied: ReadonlySet<string> | undefined;

  constructor({ spec, database, pace }: DjangoOptions) {
    this.spec = spec;
    this.database = database;
    this.pace = pace;
    this.#newest = new MigrationGraph(newestMigrations(spec));
  }

  /** What an image with this tag has the files of. */
  graphOf(version: string): MigrationGraph {
    return this.spec.older.includes(version) ? this.#older : this.#newest;
  }

  /** Applies the world's extra migrations, as if they had come with the release. */
  async start(): Promise<void> {
    await this.database.within({ application: 'seed' }, async (run) => {
      const applied = await readApplied(run);
      const extras = this.#newest.migrations.filter(
        (migration) => isExtra(migration) && !applied.has(keyOf(migration)),
      );
      for (const migration of extras) {
        for (const operation of migration.operations)
          for (const statement of statementsOf(operation, false) ?? []) await run(statement);
        await recordApplied(run, migration);
      }
      this.note(await readApplied(run));
    });
  }

  note(applied: ReadonlySet<string>): void {
    this.#applied = applied;
  }

  /** Code of the newer images fails on a schema without what their migrations bring. */
  trouble({ deployment, version }: ProgramName): Partial<Trouble> {
    const fits =
      !deployment.startsWith('backend') ||
      this.spec.older.includes(version) ||
      this.#applied === undefined ||
      this.#applied.has('accounts.0003_account_risk_level');
    return fits ? {} : { errorRate: 1, errorLines: [MISSING_COLUMN] };
  }
}

interface ProgramName {
  readonly deployment: string;
  readonly version: string;
}

interface Trouble {
  readonly errorRate: number;
  readonly errorLines: string[];
}

const MISSING_COLUMN = 'django.db.utils.ProgrammingError: column accounts_account.risk_level does not exist';

function isExtra({ app, name }: Migration): boolean {
  return app === 'reports' || name === '0004_account_limit';
}

/** Django's book of migrations, as keys. Empty where it is not there yet. */
export async function readApplied(run: RunSql): Promise<ReadonlySet<string>> {
  const [there] = await run(`SELECT to_regclass('django_migrations') AS there`);
  if (there?.there == null) return new Set();
  const rows = await run('SELECT app, name FROM django_migrations ORDER BY id');
  return new Set(rows.map(({ app, name }) => `${app}.${name}`));
}

export async function recordApplied(run: RunSql, { app, name }: Migration): Promise<void> {
  await run('INSERT INTO django_migrations (app, name, applied) VALUES ($1, $2, now())', [app, name]);
}

export async function recordUnapplied(run: RunSql, { app, name }: Migration): Promise<void> {
  await run('DELETE FROM django_migrations WHERE app = $1 AND name = $2', [app, name]);
}

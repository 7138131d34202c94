import type { Database } from './database.ts';
import { type Booking, type DatabaseSnapshot, takeSnapshot } from './snapshot.ts';

/** What a drill's referee may ask of the database; nothing that it does stays. */
export interface DatabaseReferee {
  /** As it is now, apart from what the application has booked in it; undefined when there is no such database. */
  now(database: string): Promise<DatabaseSnapshot | undefined>;
  /** As it was then: `start`, a file in /backup, `nights-ago/1`; undefined when that was not recorded. */
  recorded(name: string): DatabaseSnapshot | undefined;
  /** The committed bookings that this database does not have. */
  lost(database: string): Promise<readonly Booking[]>;
  /** First column of the first row, of a statement that only reads; null when there is no row. */
  value(database: string, statement: string): Promise<string | null>;
}

/** Who makes bookings, and can be asked to wait. */
export interface BookingSource {
  readonly bookings: readonly Booking[];
  /** Resolves when nothing is being booked; nothing will be until it is let go. */
  hold(): Promise<() => void>;
}

const REFEREE = { application: 'drill-referee', user: 'postgres' };

export function createReferee(database: Database, source: BookingSource): DatabaseReferee {
  const oidOf = async (name: string) => {
    const [found] = await database.within({ ...REFEREE, database: 'postgres' }, (run) =>
      run('SELECT oid FROM pg_database WHERE datname = $1', [name]),
    );
    return found?.oid ?? undefined;
  };
  const held = async <T>(work: () => Promise<T>) => {
    const release = await source.hold();
    try {
      return await work();
    } finally {
      release();
    }
  };
  return {
    now: (name) =>
      held(async () => {
        const oid = await oidOf(name);
        if (oid === undefined) return undefined;
        const made = source.bookings.filter((booking) => booking.database === oid);
        return database.within({ ...REFEREE, database: name }, (run) => takeSnapshot(run, made));
      }),
    recorded: (name) => database.snapshots.get(name),
    lost: (name) =>
      held(() =>
        database.within({ ...REFEREE, database: name }, async (run) => {
          const rows = await run('SELECT id, amount, account_id FROM accounts_transaction');
          const there = new Set(
            rows.map(({ id, amount, account_id: account }) => `${id} ${amount} ${account}`),
          );
          return source.bookings.filter(
            ({ id, amount, account, committed }) =>
              committed === true && !there.has(`${id} ${amount} ${account}`),
          );
        }),
      ),
    value: (name, statement) =>
      database.within({ ...REFEREE, database: name }, async (run) => {
        await run("SET default_transaction_read_only = on; SET statement_timeout = '10s'");
        const [first] = await run(statement);
        return Object.values(first ?? {})[0] ?? null;
      }),
  };
}

/** Answers `GET /sandbox/database/…` of the control API. */
export async function answerReferee(referee: DatabaseReferee, url: URL): Promise<Response | undefined> {
  const of = url.searchParams.get('of') ?? '';
  switch (url.pathname) {
    case '/sandbox/database/now':
      return Response.json({ snapshot: await referee.now(of) });
    case '/sandbox/database/recorded':
      return Response.json({ snapshot: referee.recorded(of) });
    case '/sandbox/database/lost':
      return Response.json({ bookings: await referee.lost(of) });
    case '/sandbox/database/value':
      return Response.json({ value: await referee.value(of, url.searchParams.get('statement') ?? '') });
    default:
      return undefined;
  }
}

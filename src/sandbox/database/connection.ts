import postgres from 'postgres';

/** Values as PostgreSQL writes them: text, or null. */
export type Row = Readonly<Record<string, string | null>>;

/**
 * Runs statements and resolves to the rows of the last; with values it is exactly one statement, whose $1, $2 … they
 * are. Rejects with the server's error, `code` its SQLSTATE.
 */
export type RunSql = (statement: string, values?: readonly (string | null)[]) => Promise<readonly Row[]>;

export interface Connection {
  readonly run: RunSql;
  /** Ends it at once. */
  close(): Promise<void>;
}

export interface ConnectionTarget {
  readonly socketFolder: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** What pg_stat_activity calls it. */
  readonly application: string;
}

const CONNECT_SECONDS = 5;

const asText = (oids: readonly number[]) => ({
  to: 25,
  from: [...oids],
  serialize: String,
  parse: (text: string) => text,
});

/** Every type that the client would turn into something else. */
const AS_TEXT = {
  number: asText([21, 23, 26, 700, 701]),
  json: asText([114, 3802]),
  boolean: asText([16]),
  date: asText([1082, 1114, 1184]),
  bytea: asText([17]),
};

/** One session of the server; it is opened by the first statement and never opened again once lost. */
export function connect(target: ConnectionTarget, onClosed: () => void = () => {}): Connection {
  let lost = false;
  const sql = postgres({
    host: target.socketFolder,
    port: target.port,
    user: target.user,
    database: target.database,
    max: 1,
    connect_timeout: CONNECT_SECONDS,
    max_lifetime: null,
    fetch_types: false,
    prepare: false,
    onnotice: () => {},
    onclose: () => {
      lost = true;
      onClosed();
    },
    connection: { application_name: target.application },
    types: AS_TEXT,
  });
  return {
    async run(statement, values) {
      if (lost) throw new Error(`The session of ${target.application} with the database has ended.`);
      const answer: readonly unknown[] = await (values === undefined
        ? sql.unsafe(statement)
        : sql.unsafe(statement, [...values]));
      const last = answer.at(-1);
      return (Array.isArray(last) ? last : answer) as readonly Row[];
    },
    close: () => sql.end({ timeout: 0 }),
  };
}

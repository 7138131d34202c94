import * as z from 'zod/mini';

const seconds = z.number().check(z.minimum(0));
const count = z.int().check(z.minimum(0), z.maximum(1_000_000));

/** A file in /backup: what pg_dump made of the database that many nights ago, and what became of it. */
const backup = z.strictObject({
  /** 0 is last night's. From 395 nights on, the schema is the one before transactions (accounts 0001). */
  nightsAgo: z.int().check(z.minimum(0), z.maximum(2000)),
  kind: z.optional(
    z.enum([
      'plain',
      /** pg_dump -Fc; its name ends in .dump. */
      'custom',
      /** Ends in the middle of a row. */
      'truncated',
      /** A row in the middle has lost a column: the restore fails there. */
      'damaged',
      /** Written by a later major version, with a setting that this server does not know. */
      'newer',
      'empty',
    ]),
  ),
  /** How much longer a restore of it takes, as one of a large database does; not of a custom one. */
  slowSeconds: z.optional(seconds),
  /** In place of backup-YYYYMMDD-020000.sql. */
  name: z.optional(z.string().check(z.minLength(1), z.regex(/^(?!\.{1,2}$)[^/\0]+$/))),
});

/** Somebody who is connected besides the application, and stays when its Deployments are scaled down. */
export const sessionSchema = z.strictObject({
  /** As application_name tells it: `psql`, `nightly-report`. */
  application: z.string(),
  user: z.optional(z.enum(['banking_user', 'postgres'])),
  /** Statements it runs on connecting: BEGIN among them leaves it idle in transaction, with its locks. */
  runs: z.optional(z.array(z.string())),
  /** When it connects, and for how long; at once and for good unless told. */
  afterSeconds: z.optional(seconds),
  seconds: z.optional(seconds),
  /** Connects again when it is terminated. */
  returns: z.optional(z.boolean()),
});

const parts = z.strictObject({
  /** The Deployment whose pod is the server. */
  deployment: z.optional(z.string()),
  /** The Deployments whose ready pods hold a connection each, and write. */
  writers: z.optional(z.array(z.string())),
  /** Bookings a second of all of them together. */
  writesPerSecond: z.optional(z.number().check(z.minimum(0), z.maximum(1000))),
  /** How long each booking stays open before it is committed: its session is idle in transaction, with its locks. */
  bookingSeconds: z.optional(seconds),
  accounts: z.optional(count.check(z.minimum(1))),
  transactions: z.optional(count),
  /** The migration of the app `accounts` that the live database stands at: 3 unless told. */
  migration: z.optional(z.union([z.literal(2), z.literal(3)])),
  backups: z.optional(z.array(backup)),
  sessions: z.optional(z.array(sessionSchema)),
  /** What is left on the volume of /backup, in bytes; as much as the machine has unless told. */
  backupFreeBytes: z.optional(count),
  /** The data goes with the pod, as in an emptyDir; it stays unless told. */
  ephemeral: z.optional(z.boolean()),
});

/** A real PostgreSQL behind a pod; `true` for the banking database as it usually is. */
export const databaseSchema = z.union([z.boolean(), parts]);

export type BackupSpec = z.infer<typeof backup> & {
  readonly kind: NonNullable<z.infer<typeof backup>['kind']>;
};
export type SessionSpec = z.infer<typeof sessionSchema>;

/** A whole description, nothing left to default. */
export interface DatabaseSpec {
  readonly deployment: string;
  readonly writers: readonly string[];
  readonly writesPerSecond: number;
  readonly bookingSeconds: number;
  readonly accounts: number;
  readonly transactions: number;
  readonly migration: 2 | 3;
  readonly backups: readonly BackupSpec[];
  readonly sessions: readonly SessionSpec[];
  readonly backupFreeBytes: number | undefined;
  readonly ephemeral: boolean;
}

/** Three nights at the schema before the release, and one from before there were transactions. */
const BACKUPS = [{ nightsAgo: 400 }, { nightsAgo: 2 }, { nightsAgo: 1 }, { nightsAgo: 0 }];

export function completeDatabase(
  input: z.infer<typeof databaseSchema> | undefined,
): DatabaseSpec | undefined {
  if (input === undefined || input === false) return undefined;
  const given = input === true ? {} : input;
  return {
    deployment: given.deployment ?? 'postgres',
    writers: given.writers ?? ['backend'],
    writesPerSecond: given.writesPerSecond ?? 4,
    bookingSeconds: given.bookingSeconds ?? 0,
    accounts: given.accounts ?? 53,
    transactions: given.transactions ?? 3000,
    migration: given.migration ?? 3,
    backups: (given.backups ?? BACKUPS).map((item) => ({ kind: 'plain', ...item })),
    sessions: given.sessions ?? [],
    backupFreeBytes: given.backupFreeBytes,
    ephemeral: given.ephemeral ?? false,
  };
}

/** A sentence for each name that two backups would have. */
export function backupProblems({ backups }: DatabaseSpec): readonly string[] {
  const names = backups.map(({ nightsAgo, kind, name }) =>
    JSON.stringify(
      name ?? (kind === 'custom' ? `a dump of ${nightsAgo} nights ago` : `${nightsAgo} nights ago`),
    ),
  );
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...twice].map((name) => `database.backups: two of them are ${name}; give one a name of its own`);
}

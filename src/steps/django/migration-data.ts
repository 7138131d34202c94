import { z } from 'zod';
import { djangoFields } from './fields.ts';

const command = z.object({ app: z.string(), target: z.string() });
/** One `migrate APP TARGET`. */
export type MigrateCommand = z.infer<typeof command>;

/** All that running, observing, probing and undoing a migration needs. */
export const migrationData = z.object({
  ...djangoFields,
  namespace: z.string(),
  pod: z.string(),
  uid: z.string(),
  container: z.string(),
  image: z.string(),
  backwards: z.boolean(),
  /** What is run, in this order. */
  commands: z.array(command),
  /** What would lead back, in this order. */
  wayBack: z.array(command),
  /** Applied before, and when it is done: sorted keys, as this image lists them. */
  before: z.array(z.string()),
  after: z.array(z.string()),
  /** Of those that move: the ones outside of a transaction. */
  nonAtomic: z.array(z.string()),
  /** What is lost for good, in words. */
  losses: z.array(z.string()),
  /** Tables that it locks, as in SQL. */
  locks: z.array(z.string()),
  lockTimeoutMs: z.number(),
  timeoutMs: z.number(),
});
export type MigrationData = z.infer<typeof migrationData>;

/** The migrations that are taken back or applied. */
export function movedOf({ before, after }: Pick<MigrationData, 'before' | 'after'>): readonly string[] {
  return [...before.filter((key) => !after.includes(key)), ...after.filter((key) => !before.includes(key))];
}

/** By this name the migration's own sessions are known in the database. */
export function applicationName({ commands }: Pick<MigrationData, 'commands'>): string {
  const what = commands.map(({ app, target }) => `${app} ${target}`).join(', ');
  // PostgreSQL keeps 63 bytes of a name.
  return `rollbook migrate ${what}`.slice(0, 63);
}

export type Reached = 'before' | 'after' | 'between' | 'elsewhere';

/** How far it has come, by what is applied now. 'elsewhere': somebody else has migrated too. */
export function reached(now: readonly string[], data: Pick<MigrationData, 'before' | 'after'>): Reached {
  if (same(now, data.after)) return 'after';
  if (same(now, data.before)) return 'before';
  const moved = new Set(movedOf(data));
  const rest = (keys: readonly string[]) => keys.filter((key) => !moved.has(key));
  return same(rest(now), rest(data.before)) ? 'between' : 'elsewhere';
}

function same(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((key, index) => key === b[index]);
}

/** 'applied since: accounts.0004_x; no longer applied: accounts.0003_y' */
export function differenceText(now: readonly string[], then: readonly string[]): string {
  const more = now.filter((key) => !then.includes(key));
  const less = then.filter((key) => !now.includes(key));
  return [
    ...(more.length === 0 ? [] : [`applied since: ${more.join(', ')}`]),
    ...(less.length === 0 ? [] : [`no longer applied: ${less.join(', ')}`]),
  ].join('; ');
}

/** What is true of a migration without a transaction that is listed as before, although it was begun. */
export function halfDone({ nonAtomic }: Pick<MigrationData, 'nonAtomic'>): string {
  return `${nonAtomic.join(', ')} runs outside of a transaction: it is listed as before, yet half of it may be done. Compare the tables with the SQL of the plan.`;
}

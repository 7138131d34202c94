import * as z from 'zod/mini';
import { sessionSchema } from './database-spec.ts';

/** What may go wrong with the database on a world's timeline. */
export const databaseActions = [
  /** The server dies without a shutdown; its container ends, and the next one recovers from the log. */
  z.strictObject({ do: z.literal('crash-database') }),
  /** Somebody connects and runs statements: a lock that is held, a session that comes back. */
  z.strictObject({ do: z.literal('open-session'), session: sessionSchema }),
] as const;

export type DatabaseAction = z.infer<(typeof databaseActions)[number]>;

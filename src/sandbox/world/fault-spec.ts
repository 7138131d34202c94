import * as z from 'zod/mini';
import { databaseActions } from '../database/database-faults.ts';

const seconds = z.number().check(z.minimum(0));
const count = z.int().check(z.minimum(1));

/**
 * Which request sets a fault off. What is left out matches everything.
 * Requests to a code host have its name as the group (`gitlab`, `github`), the HTTP method as the verb, the
 * project as the namespace, and as resource and subresource what the path says: `commits` and `revert`. Those to an
 * inbox have `slack`, `teams` or `statuspage` as the group, and as resource `webhook`, `chat.postMessage`, `incidents`.
 */
const requestMatch = z.strictObject({
  user: z.optional(z.string()),
  verb: z.optional(z.string()),
  group: z.optional(z.string()),
  resource: z.optional(z.string()),
  subresource: z.optional(z.string()),
  namespace: z.optional(z.string()),
  name: z.optional(z.string()),
  dryRun: z.optional(z.boolean()),
  /** Of an exec: a pattern for program and arguments, parted by spaces. */
  command: z.optional(z.string().check(z.refine(isPattern, 'expected a regular expression'))),
  /** The how manieth matching request is the first to be hit; 1 unless told. */
  nth: z.optional(count),
  /** How many matching requests are hit from there on; 1 unless told, `always` for all. */
  count: z.optional(z.union([count, z.literal('always')])),
});

const when = z.union([
  /** Seconds after the world's start. */
  z.strictObject({ after: seconds }),
  z.strictObject({ request: requestMatch }),
]);

const objectRef = {
  group: z.optional(z.string()),
  resource: z.string(),
  namespace: z.optional(z.string()),
  name: z.string(),
};

const action = z.discriminatedUnion('do', [
  /** Answers the request itself: 409, 403, 429, 500. */
  z.strictObject({
    do: z.literal('respond'),
    code: z.int().check(z.minimum(400), z.maximum(599)),
    reason: z.optional(z.string()),
    message: z.optional(z.string()),
    retryAfterSeconds: z.optional(z.int()),
  }),
  z.strictObject({ do: z.literal('delay'), seconds }),
  /** Closes the connection, nothing done. */
  z.strictObject({ do: z.literal('drop-connection') }),
  /** Does the request and closes the connection without an answer. */
  z.strictObject({ do: z.literal('drop-answer') }),
  /** Of an exec: the connection breaks off so many seconds after its start, and the program goes on. */
  z.strictObject({ do: z.literal('break-off'), seconds }),
  /** Does the request and answers later; of the inboxes alone. */
  z.strictObject({ do: z.literal('answer-late'), seconds }),
  z.strictObject({ do: z.literal('cut-watches'), refuseSeconds: z.optional(seconds) }),
  z.strictObject({ do: z.literal('expire-history') }),
  /** The applications of a Deployment behave otherwise from now on. */
  z.strictObject({
    do: z.literal('set-health'),
    deployment: z.string(),
    health: z.optional(z.int()),
    errorRate: z.optional(z.number()),
    crash: z.optional(z.nullable(z.strictObject({ afterSeconds: seconds, exitCode: z.optional(z.int()) }))),
  }),
  z.strictObject({ do: z.literal('kill-pods'), deployment: z.string(), count: z.optional(count) }),
  /** Someone else edits an object: a JSON merge patch. */
  z.strictObject({
    do: z.literal('edit'),
    ...objectRef,
    patch: z.record(z.string(), z.unknown()),
    manager: z.optional(z.string()),
  }),
  /** Takes verbs on a resource, or on one object of it, out of every role that gives them to this user. */
  z.strictObject({
    do: z.literal('withdraw-permission'),
    user: z.string(),
    verbs: z.array(z.string()),
    group: z.optional(z.string()),
    resource: z.string(),
    name: z.optional(z.string()),
  }),
  z.strictObject({
    do: z.literal('fail-prometheus'),
    seconds: z.optional(seconds),
    code: z.optional(z.int()),
  }),
  ...databaseActions,
]);

export const faultSchema = z.strictObject({
  /** Names the fault in the record of what was fired. */
  id: z.string(),
  when,
  actions: z.array(action).check(z.minLength(1)),
});

export type Fault = z.infer<typeof faultSchema>;
export type FaultAction = z.infer<typeof action>;
export type RequestMatch = z.infer<typeof requestMatch>;

function isPattern(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

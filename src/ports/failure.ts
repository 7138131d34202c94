/** Why something outside failed. Steps and screens branch on this, never on a message. */
export type FailureReason =
  | 'unauthorized'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'gone'
  | 'invalid'
  | 'throttled'
  | 'tls'
  | 'dns'
  | 'refused'
  | 'timeout'
  | 'disconnected'
  | 'cancelled'
  | 'not-configured'
  | 'not-served'
  | 'read-only'
  | 'unexpected';

export interface FailureDetails {
  readonly reason: FailureReason;
  /** What the operator can do next, a sentence. */
  readonly next?: string | undefined;
  /** HTTP status, when there was one. */
  readonly status?: number | undefined;
  /** How long the server asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
  /** What exactly, in one word for code, where `reason` is too coarse: 'branch-exists'. The port says which there are. */
  readonly detail?: string | undefined;
  /** Of a server-side apply: the fields that others own. */
  readonly conflicts?: readonly FieldConflict[] | undefined;
  readonly cause?: unknown;
}

/** A field that another manager owns: '.spec.replicas' of 'kubectl-edit'. */
export interface FieldConflict {
  readonly manager: string;
  readonly field: string;
}

/**
 * An expected failure of the world outside: what happened, to what, and what to do next.
 * The message is a sentence for the operator; `reason` is for code.
 */
export class PortFailure extends Error {
  readonly reason: FailureReason;
  readonly next: string | undefined;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly detail: string | undefined;
  readonly conflicts: readonly FieldConflict[];

  constructor(message: string, details: FailureDetails) {
    super(message, { cause: details.cause });
    this.name = 'PortFailure';
    this.reason = details.reason;
    this.next = details.next;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
    this.detail = details.detail;
    this.conflicts = details.conflicts ?? [];
  }
}

/** The thing asked for does not exist in this world (not configured, not served): a question, not a crash. */
export function isUnavailable(error: unknown): error is PortFailure {
  return error instanceof PortFailure && (error.reason === 'not-configured' || error.reason === 'not-served');
}

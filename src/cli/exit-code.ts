/** What the shell learns of how it went. */
export const EXIT = {
  succeeded: 0,
  failed: 1,
  /** Wrong usage, or an invalid runbook. */
  usage: 2,
  /** Refused before the first write: permission, lock, precondition. */
  refused: 3,
  /** Paused; `rollbook resume` goes on. */
  paused: 4,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A mistake of the user, or a no from the world, as sentences; never a stack trace. */
export class CommandFailure extends Error {
  readonly exitCode: ExitCode;
  readonly next: string | undefined;
  constructor(message: string, exitCode: ExitCode, next?: string) {
    super(message);
    this.name = 'CommandFailure';
    this.exitCode = exitCode;
    this.next = next;
  }
}

import { CommandFailure, EXIT, type ExitCode } from './exit-code.ts';

/** Errors of other rooms whose message is a sentence already; by name, so that none of those rooms is loaded here. */
const EXPECTED: ReadonlyMap<string, ExitCode> = new Map([
  ['PortFailure', EXIT.refused],
  ['JournalDamaged', EXIT.refused],
  ['StateUnusable', EXIT.refused],
  ['SessionHeld', EXIT.refused],
  ['NamespaceTaken', EXIT.refused],
  ['NoHost', EXIT.refused],
  // Whatever was done is in the journal; with room on the disk it goes on from there.
  ['JournalUnwritable', EXIT.paused],
]);

/** An error as lines for the user, and what the shell is told. Only a defect shows a stack. */
export function explain(error: unknown): { readonly lines: readonly string[]; readonly exitCode: ExitCode } {
  const next =
    error instanceof Error && 'next' in error && typeof error.next === 'string' ? [error.next] : [];
  if (error instanceof CommandFailure) return { lines: [error.message, ...next], exitCode: error.exitCode };
  const expected = error instanceof Error ? EXPECTED.get(error.name) : undefined;
  if (error instanceof Error && expected !== undefined)
    return { lines: [error.message, ...next], exitCode: isSetUpWrong(error) ? EXIT.usage : expected };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    lines: ['This is a defect in rollbook; please report it with what follows.', stack],
    exitCode: EXIT.failed,
  };
}

/** No cluster, or no such one, is configured: as wrong as a wrong flag. */
function isSetUpWrong(error: Error): boolean {
  return 'reason' in error && error.reason === 'not-configured';
}

import { CommandFailure, EXIT, type ExitCode } from './exit-code.ts';

/** Errors of other rooms whose message is a sentence already; by name, so that none of those rooms is loaded here. */
const EXPECTED: ReadonlySet<string> = new Set([
  'PortFailure',
  'JournalUnwritable',
  'JournalDamaged',
  'StateUnusable',
  'SessionHeld',
  'NoHost',
]);

/** An error as lines for the user, and what the shell is told. Only a defect shows a stack. */
export function explain(error: unknown): { readonly lines: readonly string[]; readonly exitCode: ExitCode } {
  const next =
    error instanceof Error && 'next' in error && typeof error.next === 'string' ? [error.next] : [];
  if (error instanceof CommandFailure) return { lines: [error.message, ...next], exitCode: error.exitCode };
  if (error instanceof Error && EXPECTED.has(error.name))
    return { lines: [error.message, ...next], exitCode: EXIT.refused };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    lines: ['This is a defect in rollbook; please report it with what follows.', stack],
    exitCode: EXIT.failed,
  };
}

import { verifyJournal } from '../journal/verify.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { findSession } from './find-session.ts';
import type { Io } from './io.ts';

/** rollbook verify SESSION: whether its journal is whole and unchanged. */
export async function verify(typed: string, io: Io): Promise<ExitCode> {
  const session = findSession(typed);
  const verdict = verifyJournal(session.folder);
  if (!verdict.ok) {
    io.err(`The journal of ${session.id} is not as it was written: line ${verdict.line}. ${verdict.message}`);
    return EXIT.failed;
  }
  const torn = verdict.tornBytes > 0 ? `; a line of ${verdict.tornBytes} bytes was cut short at its end` : '';
  io.out(
    `The journal of ${session.id} is whole and unchanged: ${verdict.events} events, head ${verdict.hash}${torn}.`,
  );
  return EXIT.succeeded;
}

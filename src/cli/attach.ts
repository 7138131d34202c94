import { sessionHolder } from '../host/lock.ts';
import { CommandFailure, EXIT, type ExitCode } from './exit-code.ts';
import { findSession, newestSession } from './find-session.ts';
import type { Io } from './io.ts';
import { screenFor } from './run-on-screen.ts';

/** rollbook attach [SESSION]: another look at a session that runs; the newest one when none is named. */
export async function attach(typed: string | undefined, io: Io): Promise<ExitCode> {
  const session =
    typed === undefined
      ? newestSession(
          'attach to',
          ({ status, folder }) => status !== 'ended' && sessionHolder(folder) !== undefined,
        )
      : findSession(typed);
  if (!process.stdin.isTTY || !process.stdout.isTTY)
    throw new CommandFailure(
      'attach needs a terminal.',
      EXIT.usage,
      `rollbook show ${session.id} prints what happened so far.`,
    );
  return screenFor(session.folder, io);
}

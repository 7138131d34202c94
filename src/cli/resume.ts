import { SessionHeld, sessionHolder } from '../host/lock.ts';
import { CommandFailure, EXIT, type ExitCode } from './exit-code.ts';
import { findSession, newestSession } from './find-session.ts';
import type { Io } from './io.ts';
import { readKept } from './kept.ts';
import { givenInputs } from './run.ts';
import { type AnswerFlags, runRequested } from './run-requested.ts';

export interface ResumeFlags extends AnswerFlags {
  readonly input: readonly string[];
}

/** rollbook resume [SESSION]: the newest that can be resumed when none is named. */
export async function resume(typed: string | undefined, flags: ResumeFlags, io: Io): Promise<ExitCode> {
  const session =
    typed === undefined
      ? newestSession(
          'resume',
          ({ status, folder }) => status !== 'ended' && sessionHolder(folder) === undefined,
        )
      : findSession(typed);
  const holder = sessionHolder(session.folder);
  if (holder !== undefined) throw new SessionHeld(session.id, holder === 'unknown' ? undefined : holder);
  if (flags.auto && readKept(session.folder).mode !== 'drill')
    throw new CommandFailure(
      '--auto answers everything, so it is for drills alone.',
      EXIT.usage,
      'Use --yes and --confirm.',
    );
  return runRequested({ command: 'resume', session, given: givenInputs(flags.input) }, flags, io);
}

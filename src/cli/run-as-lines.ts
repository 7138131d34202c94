import type { SessionState } from '../engine/state.ts';
import { concludeDrill } from './conclude-drill.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { parseAssignments } from './inputs.ts';
import type { Io } from './io.ts';
import type { AnswerFlags } from './run-requested.ts';
import { drillLines } from './scorecard-file.ts';
import { openRequested, type SessionRequest } from './session-request.ts';
import { runUnattended } from './unattended-session.ts';

/** The session in this process, told line by line and answered by flags. */
export async function runAsLines(request: SessionRequest, flags: AnswerFlags, io: Io): Promise<ExitCode> {
  const consent = {
    yes: flags.yes ?? false,
    confirm: new Set(flags.confirm),
    answers: parseAssignments(flags.answer, '--answer'),
    auto: flags.auto ?? false,
  };
  const { opened, world } = await openRequested(request);
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt);
  // A reader that went away is a lost terminal: the session pauses.
  process.stdout.on('error', interrupt);
  let last: SessionState = opened.state;
  try {
    const exitCode = await runUnattended(opened, {
      consent,
      json: flags.json ?? false,
      io,
      interrupted: interrupted.signal,
      onState: (state) => {
        last = state;
      },
    });
    const scorecard = await concludeDrill(opened, last);
    if (scorecard === undefined) return exitCode;
    for (const line of drillLines(scorecard, flags.json ?? false)) io.out(line);
    if (!flags.auto) return exitCode;
    return scorecard.expectations.every((check) => check.held) ? EXIT.succeeded : EXIT.failed;
  } finally {
    opened.close();
    // A paused drill is resumed in the same world, which ends by itself when nobody comes back.
    if (last.status === 'ended') await world?.stop();
  }
}

import type { SessionState } from '../engine/state.ts';
import type { Consent } from '../host/unattended.ts';
import { concludeDrill } from './conclude-drill.ts';
import { checkSteps, consentOf } from './consent.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { loadScenario } from './load.ts';
import type { OpenedSession } from './open-session.ts';
import type { AnswerFlags } from './run-requested.ts';
import { drillLines } from './scorecard-file.ts';
import { openRequested, type SessionRequest } from './session-request.ts';
import { SIGNALS } from './signals.ts';
import { runUnattended } from './unattended-session.ts';

/** The session in this process, told line by line and answered by flags. */
export async function runAsLines(request: SessionRequest, flags: AnswerFlags, io: Io): Promise<ExitCode> {
  const consent = consentOf(flags);
  const interrupted = new AbortController();
  for (const signal of SIGNALS) process.on(signal, () => interrupted.abort(`Interrupted by ${signal}`));
  // A reader that went away is a lost terminal: the session pauses.
  process.stdout.on('error', () => interrupted.abort('Nobody reads the output any more'));
  const { opened, world } = await openRequested(request, (runbook) => checkSteps(consent, runbook));
  let last: SessionState = opened.state;
  try {
    const exitCode = await runUnattended(opened, {
      consent: flags.auto ? { ...consent, answers: await scripted(opened, consent) } : consent,
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
    await opened.leaveNamespace();
    opened.close();
    // A paused drill is resumed in the same world, which ends by itself when nobody comes back.
    if (last.status === 'ended') await world?.stop();
  }
}

/** A drill that plays itself answers as its scenario says, where no flag does. */
async function scripted({ kept, state }: OpenedSession, { answers }: Consent): Promise<Consent['answers']> {
  if (kept.scenario === undefined) return answers;
  const { operator } = await loadScenario(state.runbook, kept.scenario);
  return new Map([...Object.entries(operator.answers), ...answers]);
}

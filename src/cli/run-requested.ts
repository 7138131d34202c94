import type { SessionState } from '../engine/state.ts';
import { concludeDrill, drillLines } from './conclude-drill.ts';
import type { ExitCode } from './exit-code.ts';
import { parseAssignments } from './inputs.ts';
import type { Io } from './io.ts';
import { openRequested, type SessionRequest } from './session-request.ts';
import { runUnattended } from './unattended-session.ts';

export interface AnswerFlags {
  readonly yes?: boolean;
  readonly confirm: readonly string[];
  readonly answer: readonly string[];
  readonly auto?: boolean;
  readonly plain?: boolean;
  readonly json?: boolean;
}

/** On the screen where there is one to draw on and nobody asked for lines; else as lines, answered by flags. */
export async function runRequested(request: SessionRequest, flags: AnswerFlags, io: Io): Promise<ExitCode> {
  const lines = flags.json || flags.plain || flags.yes || flags.auto || flags.confirm.length > 0;
  if (!lines && process.stdin.isTTY && process.stdout.isTTY) {
    const { runOnScreen } = await import('./run-on-screen.ts');
    return runOnScreen(request, io);
  }
  return runAsLines(request, flags, io);
}

async function runAsLines(request: SessionRequest, flags: AnswerFlags, io: Io): Promise<ExitCode> {
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
  try {
    let last: SessionState = opened.state;
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
    return flags.auto ? (scorecard.expectations.every((check) => check.held) ? 0 : 1) : exitCode;
  } finally {
    opened.close();
    if (opened.journal !== undefined) await world?.stop();
  }
}

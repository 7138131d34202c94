import type { Event } from '../engine/event.ts';
import { currentQuestion } from '../engine/select.ts';
import type { SessionState } from '../engine/state.ts';
import { answerUnattended, type Consent } from '../host/unattended.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { jsonLine } from './json-lines.ts';
import { startFigures } from './live.ts';
import type { OpenedSession } from './open-session.ts';
import { plainLines } from './plain-lines.ts';

export interface UnattendedOptions {
  readonly consent: Consent;
  readonly json: boolean;
  readonly io: Io;
  /** Aborted with a sentence by the first Ctrl-C; what is in flight is finished, then the session pauses. */
  readonly interrupted: AbortSignal;
  onState(state: SessionState): void;
}

/** Runs a session without a screen: lines out, answers from flags; without an answer it pauses. */
export async function runUnattended(opened: OpenedSession, options: UnattendedOptions): Promise<ExitCode> {
  const { consent, json, io, interrupted } = options;
  let scheduled = false;
  let stopping: Promise<void> | undefined;
  const stop = (reason: string) => {
    stopping ??= runner.stop(reason);
  };
  const answer = () => {
    scheduled = false;
    if (stopping !== undefined || runner.state.status !== 'active') return;
    const question = currentQuestion(runner.state);
    if (question === undefined) return;
    const asked = answerUnattended(runner.state, consent);
    const taken = asked === undefined ? undefined : runner.ask(asked);
    if (taken?.ok !== true) stop(waitingSentence(runner.state, taken?.message));
  };
  const tell = (events: readonly Event[], state: SessionState) => {
    for (const event of events) {
      if (json) io.out(jsonLine(event));
      else for (const line of plainLines(event, state)) io.out(line);
    }
  };
  tell(opened.begun, opened.state);
  const runner = opened.start({
    onEvents(events: readonly Event[], state: SessionState) {
      options.onState(state);
      tell(events, state);
      if (scheduled) return;
      scheduled = true;
      setImmediate(answer);
    },
    onOutput: () => undefined,
  });
  const onInterrupt = () => stop(String(interrupted.reason));
  if (interrupted.aborted) onInterrupt();
  else interrupted.addEventListener('abort', onInterrupt, { once: true });
  const figures = startFigures(opened, runner);
  // A resumed session may begin at a question, with no event to come.
  setImmediate(answer);
  try {
    await runner.done;
    await stopping;
  } finally {
    figures.abort();
    interrupted.removeEventListener('abort', onInterrupt);
  }
  return exitCodeOf(runner.state, interrupted.aborted);
}

function waitingSentence(state: SessionState, refusal: string | undefined): string {
  const question = currentQuestion(state);
  const step = question?.step.id ?? state.current ?? 'the session';
  const dangerous =
    question?.for === 'confirmation' && 'plan' in question.step && question.step.plan?.risk === 'dangerous';
  const how = dangerous
    ? `--confirm ${step} answers it`
    : question?.for === 'confirmation'
      ? '--yes answers it'
      : question?.for === 'answer'
        ? `--answer ${step}=VALUE answers it`
        : 'a person has to look';
  return `${step} waits for an answer (${how}); ${refusal === undefined ? '' : `${refusal} `}go on with: rollbook resume ${state.session}`;
}

function exitCodeOf(state: SessionState, interrupted: boolean): ExitCode {
  if (state.status !== 'ended') return interrupted ? EXIT.interrupted : EXIT.paused;
  if (state.end?.outcome === 'succeeded') return EXIT.succeeded;
  return state.end?.refused ? EXIT.refused : EXIT.failed;
}

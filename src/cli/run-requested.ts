import type { ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import type { SessionRequest } from './session-request.ts';

export interface AnswerFlags {
  readonly yes?: boolean;
  readonly confirm: readonly string[];
  readonly answer: readonly string[];
  readonly auto?: boolean;
  readonly plain?: boolean;
  readonly json?: boolean;
}

/**
 * On the screen where there is one to draw on and nobody asked for lines; else as lines, answered by flags.
 * Loads only what it needs: the screen's process stays small.
 */
export async function runRequested(request: SessionRequest, flags: AnswerFlags, io: Io): Promise<ExitCode> {
  const answered = flags.yes || flags.auto || flags.confirm.length > 0 || flags.answer.length > 0;
  const lines = flags.json || flags.plain || answered;
  if (!lines && process.stdin.isTTY && process.stdout.isTTY) {
    const { runOnScreen } = await import('./run-on-screen.ts');
    return runOnScreen(request, io);
  }
  const { runAsLines } = await import('./run-as-lines.ts');
  return runAsLines(request, flags, io);
}

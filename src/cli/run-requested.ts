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

/** Loads only what it needs: the screen's process stays small. On the screen where there is one to draw on and nobody asked for lines; else as lines, answered by flags. */
export async function runRequested(request: SessionRequest, flags: AnswerFlags, io: Io): Promise<ExitCode> {
  const lines = flags.json || flags.plain || flags.yes || flags.auto || flags.confirm.length > 0;
  if (!lines && process.stdin.isTTY && process.stdout.isTTY) {
    const { runOnScreen } = await import('./run-on-screen.ts');
    return runOnScreen(request, io);
  }
  const { runAsLines } = await import('./run-as-lines.ts');
  return runAsLines(request, flags, io);
}

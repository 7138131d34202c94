import type { ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { givenInputs } from './run.ts';
import { type AnswerFlags, runRequested } from './run-requested.ts';
import { NO_SETTINGS } from './settings.ts';

export interface DrillFlags extends AnswerFlags {
  readonly input: readonly string[];
  readonly scenario?: string;
}

/** rollbook drill RUNBOOK: the same session, in the embedded sandbox. */
export async function drill(runbook: string, flags: DrillFlags, io: Io): Promise<ExitCode> {
  const request = {
    command: 'begin',
    mode: 'drill',
    runbook,
    given: givenInputs(flags.input),
    connection: {},
    settings: NO_SETTINGS,
    ...(flags.scenario === undefined ? {} : { scenario: flags.scenario }),
  } as const;
  // Nobody can be asked where there is no terminal: then a drill plays itself, unless flags answer.
  const answered = flags.yes || flags.confirm.length > 0 || flags.answer.length > 0;
  const auto = flags.auto ?? !(answered || (process.stdin.isTTY && process.stdout.isTTY));
  return runRequested(request, { ...flags, auto }, io);
}

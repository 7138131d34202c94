import type { HomeChoice } from '../view/home.ts';
import { attach } from './attach.ts';
import { drill } from './drill.ts';
import type { ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import { preview } from './preview.ts';
import { resume } from './resume.ts';
import { run } from './run.ts';

const NO_FLAGS = { input: [], confirm: [], answer: [] } as const;

/** Does what was chosen on the home screen. */
export function perform(choice: Exclude<HomeChoice, { action: 'quit' }>, io: Io): Promise<ExitCode> {
  switch (choice.action) {
    case 'run':
      return run(choice.runbook.file, { ...NO_FLAGS, input: assignments(choice.given) }, io);
    case 'preview':
      return preview(choice.runbook.file, { ...NO_FLAGS, input: assignments(choice.given) }, io);
    case 'drill':
      return drill(choice.runbook.file, { ...NO_FLAGS, scenario: choice.scenario }, io);
    case 'resume':
      return resume(choice.session, NO_FLAGS, io);
    case 'attach':
      return attach(choice.session, io);
  }
}

function assignments(given: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.entries(given).map(([name, value]) => `${name}=${value}`);
}

import { reduce } from '../engine/reduce.ts';
import type { SessionState } from '../engine/state.ts';
import { readJournal } from '../journal/replay.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { findSession } from './find-session.ts';
import type { Io } from './io.ts';
import { asJsonLine } from './json-lines.ts';
import { plainLines } from './plain-lines.ts';

/** rollbook show SESSION: the journal, as it was told while it happened. */
export async function show(typed: string, { json = false }: { json?: boolean }, io: Io): Promise<ExitCode> {
  const session = findSession(typed);
  let state: SessionState | undefined;
  for (const event of readJournal(session.folder).events) {
    state = reduce(state, event);
    if (json) io.out(asJsonLine(event));
    else for (const line of plainLines(event, state)) io.out(line);
  }
  return EXIT.succeeded;
}

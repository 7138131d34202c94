import { sessionHolder } from '../host/lock.ts';
import { listSessions } from '../journal/sessions.ts';
import type { SessionSummary } from '../journal/summary.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { sessionsFolder } from './find-session.ts';
import type { Io } from './io.ts';
import { asJsonLine } from './json-lines.ts';

/** How a session stands: its journal says, and for an open one, whether its host lives. */
function standing(session: SessionSummary): string {
  if (session.status === 'ended') return session.outcome ?? 'ended';
  if (session.status === 'paused') return 'paused';
  return sessionHolder(session.folder) === undefined ? 'cut off' : 'running';
}

/** rollbook sessions */
export async function sessions({ json = false }: { json?: boolean }, io: Io): Promise<ExitCode> {
  const all = listSessions(sessionsFolder());
  if (json) {
    io.out(asJsonLine(all.map((session) => ({ ...session, standing: standing(session) }))));
    return EXIT.succeeded;
  }
  if (all.length === 0)
    io.out('No sessions yet. rollbook drill banking-app/application-rollback rehearses one.');
  for (const session of all) {
    const where = session.step === undefined || session.status === 'ended' ? '' : `  at ${session.step}`;
    const begun = session.startedAt.slice(0, 16).replace('T', ' ');
    io.out(
      `${session.id}  ${begun}  ${session.world.mode.padEnd(8)}  ${standing(session).padEnd(9)}  ${session.runbook.id}${where}`,
    );
  }
  return EXIT.succeeded;
}

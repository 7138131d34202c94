import { sessionHolder } from '../host/lock.ts';
import { listSessions } from '../journal/sessions.ts';
import type { SessionSummary } from '../journal/summary.ts';
import { readCatalog } from '../runbook/catalog.ts';
import type { HomeModel, HomeRun, HomeRunbook, HomeSession, HomeTarget } from '../view/home.ts';
import { currentContext } from './current-context.ts';
import { sessionsFolder } from './find-session.ts';
import { typedProblem } from './inputs.ts';
import { loadRunbook, runbookFolders } from './load.ts';
import { NO_SETTINGS, readSettings } from './settings.ts';
import { VERSION } from './version.ts';

/** Where a session begun here would work: as kubectl would, and as rollbook.yaml knows that context. */
async function targetOf(): Promise<HomeTarget | undefined> {
  const found = currentContext(process.env);
  if (found === undefined) return undefined;
  const { contexts } = await readSettings(process.cwd(), process.env).catch(() => NO_SETTINGS);
  return { ...found, production: contexts[found.context]?.production === true };
}

/** What the home screen shows. Every runbook is read and checked, one at a time, so that keys are heard in between. */
export async function homeModel(): Promise<HomeModel> {
  const target = await targetOf();
  const sessions = listSessions(sessionsFolder());
  const runbooks: HomeRunbook[] = [];
  const problems: string[] = [];
  for (const entry of readCatalog(runbookFolders())) {
    await new Promise(setImmediate);
    try {
      const runbook = await loadRunbook(entry.file);
      runbooks.push({
        runbook,
        scenarios: straightFirst(entry.scenarios),
        ...lastRuns(sessions, runbook.id),
      });
    } catch (error) {
      problems.push(
        `${entry.id}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`,
      );
    }
  }
  return {
    version: VERSION,
    ...(target === undefined ? {} : { target }),
    runbooks,
    sessions: sessions.flatMap(openSession),
    problems,
    check: typedProblem,
  };
}

function lastRuns(
  sessions: readonly SessionSummary[],
  id: string,
): { lastRun?: HomeRun; lastDrill?: HomeRun } {
  const last = (mode: string): HomeRun | undefined => {
    const found = sessions.find((session) => session.runbook.id === id && session.world.mode === mode);
    return (
      found && { at: found.startedAt, ...(found.outcome === undefined ? {} : { outcome: found.outcome }) }
    );
  };
  const lastRun = last('incident');
  const lastDrill = last('drill');
  return { ...(lastRun === undefined ? {} : { lastRun }), ...(lastDrill === undefined ? {} : { lastDrill }) };
}

function openSession(session: SessionSummary): readonly HomeSession[] {
  if (session.status === 'ended') return [];
  const { context, mode } = session.world;
  return [
    {
      id: session.id,
      title: session.runbook.title,
      mode,
      ...(context === undefined ? {} : { context }),
      status: sessionHolder(session.folder) === undefined ? 'paused' : 'running',
      at: session.lastEventAt,
      ...(session.step === undefined ? {} : { where: session.step }),
    },
  ];
}

/** The one to begin with; it is the one that `drill` takes, too. */
function straightFirst<Scenario extends { readonly id: string }>(
  all: readonly Scenario[],
): readonly Scenario[] {
  return all.toSorted((a, b) => Number(b.id === 'straight') - Number(a.id === 'straight'));
}

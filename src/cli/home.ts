import { sessionHolder } from '../host/lock.ts';
import { listSessions } from '../journal/sessions.ts';
import type { SessionSummary } from '../journal/summary.ts';
import { readCatalog } from '../runbook/catalog.ts';
import type { HomeChoice, HomeModel, HomeRun, HomeRunbook, HomeSession, HomeTarget } from '../view/home.ts';
import { attach } from './attach.ts';
import { currentContext } from './current-context.ts';
import { drill } from './drill.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { sessionsFolder } from './find-session.ts';
import { typedProblem } from './inputs.ts';
import type { Io } from './io.ts';
import { list } from './list.ts';
import { loadRunbook, runbookFolders } from './load.ts';
import { preview } from './preview.ts';
import { resume } from './resume.ts';
import { run } from './run.ts';
import { NO_SETTINGS, readSettings } from './settings.ts';
import { VERSION } from './version.ts';

const NO_FLAGS = { input: [], confirm: [], answer: [] } as const;

/** rollbook alone: the home screen, again after each preview; the list where there is no terminal. */
export async function home(io: Io): Promise<ExitCode> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    await list({ json: false, folders: runbookFolders() }, io);
    io.out('\nrollbook --help lists the commands.');
    return EXIT.succeeded;
  }
  const { runHome } = await import('../view/run-home.tsx');
  for (;;) {
    const model = await homeModel();
    io.takeScreen?.();
    const choice = await runHome({ model });
    if (choice.action === 'quit') return EXIT.succeeded;
    const code = await perform(choice, io);
    if (choice.action !== 'preview') return code;
  }
}

function perform(choice: Exclude<HomeChoice, { action: 'quit' }>, io: Io): Promise<ExitCode> {
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

/** Where a session begun here would work: as kubectl would, and as rollbook.yaml knows that context. */
async function targetOf(): Promise<HomeTarget | undefined> {
  const found = currentContext(process.env);
  if (found === undefined) return undefined;
  const { contexts } = await readSettings(process.cwd(), process.env).catch(() => NO_SETTINGS);
  return { ...found, production: contexts[found.context]?.production === true };
}

async function homeModel(): Promise<HomeModel> {
  const target = await targetOf();
  const sessions = listSessions(sessionsFolder());
  const runbooks: HomeRunbook[] = [];
  const problems: string[] = [];
  for (const entry of readCatalog(runbookFolders())) {
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

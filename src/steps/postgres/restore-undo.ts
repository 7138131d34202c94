import { type Outcome, type Plan, type PlanContext, type RunContext, StepFailure } from '../step-kind.ts';
import { databasesOf } from './catalog.ts';
import { kubectlExec } from './kubectl-exec.ts';
import { isOurs } from './marker.ts';
import { sqlIdentifier, sqlLiteral } from './quoting.ts';
import { type RestoreData, restoreData } from './restore-plan.ts';
import { psqlArgv, type ServerData, samePod, statements, type WritableServer } from './server.ts';

/** The way back from a restore: the new database goes, if it is still under its name and still carries the mark. */
export async function planDrop(plan: Plan, context: PlanContext): Promise<Plan> {
  const data = restoreData.parse(plan.data);
  const server = await samePod(data.server, context);
  const found = (await databasesOf(server)).find(({ name }) => name === data.database);
  if (found !== undefined && !isOurs(found.comment))
    throw new StepFailure(`${data.database} does not carry the mark of rollbook: it is not dropped.`, {
      next: 'Somebody else made it, or changed its comment. Look at it, and drop it by hand if it may go.',
    });
  const base = { ...plan, facts: [], warnings: [], alreadyDone: false, data: { ...data, action: 'drop' } };
  if (found === undefined)
    return { ...base, summary: `${data.database} is not there`, effects: [], alreadyDone: true };
  return {
    ...base,
    summary: `drop the database ${data.database}`,
    effects: [
      {
        ...{ verb: 'exec', target: `database/${data.database}`, namespace: server.namespace, diff: [] },
        summary: `end what still runs in ${data.database}, and drop it`,
        command: kubectlExec(server, psqlArgv(server, server.maintenance, dropCommands(data.database))),
      },
    ],
  };
}

function dropCommands(name: string): readonly string[] {
  return [
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${sqlLiteral(name)} AND pid <> pg_backend_pid()`,
    `DROP DATABASE IF EXISTS ${sqlIdentifier(name)}`,
  ];
}

const ATTEMPTS = 5;
const PAUSE_MS = 1_000;

/** Ends what runs in the new database and drops it; a session takes a moment to go. */
export async function runDrop(
  { database }: RestoreData & { readonly server: ServerData },
  server: WritableServer,
  context: RunContext,
): Promise<Outcome> {
  for (let attempt = 1; ; attempt++) {
    const found = (await databasesOf(server)).find(({ name }) => name === database);
    if (found === undefined) return { summary: 'dropped', evidence: [], outputs: {} };
    if (!isOurs(found.comment))
      throw new StepFailure(`${database} no longer carries the mark of rollbook: it was not dropped.`);
    try {
      await statements(server, dropCommands(database), `drop ${database}`);
    } catch (error) {
      if (!(error instanceof StepFailure) || attempt >= ATTEMPTS) throw error;
      await context.ports.clock.sleep(PAUSE_MS, context.signal);
    }
  }
}

import { z } from 'zod';
import { neutralise } from '../../prose/neutralise.ts';
import {
  defineKind,
  type Landed,
  type Observation,
  type Outcome,
  type Plan,
  type PlanContext,
  type RunContext,
  StepFailure,
} from '../step-kind.ts';
import { databasesOf, type Session, sessionsOf, sessionText } from './catalog.ts';
import { execAccess } from './exec-access.ts';
import { kubectlExec } from './kubectl-exec.ts';
import { sqlLiteral } from './quoting.ts';
import {
  dataOf,
  findServer,
  psqlArgv,
  samePod,
  serverData,
  serverFields,
  sqlNameField,
  statements,
  writableServer,
} from './server.ts';

const data = z.object({
  server: serverData,
  database: z.string(),
  sessions: z.array(z.object({ pid: z.number(), started: z.string(), text: z.string() })),
});
type Terminating = z.infer<typeof data>;

/** Ends the sessions that are still connected to a database, each of them named before. */
export const terminateSessions = defineKind({
  kind: 'postgres/terminate-sessions',
  description:
    'Ends the sessions that are connected to a database, named one by one before; does nothing when nobody is.',
  schema: z.strictObject({ ...serverFields, database: sqlNameField.describe('The database.') }),
  risk: 'dangerous',
  outputs: { ended: 'Those that were ended, in words.', left: 'Who is connected now, in words.' },
  window: { forMs: 2_000, withinMs: 20_000, everyMs: 500 },
  describe: ({ database }) => `End the sessions that are left on ${database}`,
  plan: async (params, context) => {
    const { permissions } = await execAccess(context, params.namespace);
    const server = await findServer(params, context);
    const { database } = params;
    if (!(await databasesOf(server)).some(({ name }) => name === database))
      throw new StepFailure(`There is no database ${database} on pod/${server.pod}.`);
    const sessions = await sessionsOf(server, [database], database);
    const planned: Terminating = {
      ...{ server: dataOf(server), database },
      sessions: sessions.map((session) => ({ ...idOf(session), text: sessionText(session) })),
    };
    const none = sessions.length === 0;
    return {
      summary: none
        ? `nobody is connected to ${database}`
        : `end ${countText(sessions.length)} on ${database}`,
      effects: planned.sessions.map((session) => ({
        ...{ verb: 'exec', target: `session/${session.pid}`, namespace: server.namespace, diff: [] },
        summary: `end the session of ${neutralise(session.text)}`,
        command: kubectlExec(server, psqlArgv(server, server.maintenance, [endCommand(planned, [session])])),
      })),
      ...{ risk: 'dangerous', preconditions: ['the same sessions, by pid and start'], permissions },
      facts: none ? [] : ['what they have not committed is rolled back by the server'],
      warnings: none ? [] : ['it cannot be undone: whoever is ended has to connect again'],
      ...{ confirmWord: database, data: planned },
      ...(none ? { alreadyDone: true } : {}),
    };
  },
  run,
  observe,
  probe,
});

function idOf({ pid, started }: Session) {
  return { pid, started };
}

function countText(count: number): string {
  return count === 1 ? '1 session' : `${count} sessions`;
}

/** By pid and start: a pid may be somebody else's by now. */
function endCommand({ database }: Terminating, sessions: Terminating['sessions']): string {
  const them = sessions.map(
    ({ pid, started }) => `(pid = ${pid} AND backend_start::text = ${sqlLiteral(started)})`,
  );
  return `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${sqlLiteral(database)} AND (${them.join(' OR ')})`;
}

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const planned = data.parse(plan.data);
  if (plan.alreadyDone) return { summary: 'nobody', evidence: [], outputs: {} };
  const server = await writableServer(planned.server, context);
  await statements(server, [endCommand(planned, planned.sessions)], `end sessions on ${planned.database}`);
  return { summary: countText(planned.sessions.length), evidence: [], outputs: {} };
}

async function observe(plan: Plan, context: PlanContext): Promise<Observation> {
  const planned = data.parse(plan.data);
  const left = await sessionsOf(await samePod(planned.server, context), [planned.database]);
  const who = left.map(sessionText);
  return {
    holds: left.length === 0,
    summary: left.length === 0 ? 'nobody left' : `${countText(left.length)}: ${who.slice(0, 3).join('; ')}`,
    evidence: [
      ...planned.sessions.map(({ text }) => `ended: ${text}`),
      ...who.map((text) => `connected now: ${text}`),
    ],
    outputs: { ended: planned.sessions.map(({ text }) => text), left: who },
  };
}

async function probe(plan: Plan, context: PlanContext): Promise<Landed> {
  const planned = data.parse(plan.data);
  const now = await sessionsOf(await samePod(planned.server, context), [planned.database]);
  const same = planned.sessions.filter(({ pid, started }) =>
    now.some((session) => session.pid === pid && session.started === started),
  );
  if (same.length === 0) return { landed: 'yes', evidence: 'None of these sessions is there any more.' };
  const landed = same.length === planned.sessions.length ? 'no' : 'partly';
  return { landed, evidence: `Still connected: ${same.map(({ text }) => text).join('; ')}.` };
}

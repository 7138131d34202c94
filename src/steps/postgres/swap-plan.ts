import { z } from 'zod';
import { placeOf } from '../kubernetes/place.ts';
import { type Effect, type Plan, type PlanContext, StepFailure } from '../step-kind.ts';
import { stamp } from './ages.ts';
import { blockersOf, forbidsRename } from './blockers.ts';
import { countRows, type DatabaseRow, databasesOf, sessionsOf, sessionText } from './catalog.ts';
import { carryOver } from './clone-sql.ts';
import { execAccess } from './exec-access.ts';
import { kubectlExec } from './kubectl-exec.ts';
import { isOurs, wasRestoredAs } from './marker.ts';
import { nameWithSuffix, sqlIdentifier, sqlLiteral } from './quoting.ts';
import { dataOf, findServer, psqlArgv, type Server, type ServerParams, serverData } from './server.ts';
import { refuseWhileWriting } from './writers.ts';

/** A database keeps its oid under every name. */
const rename = z.object({ oid: z.number(), from: z.string(), to: z.string() });

export const swapData = z.object({
  server: serverData,
  /** The name that the application connects to. */
  live: z.string(),
  /** In the order in which they are done. */
  renames: z.array(rename),
  /** Rights and settings of the old database, for the new one. */
  carried: z.array(z.string()),
  writers: z.array(z.string()),
  allowWriters: z.boolean(),
  /** The databases that take connections in the end, by the names that they have then. */
  opens: z.array(z.string()),
});
export type SwapData = z.infer<typeof swapData>;

interface SwapParams extends ServerParams {
  readonly database: string;
  readonly restored: string;
  readonly writers: readonly string[];
  readonly 'allow-writers': boolean;
}

/** Reads what putting the restored database in place of the live one would do. */
export async function planSwap(params: SwapParams, context: PlanContext): Promise<Plan> {
  const place = await placeOf(context, params.namespace);
  const { permissions } = await execAccess(context, params.namespace);
  const server = await findServer(params, context);
  const databases = await databasesOf(server);
  const byName = (name: string) => databases.find((database) => database.name === name);
  const { database: live, restored: name } = params;
  const [current, restored] = [byName(live), byName(name)];
  if (
    restored === undefined &&
    wasRestoredAs(current?.comment ?? null, name) &&
    current?.connectable === true
  )
    return alreadySwapped(server, params, permissions);
  if (restored === undefined || !isOurs(restored.comment))
    throw new StepFailure(
      `There is no database ${name} that rollbook restored${restored === undefined ? '' : ': the one of that name has no mark of it'}.`,
      {
        next: 'Restore a backup first. Only what rollbook has restored and proven takes the place of the live database.',
      },
    );
  const halfway = current === undefined ? newestBefore(databases, live) : undefined;
  const old = current ?? halfway;
  if (old === undefined)
    throw new StepFailure(`There is no database ${live}, and none that it was renamed to.`, {
      next: 'Look at the names of the databases on this server.',
    });
  await refuseEmpty(server, restored);
  if (!params['allow-writers'])
    await refuseWhileWriting(place, params.writers, { now: context.ports.clock.now(), stale: false });
  const before = halfway?.name ?? nameWithSuffix(live, `_before_${stamp(context.ports.clock.now())}`);
  const data: SwapData = {
    ...{ server: dataOf(server), live, writers: [...params.writers], allowWriters: params['allow-writers'] },
    renames: [
      { oid: old.oid, from: halfway === undefined ? live : before, to: before },
      { oid: restored.oid, from: name, to: live },
    ],
    carried: [...(await carryOver(server, old.name, name))],
    opens: [live],
  };
  const plan = await swapPlan(server, data, permissions);
  return {
    ...plan,
    undo: 'renames them back; what was written meanwhile stays in the database that was restored',
    facts: [
      ...(halfway === undefined
        ? []
        : [`${live} was renamed to ${before} already, and nothing has its name: this finishes the swap`]),
      ...(halfway === undefined && current?.connectable === false
        ? [`${live} is closed to connections, as an attempt that broke off leaves it`]
        : []),
      ...plan.facts,
      `${before} keeps everything that was written until now; it stays closed to connections`,
    ],
  };
}

/** Who is connected, what stands in the way, and the two transactions as effects. */
export async function swapPlan(
  server: Server,
  data: SwapData,
  permissions: Plan['permissions'],
): Promise<Plan> {
  const names = data.renames.map(({ from }) => from);
  const [sessions, blockers] = await Promise.all([sessionsOf(server, names), blockersOf(server, names)]);
  const forbidding = blockers.filter(forbidsRename);
  if (forbidding.length > 0)
    throw new StepFailure(`The databases cannot be renamed: ${forbidding.join('; ')}.`);
  return {
    summary: data.renames.map(({ from, to }) => `${from} -> ${to}`).join(', '),
    effects: effectsOf(server, data),
    risk: 'dangerous',
    preconditions: [
      `pod/${server.pod} is the same, uid ${server.uid}`,
      'the databases have the names shown here',
    ],
    permissions,
    facts: [
      'both renames are one transaction: there is no moment without a database of the live name',
      ...(sessions.length === 0 ? ['nobody is connected to either database'] : []),
      ...(data.carried.length === 0 ? [] : [`${data.carried.length} rights and settings go with the name`]),
    ],
    warnings: [...sessions.map((session) => `ends the session of ${sessionText(session)}`), ...blockers],
    confirmWord: data.live,
    data,
  };
}

function effectsOf(server: Server, data: SwapData): readonly Effect[] {
  const { namespace } = server;
  const line = (commands: readonly string[]) =>
    kubectlExec(server, psqlArgv(server, server.maintenance, commands));
  const target = `database/${data.live}`;
  return [
    {
      ...{
        verb: 'exec',
        target,
        namespace,
        command: line(closeCommands(data.renames.map(({ from }) => from))),
      },
      summary: `close ${data.renames.map(({ from }) => from).join(' and ')} to new connections, and end the sessions that are left`,
      diff: [],
    },
    {
      ...{ verb: 'exec', target, namespace, command: line([renameCommand(data)]) },
      summary: data.renames
        .filter(({ from, to }) => from !== to)
        .map(({ from, to }) => `rename ${from} to ${to}`)
        .join(', '),
      diff: data.renames.flatMap(({ from, to }) => [
        { change: 'removed' as const, text: from },
        { change: 'added' as const, text: to },
      ]),
    },
  ];
}

/** New connections first, so that nobody slips in while the others are ended. */
export function closeCommands(names: readonly string[]): readonly string[] {
  return [
    ...names.map((name) => `ALTER DATABASE ${sqlIdentifier(name)} WITH ALLOW_CONNECTIONS false`),
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (${names.map(sqlLiteral).join(', ')}) AND pid <> pg_backend_pid()`,
  ];
}

/** One command of several statements is one transaction: all of it, or nothing. */
export function renameCommand({ renames, carried, opens }: SwapData): string {
  return [
    ...carried,
    ...renames
      .filter(({ from, to }) => from !== to)
      .map(({ from, to }) => `ALTER DATABASE ${sqlIdentifier(from)} RENAME TO ${sqlIdentifier(to)}`),
    ...opens.map((name) => `ALTER DATABASE ${sqlIdentifier(name)} WITH ALLOW_CONNECTIONS true`),
  ].join('; ');
}

function alreadySwapped(server: Server, params: SwapParams, permissions: Plan['permissions']): Plan {
  const { database: live, restored } = params;
  const data: SwapData = {
    ...{ server: dataOf(server), live, renames: [], carried: [], writers: [...params.writers] },
    ...{ allowWriters: true, opens: [live] },
  };
  return {
    ...{ summary: `${live} is ${restored} already`, effects: [], risk: 'dangerous', preconditions: [] },
    ...{ permissions, facts: [], warnings: [], confirmWord: live, alreadyDone: true, data },
  };
}

/** The database that was renamed away when a swap was broken off between its renames. */
function newestBefore(databases: readonly DatabaseRow[], live: string): DatabaseRow | undefined {
  const start = nameWithSuffix(live, '_before_00000000_000000').slice(0, -'00000000_000000'.length);
  return databases
    .filter(({ name }) => name.startsWith(start) && /^\d{8}_\d{6}$/.test(name.slice(start.length)))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .at(-1);
}

async function refuseEmpty(server: Server, { name, connectable }: DatabaseRow): Promise<void> {
  if (!connectable || (await countRows(server, name)).length > 0) return;
  throw new StepFailure(`${name} is empty: nothing was restored into it.`, {
    next: 'Restore a backup first.',
  });
}

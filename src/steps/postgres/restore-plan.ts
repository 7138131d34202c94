import { z } from 'zod';
import { type Plan, type PlanContext, StepFailure } from '../step-kind.ts';
import { ageText, minuteText, sizeText, stamp } from './ages.ts';
import {
  countRows,
  type DatabaseRow,
  databasesOf,
  rowTotal,
  sessionsOf,
  sessionText,
  tableOwner,
} from './catalog.ts';
import { createLike } from './clone-sql.ts';
import { type Backup, examine, fileFacts, readerOf } from './dump-file.ts';
import { execAccess } from './exec-access.ts';
import { dataFolder, freeBytes } from './free-space.ts';
import { kubectlExec } from './kubectl-exec.ts';
import { isRestoring, restoredMark, restoringMark } from './marker.ts';
import { nameWithSuffix, sqlIdentifier, sqlLiteral } from './quoting.ts';
import {
  connection,
  dataOf,
  findServer,
  psqlArgv,
  type Server,
  type ServerParams,
  serverData,
} from './server.ts';

export const restoreData = z.object({
  server: serverData,
  /** The database that is made, or dropped when this is an undo. */
  database: z.string(),
  action: z.enum(['restore', 'drop']),
  file: z.string(),
  sha256: z.string(),
  format: z.enum(['plain', 'custom']),
  create: z.string(),
  /** Whose its tables become, where the backup does not say. */
  owner: z.string().nullable(),
  counts: z.array(z.object({ table: z.string(), rows: z.number() })),
  tables: z.array(z.string()),
  leftovers: z.array(z.string()),
  deadlineMs: z.number(),
});
export type RestoreData = z.infer<typeof restoreData>;

interface RestoreParams extends ServerParams {
  readonly database: string;
  readonly file: string;
  readonly sha256?: string | undefined;
  readonly deadlineMs: number;
}

/** Reads the backup from end to end, and refuses what cannot be restored here. */
export async function planRestore(params: RestoreParams, context: PlanContext): Promise<Plan> {
  const { permissions } = await execAccess(context, params.namespace);
  const server = await findServer(params, context);
  const backup = await usableBackup(server, params);
  const now = context.ports.clock.now();
  const databases = await databasesOf(server);
  const database = freeName(params.database, now, databases);
  const create = await createLike(server, params.database, database);
  const leftovers = await leftoversOf(server, databases);
  const owner = backup.owned ? null : await ownerOf(server, params.database, databases);
  const room = await roomFor(server, databases, params.database, backup);
  const data: RestoreData = {
    ...{ server: dataOf(server), database, action: 'restore', file: backup.path, sha256: backup.sha256 },
    format: backup.format === 'custom' ? 'custom' : 'plain',
    ...{ create, owner, leftovers: [...leftovers], deadlineMs: params.deadlineMs },
    counts: backup.counts.map((count) => ({ ...count })),
    tables: [...backup.tables],
  };
  const target = `database/${database}`;
  const { namespace } = server;
  return {
    summary: `restore ${backup.path} into the new database ${database}`,
    effects: [
      ...leftovers.map((name) => ({
        ...{ verb: 'exec', target: `database/${name}`, namespace, diff: [] },
        summary: `drop ${name}, left by a restore that broke off`,
        command: kubectlExec(server, psqlArgv(server, server.maintenance, [dropSql(name)])),
      })),
      {
        ...{ verb: 'exec', target, namespace, diff: [] },
        summary: `create the empty database ${database}, like ${params.database}`,
        command: kubectlExec(server, psqlArgv(server, server.maintenance, createCommands(data))),
      },
      {
        ...{ verb: 'exec', target, namespace, diff: [] },
        summary: `restore ${backup.path} into it: all or nothing`,
        command: kubectlExec(server, restoreArgv(data)),
      },
    ],
    risk: 'change',
    preconditions: [
      `pod/${server.pod} is the same, uid ${server.uid}`,
      `${backup.path} has the sha256 ${backup.sha256}`,
    ],
    permissions,
    facts: [
      `taken ${minuteText(backup.takenAt)}, ${ageText(now - backup.takenAt)} ago: what was written since is not in it`,
      backup.counts.length === 0
        ? `it holds ${backup.tables.length} tables`
        : `it holds ${rowTotal(backup.counts)} rows in ${backup.tables.length} tables`,
      ...(owner === null ? [] : [`it does not say whose its tables are: they become those of ${owner}`]),
      ...room,
      `${params.database} is not touched`,
    ],
    warnings: [...backup.warnings],
    undo: `drops ${database}, which rollbook made`,
    data,
  };
}

/** The time of the plan, or the next second of which there is no database yet. */
function freeName(live: string, now: number, databases: readonly DatabaseRow[]): string {
  const taken = new Set(databases.map(({ name }) => name));
  for (let at = now; ; at += 1_000) {
    const name = nameWithSuffix(live, `_restore_${stamp(at)}`);
    if (!taken.has(name)) return name;
  }
}

async function usableBackup(server: Server, params: RestoreParams): Promise<Backup> {
  const file = await fileFacts(server, params.file);
  if (file === undefined)
    throw new StepFailure(`${params.file} is not there, in pod/${server.pod}.`, {
      next: 'Look at the list of backups, and choose another.',
    });
  const backup = await examine(server, file, await readerOf(server));
  if (backup.problems.length > 0)
    throw new StepFailure(`${params.file} cannot be restored here: ${backup.problems.join('; ')}.`, {
      next: 'Choose another backup.',
    });
  if (params.sha256 !== undefined && params.sha256 !== backup.sha256)
    throw new StepFailure(
      `${params.file} is not the file that was chosen: its sha256 is ${backup.sha256} now.`,
      {
        next: 'Look at the list of backups again.',
      },
    );
  return backup;
}

/** Empty databases of restores that broke off. Refuses while one of them still runs. */
async function leftoversOf(server: Server, databases: readonly DatabaseRow[]): Promise<readonly string[]> {
  const names = databases.filter(({ comment }) => isRestoring(comment)).map(({ name }) => name);
  if (names.length === 0) return [];
  const [busy] = await sessionsOf(server, names);
  if (busy !== undefined)
    throw new StepFailure(`A restore still runs, into ${busy.database}: ${sessionText(busy)}.`, {
      next: 'Wait until it has ended, or undo that step, which stops it. Two restores at once help nobody.',
    });
  const empty: string[] = [];
  // What came to its end but was never marked is somebody's restored data.
  for (const name of names) if ((await countRows(server, name)).length === 0) empty.push(name);
  return empty;
}

/** The application would not reach tables that belong to the superuser who restores them. */
async function ownerOf(
  server: Server,
  live: string,
  databases: readonly DatabaseRow[],
): Promise<string | null> {
  const found = databases.find(({ name }) => name === live);
  const owner = found?.connectable === true ? await tableOwner(server, live) : undefined;
  return owner ?? found?.owner ?? null;
}

/** Refuses when the volume of the server's data cannot hold the database once more. */
async function roomFor(
  server: Server,
  databases: readonly DatabaseRow[],
  live: string,
  backup: Backup,
): Promise<readonly string[]> {
  const folder = await dataFolder(server);
  const free = folder === undefined ? undefined : await freeBytes(server, folder);
  const size = databases.find(({ name }) => name === live)?.size ?? 0;
  const needed = Math.max(size, backup.size);
  if (free === undefined) return ['how much room the server has left is not known'];
  if (free < needed)
    throw new StepFailure(
      `The server has ${sizeText(free)} left for its data, and a second copy of ${live} may take ${sizeText(needed)}.`,
      { next: `Make room for ${folder} of pod/${server.pod}, then try again. Nothing was changed.` },
    );
  return [`${sizeText(free)} are free for the server's data, ${sizeText(needed)} may be needed`];
}

export function createCommands({ create, database, file }: RestoreData): readonly string[] {
  const mark = `COMMENT ON DATABASE ${sqlIdentifier(database)} IS ${sqlLiteral(restoringMark(database, file))}`;
  return [create, mark];
}

export function markSql({ database, file, sha256 }: RestoreData): string {
  return `COMMENT ON DATABASE ${sqlIdentifier(database)} IS ${sqlLiteral(restoredMark(database, file, sha256))}`;
}

export function dropSql(name: string): string {
  return `DROP DATABASE IF EXISTS ${sqlIdentifier(name)}`;
}

/** One transaction, stopped by the first error; psql's own start-up file is left out. */
export function restoreArgv(data: RestoreData, attempt = 'rollbook restore'): readonly [string, ...string[]] {
  const target = connection(data.server, data.database, { application_name: attempt });
  const { owner } = data;
  if (data.format === 'custom') {
    const role = owner === null ? [] : [`--role=${owner}`];
    return ['pg_restore', '-1', '-e', '-w', ...role, '-d', target, data.file];
  }
  const options = ['-X', '-q', '-w', '-1', '-o', '/dev/null', '-v', 'ON_ERROR_STOP=1'];
  const as = owner === null ? [] : roleCommands(data.database, owner);
  const back = owner === null ? [] : ['-c', 'RESET ROLE'];
  return ['psql', ...options, '-d', target, ...as, '-f', data.file, ...back, '-c', markSql(data)];
}

/** Tables of a role that does not own the database: it has the right to create them, as in the live one. */
function roleCommands(database: string, owner: string): readonly string[] {
  const role = sqlIdentifier(owner);
  return [
    `GRANT CREATE ON DATABASE ${sqlIdentifier(database)} TO ${role}`,
    `GRANT USAGE, CREATE ON SCHEMA public TO ${role}`,
    `SET ROLE ${role}`,
  ].flatMap((command) => ['-c', command]);
}

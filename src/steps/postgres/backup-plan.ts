import { z } from 'zod';
import { type Plan, type PlanContext, StepFailure } from '../step-kind.ts';
import { sizeText, stamp } from './ages.ts';
import { databasesOf } from './catalog.ts';
import { fileFacts } from './dump-file.ts';
import { execAccess } from './exec-access.ts';
import { freeBytes, tableBytes } from './free-space.ts';
import { kubectlExec } from './kubectl-exec.ts';
import {
  connection,
  dataOf,
  findServer,
  look,
  type Server,
  type ServerParams,
  serverData,
} from './server.ts';

export const backupData = z.object({
  server: serverData,
  database: z.string(),
  folder: z.string(),
  /** The backup, once it is proven. */
  file: z.string(),
  /** Its name until then. */
  unfinished: z.string(),
  /** Unfinished files of attempts that broke off. */
  leftovers: z.array(z.string()),
});
export type BackupData = z.infer<typeof backupData>;

interface BackupParams extends ServerParams {
  readonly database: string;
  readonly folder: string;
}

/** How the names of the backups begin that rollbook makes. */
export const SAFETY_PREFIX = 'rollbook-';

/** A dump of a small database takes some room too. */
const LEAST_BYTES = 1_000_000;

/** Reads what backing up would do, and refuses when there is no room for it. */
export async function planBackup(params: BackupParams, context: PlanContext): Promise<Plan> {
  const { permissions } = await execAccess(context, params.namespace);
  const server = await findServer(params, context);
  const { database, folder } = params;
  const found = (await databasesOf(server)).find(({ name }) => name === database);
  if (found === undefined) throw new StepFailure(`There is no database ${database} on pod/${server.pod}.`);
  if (!found.connectable)
    throw new StepFailure(`The database ${database} is closed to connections: it cannot be dumped.`, {
      next: 'Find out who closed it, and why, before anything else is done to it.',
    });
  const [needed, free] = await Promise.all([tableBytes(server, database), freeBytes(server, folder)]);
  const least = Math.max(needed, LEAST_BYTES);
  if (free !== undefined && free < least)
    throw new StepFailure(
      `${folder} has ${sizeText(free)} free, and the backup of ${database} may take ${sizeText(least)}.`,
      { next: `Make room in ${folder} of pod/${server.pod}, then try again. Nothing was changed.` },
    );
  const base = `${folder.replace(/\/+$/, '')}/${SAFETY_PREFIX}${plainName(database)}-${stamp(context.ports.clock.now())}`;
  const file = await freeName(server, base);
  const data: BackupData = {
    ...{ server: dataOf(server), database, folder, file },
    unfinished: `${file}.part`,
    leftovers: [...(await leftoversIn(server, folder, database))],
  };
  return {
    summary: `back up ${database} to ${file}`,
    effects: [
      {
        verb: 'exec',
        target: `database/${database}`,
        namespace: server.namespace,
        summary: `dump ${database} to ${file}, in the pod ${server.pod}`,
        diff: [],
        command: kubectlExec(server, dumpArgv(data)),
      },
    ],
    risk: 'change',
    preconditions: [`pod/${server.pod} is the same, uid ${server.uid}`],
    permissions,
    facts: [
      `${database} has ${sizeText(needed)} in tables; ${free === undefined ? `how much is free in ${folder} is not known` : `${sizeText(free)} are free in ${folder}`}`,
      'the file gets its name only after pg_restore has read it to its end',
      ...(data.leftovers.length === 0
        ? []
        : [`removed first, left by attempts that broke off: ${data.leftovers.join(', ')}`]),
    ],
    warnings: [],
    undo: 'leaves the file: a backup harms nobody',
    data,
  };
}

export function dumpArgv({ server, database, unfinished }: BackupData, attempt = 'rollbook backup') {
  const target = connection(server, database, { application_name: attempt });
  return ['pg_dump', '-w', '-Fc', '-f', unfinished, '-d', target] as const;
}

/** A database may be called anything; a file is better not. */
function plainName(database: string): string {
  return database.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 40) || 'database';
}

async function leftoversIn(server: Server, folder: string, database: string): Promise<readonly string[]> {
  const argv = ['find', '-L', folder, '-maxdepth', '1', '-type', 'f', '-print0'] as const;
  const { stdout } = await look(server, [...argv], `list ${folder}`);
  const start = `${SAFETY_PREFIX}${plainName(database)}-`;
  return stdout
    .split('\0')
    .filter((path) => path.endsWith('.dump.part') && (path.split('/').at(-1) ?? '').startsWith(start));
}

/** Another backup may have been begun in the same second. */
async function freeName(server: Server, base: string): Promise<string> {
  for (let count = 1; ; count += 1) {
    const file = count === 1 ? `${base}.dump` : `${base}-${count}.dump`;
    if ((await fileFacts(server, file)) === undefined) return file;
  }
}

import { z } from 'zod';
import type { ExecResult } from '../../ports/kubernetes.ts';
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
import { sizeText } from './ages.ts';
import { type BackupData, backupData, dumpArgv, planBackup } from './backup-plan.ts';
import { countRows, plainCounts, rowTotal, sessionsOf } from './catalog.ts';
import { checksum, fileFacts } from './dump-file.ts';
import { listsTable } from './dump-text.ts';
import { folderField } from './list-backups.ts';
import { afterLostConnection } from './lost-connection.ts';
import { complaint } from './refusal.ts';
import {
  execute,
  look,
  type Server,
  samePod,
  serverFields,
  sqlNameField,
  type WritableServer,
  writableServer,
} from './server.ts';

const DUMP_MS = 7_200_000;
const READ_MS = 1_800_000;
const PROBE_WAIT_MS = 24_000;
/** pg_dump and psql cut application names off here. */
const application = (attemptId: string): string => `rollbook backup ${attemptId}`.slice(0, 63);

/** Backs a database up before it is replaced, and proves that the backup can be read. */
export const backup = defineKind({
  kind: 'postgres/backup',
  description:
    'Dumps a database into a folder of its pod, with room checked before; the file gets its name only when pg_restore has read it to its end.',
  schema: z.strictObject({
    ...serverFields,
    database: sqlNameField.describe('The database.'),
    folder: folderField,
  }),
  risk: 'change',
  outputs: {
    path: 'The file.',
    size: 'Its size in bytes.',
    sha256: 'Its checksum.',
    tables: 'The rows of each table now: table, rows.',
    rows: 'All rows together.',
  },
  window: { forMs: 0, withinMs: 600_000, everyMs: 5_000 },
  describe: ({ database, folder }) => `Back up ${database} to ${folder}`,
  plan: planBackup,
  run,
  observe,
  probe,
  undo: async (plan) => {
    const { file } = backupData.parse(plan.data);
    return { ...plan, summary: `${file} stays: a backup harms nobody`, effects: [], alreadyDone: true };
  },
});

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const data = backupData.parse(plan.data);
  const server = await writableServer(data.server, context);
  if ((await fileFacts(server, data.file)) !== undefined)
    throw new StepFailure(`${data.file} is there already; it was not touched.`, { stale: true });
  await remove(server, [...data.leftovers, data.unfinished]);
  const started = await dump(server, data, context);
  if (started.exitCode !== 0) {
    await remove(server, [data.unfinished]);
    throw new StepFailure(`pg_dump failed: ${complaint(started)}. No backup was made.`, {
      next: /No space left/.test(started.stderr)
        ? `Make room in ${data.folder} of pod/${server.pod}, then try again.`
        : 'Nothing was changed. Look at what it says, then try again.',
    });
  }
  await prove(server, data);
  const moved = await execute(server, ['mv', '-n', data.unfinished, data.file]);
  if (moved.exitCode !== 0) throw new StepFailure(`The backup could not get its name: ${complaint(moved)}.`);
  return { summary: 'written', evidence: ['pg_restore read it to its end'], outputs: {} };
}

async function dump(server: WritableServer, data: BackupData, context: RunContext): Promise<ExecResult> {
  const name = application(context.attemptId);
  const options = { timeoutMs: DUMP_MS, onOutput: (chunk: string) => context.emit(chunk) };
  try {
    return await execute(server, dumpArgv(data, name), options);
  } catch (error) {
    // pg_dump goes on without us; whether what it wrote is whole, the proof tells.
    await afterLostConnection(
      error,
      () => isDumping(server, data),
      context.ports.clock,
      context.signal,
      DUMP_MS,
    );
    return { exitCode: 0, stdout: '', stderr: '', outputBytes: 0, truncated: false, durationMs: 0 };
  }
}

async function isDumping(server: Server, { database }: BackupData): Promise<boolean> {
  const sessions = await sessionsOf(server, [database]);
  return sessions.some((session) => session.application.startsWith('rollbook backup'));
}

/** Reads all of the unfinished file back; a file that is not whole is taken away. */
async function prove(server: WritableServer, data: BackupData): Promise<void> {
  const file = await fileFacts(server, data.unfinished);
  const read = await execute(server, ['pg_restore', '-f', '/dev/null', data.unfinished], {
    timeoutMs: READ_MS,
  });
  if (file !== undefined && file.size > 0 && read.exitCode === 0) return;
  await remove(server, [data.unfinished]);
  throw new StepFailure(`The backup cannot be read back: ${complaint(read)}. It was removed.`, {
    next: 'Nothing was changed. Look at the volume and its messages, then try again.',
  });
}

async function remove(server: WritableServer, files: readonly string[]): Promise<void> {
  const result = await execute(server, ['rm', '-f', '--', ...files]);
  if (result.exitCode !== 0)
    throw new StepFailure(`Could not remove ${files.join(', ')}: ${complaint(result)}.`);
}

async function observe(plan: Plan, context: PlanContext): Promise<Observation> {
  const data = backupData.parse(plan.data);
  const server = await samePod(data.server, context);
  const file = await fileFacts(server, data.file);
  if (file === undefined)
    return {
      ...{ holds: false, summary: 'no file', evidence: [`${data.file} is not there`] },
      outputs: { path: data.file, size: 0, sha256: '', tables: [], rows: 0 },
      hopeless: `${data.file} is not there.`,
    };
  const [sha256, listing, tables] = await Promise.all([
    checksum(server, data.file),
    look(server, ['pg_restore', '-l', data.file], `read ${data.file}`, READ_MS),
    countRows(server, data.database),
  ]);
  const missing = tables.filter((table) => !listsTable(listing.stdout, table)).map(({ table }) => table);
  return {
    holds: missing.length === 0,
    ...(missing.length === 0 ? {} : { hopeless: `The backup lacks the tables ${missing.join(', ')}.` }),
    summary: `${sizeText(file.size)}, ${tables.length} tables`,
    evidence: [
      `${data.file}, ${sizeText(file.size)}, sha256 ${sha256}`,
      `it holds all ${tables.length} tables of ${data.database}, which have ${rowTotal(tables)} rows now`,
    ],
    outputs: {
      ...{ path: data.file, size: file.size, sha256 },
      tables: plainCounts(tables),
      rows: rowTotal(tables),
    },
  };
}

async function probe(plan: Plan, context: PlanContext): Promise<Landed> {
  const data = backupData.parse(plan.data);
  const server = await samePod(data.server, context);
  if ((await fileFacts(server, data.file)) !== undefined)
    return { landed: 'yes', evidence: `${data.file} is there, and has its name because it was proven.` };
  const until = context.ports.clock.elapsed() + PROBE_WAIT_MS;
  while (await isDumping(server, data)) {
    if (context.ports.clock.elapsed() > until)
      return { landed: 'unknown', evidence: `pg_dump still writes ${data.unfinished}.` };
    await context.ports.clock.sleep(1_000, context.signal);
  }
  return { landed: 'no', evidence: `${data.file} is not there; an unfinished file counts for nothing.` };
}

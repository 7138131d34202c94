import { z } from 'zod';
import { neutralise } from '../../prose/neutralise.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind, StepFailure } from '../step-kind.ts';
import { ageText, minuteText, sizeText } from './ages.ts';
import { SAFETY_PREFIX } from './backup-plan.ts';
import { rowTotal } from './catalog.ts';
import { type Backup, examine, filesIn, readerOf } from './dump-file.ts';
import { execAccess } from './exec-access.ts';
import { findServer, plainParams, serverFields } from './server.ts';

export const folderField = z
  .string()
  .regex(/^\/[^\0]*$/, 'expected an absolute path')
  .default('/backup')
  .describe('The folder of the backups, inside the pod.');

const schema = z.strictObject({
  ...serverFields,
  folder: folderField,
  examine: z
    .int()
    .min(1)
    .max(50)
    .default(10)
    .describe('How many files, the newest first, are read from end to end.'),
});

/** Looks through the backups beside the server, and says of each whether it can be restored there. */
export const listBackups = defineKind({
  kind: 'postgres/list-backups',
  description:
    'Reads the backups in a folder of the PostgreSQL pod: age, size, checksum, whether each is complete and can be restored into this server.',
  schema,
  risk: 'safe',
  outputs: {
    backups:
      'The files, newest first: path, name, size, sha256, takenAt, age, format, usable, safety (made by postgres/backup), problems, warnings, tables and rows (how many), migrations, serverVersion, dumpVersion.',
    choices:
      'The usable ones as options of a decision, safety backups last: value (the path), label, description.',
    newest:
      'The path of the newest usable one that is no safety backup, if there is one; null when none is usable.',
  },
  describe: ({ folder }) => `Look at the backups in ${folder}`,
  plan: async (params, context) => {
    const { namespace, permissions } = await execAccess(context, params.namespace);
    const what = `read the backups in ${params.folder} of the pod with ${params.selector}`;
    return readingPlan(what, plainParams({ ...params, namespace }), permissions);
  },
  run: async (plan, context) => {
    const params = schema.parse(plan.data);
    const server = await findServer(params, context);
    const [reader, files] = [await readerOf(server), await filesIn(server, params.folder)];
    if (files.length === 0)
      throw new StepFailure(`There is no file in ${params.folder} of pod/${server.pod}.`, {
        next: 'Find out where the backups are kept, and bring one into that folder.',
      });
    const found: Backup[] = [];
    for (const file of files.slice(0, params.examine)) found.push(await examine(server, file, reader));
    const now = context.ports.clock.now();
    const backups = found.sort((a, b) => b.takenAt - a.takenAt).map((backup) => described(backup, now));
    // What a restore has saved of a bad state is there for the way back, not for another restore.
    const usable = [
      ...backups.filter((backup) => backup.usable && !backup.safety),
      ...backups.filter((backup) => backup.usable && backup.safety),
    ];
    return {
      summary: `${usable.length} of ${backups.length} usable`,
      evidence: [
        ...backups.map((backup) => `${backup.label}; ${backup.description}`),
        ...(files.length > found.length ? [`${files.length - found.length} older files were not read`] : []),
      ],
      outputs: {
        backups,
        choices: usable.map(({ path, label, description }) => ({ value: path, label, description })),
        newest: usable[0]?.path ?? null,
      },
    };
  },
});

function described(backup: Backup, now: number) {
  const { path, size, sha256, takenAt, format, problems, warnings, tables, counts, migrations } = backup;
  const name = neutralise(path.split('/').at(-1) ?? path);
  const age = ageText(now - takenAt);
  const usable = problems.length === 0;
  const rows = counts.length === 0 ? null : rowTotal(counts);
  const apps = Object.entries(migrations).filter(([app]) => !FRAMEWORK.has(app));
  const safety = name.startsWith(SAFETY_PREFIX);
  const told = [
    ...(safety ? ['the state before a restore by rollbook'] : []),
    ...(usable ? [`loses what was written in the last ${age}`] : problems),
    `taken ${minuteText(takenAt)}`,
    ...(usable ? ['complete'] : []),
    sizeText(size),
    ...(rows === null ? [] : [`${rows} rows in ${tables.length} tables`]),
    ...apps.slice(0, 4).map(([app, migration]) => `${app} at ${migration}`),
    ...(backup.serverVersion === null ? [] : [`from PostgreSQL ${backup.serverVersion}`]),
    `sha256 ${sha256.slice(0, 12)}…`,
  ];
  return {
    ...{ path, name, size, sha256, format, usable, safety, problems, warnings, rows, migrations, age },
    tables: tables.length,
    takenAt: new Date(takenAt).toISOString(),
    serverVersion: backup.serverVersion,
    dumpVersion: backup.dumpVersion,
    label: `${name}, ${age} old${usable ? '' : ', NOT usable'}${safety ? ', a safety backup' : ''}`,
    description: neutralise(told.join(', ')),
  };
}

/** Apps that come with Django: their schema says nothing about the release. */
const FRAMEWORK: ReadonlySet<string> = new Set(['admin', 'auth', 'contenttypes', 'sessions', 'sites']);

import type { CodeHistory, ComparedFile, Comparison } from '../../ports/comparison.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import {
  isMigration,
  isMigrationList,
  isOpenApi,
  isServiceTemplate,
  rank,
  type Severity,
  type Verdict,
} from './migration-rule.ts';

const BODY_KEPT = 16_384;
/** Bodies read at once. */
const AT_ONCE = 6;

export interface Migration extends Verdict {
  readonly path: string;
  readonly status: ComparedFile['status'];
  /** The file's text, its first 16 KiB; empty where it could not be read. */
  readonly body: string;
}

export type Support = 'yes' | 'no' | 'unknown';

export interface Assessment {
  readonly support: Support;
  /** Why, a sentence. */
  readonly because: string;
  /** The worst first. */
  readonly migrations: readonly Migration[];
  readonly serviceTemplate: boolean;
  readonly openApi: boolean;
}

const WORST_FIRST: readonly Severity[] = ['blocking', 'unknown', 'probably-compatible'];

/** Whether going back from `to` to `from` is supported, as far as the files that changed tell. */
export async function assess(
  comparison: Comparison | undefined,
  history: CodeHistory | undefined,
  options: ReadOptions,
): Promise<Assessment> {
  if (comparison === undefined || history === undefined) {
    const because = 'The two versions could not be compared, so nothing is known of migrations.';
    return { support: 'unknown', because, migrations: [], serviceTemplate: false, openApi: false };
  }
  const touched = comparison.files.filter(isMigration);
  const migrations: Migration[] = [];
  for (let at = 0; at < touched.length; at += AT_ONCE) {
    const batch = touched.slice(at, at + AT_ONCE);
    migrations.push(
      ...(await Promise.all(batch.map((file) => judge(file, touched, comparison, history, options)))),
    );
  }
  migrations.sort((a, b) => WORST_FIRST.indexOf(a.severity) - WORST_FIRST.indexOf(b.severity));
  const paths = comparison.files.flatMap(({ path, previousPath }) => [path, previousPath ?? path]);
  return {
    ...supportOf(migrations, comparison),
    migrations,
    serviceTemplate: paths.some(isServiceTemplate),
    openApi: paths.some(isOpenApi),
  };
}

function supportOf(
  migrations: readonly Migration[],
  comparison: Comparison,
): { readonly support: Support; readonly because: string } {
  const of = (severity: Severity) => migrations.filter((migration) => migration.severity === severity);
  const [blocking] = of('blocking');
  if (blocking !== undefined)
    return {
      support: 'no',
      because: `${blocking.path} ${blocking.why}: the version before does not work with that.`,
    };
  if (!comparison.complete) {
    const why = comparison.incompleteBecause ?? 'Something was cut off.';
    return {
      support: 'unknown',
      because: `The comparison is not complete, so a migration may be missing from it. ${why}`,
    };
  }
  const [unknown] = of('unknown');
  if (unknown !== undefined)
    return {
      support: 'unknown',
      because: `${unknown.path}: ${unknown.why}. Somebody who knows it has to judge.`,
    };
  const [mild] = of('probably-compatible');
  if (mild !== undefined)
    return {
      support: 'unknown',
      because: `${mild.path} ${mild.why}: probably compatible, but somebody has to judge it.`,
    };
  return { support: 'yes', because: 'No migration was added, changed, renamed or removed.' };
}

async function judge(
  file: ComparedFile,
  all: readonly ComparedFile[],
  { from, to }: Comparison,
  history: CodeHistory,
  options: ReadOptions,
): Promise<Migration> {
  const { path, status } = file;
  const body = await textOf(history, path, status === 'deleted' ? from : to, options);
  const record = { path, status, body: body?.slice(0, BODY_KEPT) ?? '' };
  if (body === undefined) return { ...record, severity: 'unknown', why: 'its text could not be read' };
  if (isMigrationList(path) && all.some((other) => !isMigrationList(other.path)))
    return {
      ...record,
      severity: 'probably-compatible',
      why: 'only lists the migrations that are judged by their own files',
    };
  const verdict = rank(body);
  // What may have run already is judged no milder than by its text, whatever the text says.
  if (status === 'added' || verdict.severity === 'blocking') return { ...record, ...verdict };
  return { ...record, severity: 'unknown', why: HOW[status] };
}

const HOW: Readonly<Record<Exclude<ComparedFile['status'], 'added'>, string>> = {
  modified: 'an existing migration was edited, and may have run in either form',
  renamed: 'an existing migration was renumbered, and may run twice or not at all',
  deleted: 'an existing migration was removed, and the version before runs it again',
};

async function textOf(
  history: CodeHistory,
  path: string,
  ref: string,
  options: ReadOptions,
): Promise<string | undefined> {
  try {
    return await history.file(path, ref, options);
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'not-found') return undefined;
    throw error;
  }
}

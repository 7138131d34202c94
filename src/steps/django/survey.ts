import { type FailureReason, PortFailure } from '../../ports/failure.ts';
import type { Place } from '../kubernetes/place.ts';
import { type PlanContext, StepFailure } from '../step-kind.ts';
import { databaseOf, recordedMigrations } from './database-reads.ts';
import { type DjangoPod, djangoPods } from './django-pod.ts';
import type { DjangoPlace } from './fields.ts';
import { hasNoDjango, lastWords, type Manage, readManage } from './manage.ts';
import { keyOf, type ListedMigration, type MigrationName, parseMigrations } from './migration-list.ts';

/** What the pods of one image make of the migrations; they all have the same files. */
export interface ImageView {
  readonly image: string;
  readonly pods: readonly DjangoPod[];
  /** The pod that was asked, and the interpreter that answered. */
  readonly asked: DjangoPod;
  readonly python: string;
  /** In the order in which Django applies them. */
  readonly migrations: readonly ListedMigration[];
}

export interface Silent {
  readonly pod: string;
  readonly image: string;
  readonly because: string;
}

/** Which migrations are applied, and which images know which of them. */
export interface Survey {
  readonly images: readonly ImageView[];
  /** Pods that could not say, and why. */
  readonly silent: readonly Silent[];
  /** Everything applied, in order: the database's own book where it could be read, else what all images say together. */
  readonly applied: readonly MigrationName[];
  /** Whether `applied` comes from the database itself. Otherwise a migration that no running image knows is not seen. */
  readonly fromDatabase: boolean;
}

/** Asks one pod of every image, the next one where a pod cannot say; and the database, when it is named. */
export async function surveyMigrations(
  place: Place,
  wanted: DjangoPlace,
  context: PlanContext,
): Promise<Survey> {
  const pods = await djangoPods(place, wanted.selector, wanted.container);
  const groups = Map.groupBy(pods, (pod) => `${pod.image} ${pod.container}`);
  const [asked, recorded] = await Promise.all([
    Promise.all([...groups.values()].map((group) => askImage(place, wanted, group))),
    wanted.database && databaseOf(wanted.database, place.namespace, context).then(recordedMigrations),
  ]);
  const images = asked.flatMap(({ view }) => view ?? []);
  const silent = asked.flatMap((answer) => answer.silent);
  if (images.length === 0) {
    throw new StepFailure(
      `No pod with the labels ${wanted.selector} could list its migrations: ${silent.map(({ pod, because }) => `pod/${pod} ${because}`).join('; ')}.`,
      { next: 'Say which pods have Django, what their interpreter is called, and where manage.py is.' },
    );
  }
  return { images, silent, applied: recorded ?? union(images), fromDatabase: recorded !== undefined };
}

/** All pods of an image have the same files: a second one is asked only when the first could not answer. */
const ASKED_OF_AN_IMAGE = 3;

async function askImage(
  place: Place,
  { python, manage }: DjangoPlace,
  group: readonly DjangoPod[],
): Promise<{ readonly view?: ImageView; readonly silent: readonly Silent[] }> {
  const silent: Silent[] = [];
  for (const asked of group.slice(0, ASKED_OF_AN_IMAGE)) {
    const { name: pod, container, image } = asked;
    const answer = await askPod(place, { pod, container, python, manage });
    if (typeof answer !== 'string') return { view: { image, pods: group, asked, ...answer }, silent };
    if (NO_DJANGO.test(answer))
      return { silent: group.map(({ name }) => ({ pod: name, image, because: answer })) };
    silent.push({ pod, image, because: answer });
  }
  return { silent };
}

const NO_DJANGO = /^has no /;

/** The migrations, or why it could not say. Many images have `python3` alone. */
async function askPod(
  place: Place,
  target: Manage,
): Promise<Pick<ImageView, 'migrations' | 'python'> | string> {
  try {
    const result = await readManage(place, target, ['showmigrations', '--plan']);
    if (hasNoDjango(result)) return `has no ${target.manage}`;
    if (result.exitCode !== 0) return `says: ${lastWords(result)}`;
    const migrations = parseMigrations(result.stdout);
    return migrations.length > 0 ? { migrations, python: target.python } : 'lists no migrations at all';
  } catch (error) {
    if (!(error instanceof PortFailure) || FINAL.has(error.reason)) throw error;
    if (!hasNoDjango(error)) return `did not answer: ${error.message}`;
    return target.python === 'python'
      ? askPod(place, { ...target, python: 'python3' })
      : `has no ${target.python}`;
  }
}

/** What no other pod would answer otherwise. */
const FINAL: ReadonlySet<FailureReason> = new Set([
  'forbidden',
  'unauthorized',
  'cancelled',
  'read-only',
  'not-configured',
  'not-served',
]);

function union(images: readonly ImageView[]): readonly MigrationName[] {
  const applied = images.flatMap(({ migrations }) => migrations.filter((each) => each.applied));
  return [...new Map(applied.map(({ app, name }) => [keyOf({ app, name }), { app, name }])).values()];
}

/**
 * Migrations of an app that were applied after the last one this image knows: it has no file of them, cannot take them
 * back, and does not even list them. Older ones without a file were squashed away.
 */
export function unknownTo(
  image: ImageView,
  applied: readonly MigrationName[],
  app: string,
): readonly string[] {
  const known = new Set(image.migrations.map(keyOf));
  const names = applied.filter((migration) => migration.app === app).map(keyOf);
  return names.slice(names.findLastIndex((name) => known.has(name)) + 1);
}

/** '4 pods of banking.local/web:v1 (backend-blue-x, backend-blue-y): has no python', one for each image and reason. */
export function passedOver({ silent }: Survey): readonly string[] {
  const groups = Map.groupBy(silent, ({ image, because }) => `${image} ${because}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [
      `passed over: ${group.map(({ pod }) => `pod/${pod}`).join(', ')} (${first.image}), which ${first.because}`,
    ];
  });
}

import { type Place, placeOf } from '../kubernetes/place.ts';
import { servicesOf } from '../kubernetes/serving.ts';
import { type PlanContext, StepFailure } from '../step-kind.ts';
import { chooseImage } from './choose-image.ts';
import { type Database, databaseOf, ifTold } from './database-reads.ts';
import type { DjangoPlace } from './fields.ts';
import { type Loss, lossesOf } from './losses.ts';
import { lastWords, type Manage, readManage, succeeded } from './manage.ts';
import { appliedKeys, keyOf, type MigrationName } from './migration-list.ts';
import {
  isIrreversible,
  isOpaque,
  type PlannedMigration,
  parsePlannedOperations,
} from './planned-operations.ts';
import { isAtomic, type SchemaChanges, schemaChanges } from './schema-changes.ts';
import { type HoldingSession, sessionsHolding } from './sessions.ts';
import { type ImageView, type Survey, surveyMigrations } from './survey.ts';

export interface Wish extends DjangoPlace {
  readonly app: string;
  readonly target: string;
}

/** One migration of the plan, with what its SQL says. */
export interface MigrationStep extends PlannedMigration {
  readonly sql: string;
  /** Outside of a transaction when false: what it did before it failed stays. */
  readonly atomic: boolean;
  /** Operations that cannot be taken back, in Django's words. */
  readonly irreversible: readonly string[];
  /** Why its SQL could not be shown. */
  readonly unshown?: string;
}

/** All there is to know of `migrate APP TARGET` before it is done. */
export interface MigrationReading {
  readonly app: string;
  readonly survey: Survey;
  readonly image: ImageView;
  readonly manage: Manage;
  /** As Django resolves it; 'zero' for none. */
  readonly target: string;
  readonly backwards: boolean;
  /** In the order in which they will be done. */
  readonly steps: readonly MigrationStep[];
  readonly changes: SchemaChanges;
  readonly losses: readonly Loss[];
  /** Sessions whose locks it would wait for; undefined when nobody could be asked. */
  readonly inTheWay: readonly HoldingSession[] | undefined;
  /** 'service/backend-service sends traffic to backend:v2': code that expects what would be taken back. */
  readonly served: readonly string[];
  /** Applied now, sorted. */
  readonly before: readonly string[];
}

/** Reads what a migration would do, from a pod whose image has its files. Throws StepFailure when there is none. */
export async function readMigration(wish: Wish, context: PlanContext): Promise<MigrationReading> {
  const place = await placeOf(context, wish.namespace);
  const survey = await surveyMigrations(place, wish, context);
  const { image, target, backwards } = await chooseImage(place, survey, wish);
  const { name: pod, container } = image.asked;
  const manage: Manage = { pod, container, python: image.python, manage: wish.manage };
  const planned = await plannedMigrations(place, manage, wish.app, target);
  const steps: MigrationStep[] = [];
  // One after the other: every one is a Django of its own, in a container whose memory serves users.
  for (const migration of planned) steps.push(await withSql(place, manage, migration, backwards));
  const changes = schemaChanges(steps.map(({ sql }) => sql).join('\n'));
  const database = wish.database && (await databaseOf(wish.database, place.namespace, context));
  const [losses, inTheWay, served] = await Promise.all([
    lossesOf(changes, database),
    inTheWayOf(database, changes),
    backwards ? trafficToNewer(place, survey, planned) : [],
  ]);
  const before = appliedKeys(image.migrations);
  const { app } = wish;
  return { app, survey, image, manage, target, backwards, steps, changes, losses, inTheWay, served, before };
}

async function plannedMigrations(place: Place, manage: Manage, app: string, target: string) {
  const args = ['migrate', app, target, '--plan'];
  const { stdout } = succeeded(await readManage(place, manage, args), manage, args);
  const planned = parsePlannedOperations(stdout);
  if (planned !== undefined) return planned;
  throw new StepFailure(
    `"manage.py ${args.join(' ')}" in pod/${manage.pod} printed no plan that could be read.`,
    {
      next: 'Run it by hand in that pod and look at what it prints.',
      details: { stdout: stdout.slice(-4000) },
    },
  );
}

async function withSql(
  place: Place,
  manage: Manage,
  migration: PlannedMigration,
  backwards: boolean,
): Promise<MigrationStep> {
  const { app, name } = migration;
  const args = ['sqlmigrate', app, name, ...(backwards ? ['--backwards'] : [])];
  const result = await readManage(place, manage, args);
  const said = migration.operations.filter(isIrreversible);
  if (result.exitCode === 0)
    return { ...migration, sql: result.stdout, atomic: isAtomic(result.stdout), irreversible: said };
  const words = lastWords(result);
  const refused = /IrreversibleError: (.*)$/.exec(words)?.[1];
  const irreversible = refused === undefined || said.length > 0 ? said : [refused];
  return {
    ...migration,
    sql: '',
    atomic: true,
    irreversible,
    ...(irreversible.length === 0 ? { unshown: words } : {}),
  };
}

function inTheWayOf(database: Database | undefined, { locked }: SchemaChanges) {
  return database && ifTold(sessionsHolding(database, locked));
}

/** Ready pods that Services reach, and whose image has a migration that would be taken back: their code expects it. */
async function trafficToNewer(
  place: Place,
  { images }: Survey,
  undone: readonly MigrationName[],
): Promise<readonly string[]> {
  const keys = new Set(undone.map(keyOf));
  const newer = images.filter(({ migrations }) => migrations.some((migration) => keys.has(keyOf(migration))));
  const found = await Promise.all(
    newer.map(async ({ image, pods }) => {
      const services = await servicesOf(
        place,
        pods.map(({ object }) => object),
      );
      return (services ?? []).map((service) => `service/${service} sends traffic to ${image}`);
    }),
  );
  return found.flat();
}

/** What runs code or SQL of its own on the way; its plan does not say what, or whether it does anything. */
export function opaqueOperations(steps: readonly MigrationStep[]): readonly string[] {
  return steps.flatMap((step) => step.operations.filter(isOpaque).map((each) => `${keyOf(step)}: ${each}`));
}

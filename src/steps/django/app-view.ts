import { keyOf, type MigrationName } from './migration-list.ts';
import { type ImageView, type Survey, unknownTo } from './survey.ts';

/** One app's migrations, over all images. */
export interface AppView {
  readonly app: string;
  /** In the order in which they were applied. */
  readonly applied: readonly string[];
  readonly unapplied: readonly string[];
  /** Applied, but in no running image: nobody here can take them back. */
  readonly missing: readonly string[];
  /** The pod that can take the latest one back. */
  readonly pod: string | undefined;
  /** Pods of images that cannot, each with what it lacks. */
  readonly cannot: readonly string[];
  /** The last one that every image knows, where some know more: what the older release has. */
  readonly shared: string | undefined;
}

/** The apps that have migrations: first those that the new release brought (not every image knows the latest), then by age. */
export function appViews(survey: Survey): readonly AppView[] {
  const names = [
    ...survey.applied.map(({ app }) => app).reverse(),
    ...survey.images.flatMap(({ migrations }) => migrations.map(({ app }) => app)),
  ];
  const known = new Set(survey.images.flatMap(({ migrations }) => migrations.map(({ app }) => app)));
  const views = [...new Set(names)].filter((app) => known.has(app)).map((app) => appView(survey, app));
  return [...views.filter(isNews), ...views.filter((view) => !isNews(view))];
}

function isNews({ shared, missing }: AppView): boolean {
  return shared !== undefined || missing.length > 0;
}

function appView(survey: Survey, app: string): AppView {
  const applied = survey.applied.filter((each) => each.app === app);
  const lacking = survey.images.map((image) => ({ image, lacks: unknownTo(image, applied, app) }));
  const whole = lacking.filter(({ lacks }) => lacks.length === 0);
  const missing = lacking.reduce<readonly string[] | undefined>(
    (rest, { lacks }) => (rest === undefined ? lacks : rest.filter((key) => lacks.includes(key))),
    undefined,
  );
  return {
    app,
    applied: applied.map(({ name }) => name),
    unapplied: unappliedOf(survey.images, app),
    missing: missing ?? [],
    pod: whole[0]?.image.asked.name,
    cannot: lacking
      .filter(({ lacks }) => lacks.length > 0)
      .flatMap(({ image, lacks }) =>
        image.pods.map(({ name }) => `pod/${name} (${image.image}) has no ${lacks.join(', ')}`),
      ),
    shared: sharedBy(survey.images, applied, app),
  };
}

function unappliedOf(images: readonly ImageView[], app: string): readonly string[] {
  const names = images.flatMap(({ migrations }) =>
    migrations.filter((each) => each.app === app && !each.applied).map(({ name }) => name),
  );
  return [...new Set(names)];
}

function sharedBy(
  images: readonly ImageView[],
  applied: readonly MigrationName[],
  app: string,
): string | undefined {
  const shared = applied.findLastIndex((migration) =>
    images.every(({ migrations }) => migrations.some((each) => keyOf(each) === keyOf(migration))),
  );
  const name = applied[shared]?.name;
  return images.length > 1 && shared < applied.length - 1 && applied[shared]?.app === app ? name : undefined;
}

/** As an option of a decision. */
export interface Choice {
  readonly value: string;
  readonly label: string;
  readonly description: string;
}

/** Where an app can go back to, the nearest first. */
export function targetsOf({ app, applied, shared }: AppView): readonly Choice[] {
  const back = [...applied].reverse().slice(1);
  const undone = (kept: number) => applied.slice(kept).reverse().join(', ');
  return [
    ...back.map((name) => ({
      value: name,
      label: name,
      description: `takes back ${undone(applied.indexOf(name) + 1)}${name === shared ? '; the older release knows no more than this' : ''}`,
    })),
    ...(applied.length === 0
      ? []
      : [
          {
            value: 'zero',
            label: `zero: nothing of ${app} is left`,
            description: `takes back all ${applied.length}: every table of ${app} goes, with its rows`,
          },
        ]),
  ];
}

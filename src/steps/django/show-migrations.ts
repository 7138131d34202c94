import { z } from 'zod';
import { placeOf } from '../kubernetes/place.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind, type Observation, type Plan, type PlanContext } from '../step-kind.ts';
import { type AppView, appViews, targetsOf } from './app-view.ts';
import { parkedDeployments } from './choose-image.ts';
import { djangoFields, keptParams } from './fields.ts';
import { manageArgv } from './manage.ts';
import { passedOver, type Survey, surveyMigrations } from './survey.ts';

const schema = z.strictObject(djangoFields);

/** Which migrations are applied, and in which pod there is an image that can take them back. */
export const showMigrations = defineKind({
  kind: 'django/show-migrations',
  description:
    'Lists the migrations of every Django app, applied or not, and finds the pods whose image can take the latest back.',
  schema,
  risk: 'safe',
  outputs: {
    apps: 'The apps, those first whose latest migration not every image knows.',
    choices: 'The same as options for a decision.',
    applied: 'By app: the applied migrations, oldest first.',
    latest: 'By app: the latest applied migration.',
    unapplied: 'By app: what an image has and the database has not.',
    targets: 'By app: where it can go back to, as options for a decision, the nearest first.',
    nearest: 'By app: the last migration that every image knows, else the one before the latest.',
    pods: 'By app: the pod that can take the latest back.',
    cannot: 'By app: the pods that cannot, each with what it lacks.',
    missing: 'By app: what is applied, and no running image has the file of.',
    parked: 'Deployments at 0 replicas that the selector would find, with their images.',
  },
  window: { forMs: 0, withinMs: 60_000, everyMs: 2_000 },
  describe: ({ selector }) => `Show the migrations that pods with ${selector} know`,
  plan: async (params, context) => {
    const { namespace } = await placeOf(context, params.namespace);
    const { python, manage } = params;
    const argv = manageArgv({ pod: '', container: '', python, manage }, ['showmigrations', '--plan']);
    return readingPlan(
      `${argv.join(' ')} in pods with ${params.selector}`,
      keptParams({ ...params, namespace }),
    );
  },
  observe,
});

async function observe(plan: Plan, context: PlanContext): Promise<Observation> {
  const params = schema.parse(plan.data);
  const place = await placeOf(context, params.namespace);
  const [survey, parked] = await Promise.all([
    surveyMigrations(place, params, context),
    parkedDeployments(place, params.selector),
  ]);
  const views = appViews(survey);
  const news = views.filter(({ cannot }) => cannot.length > 0);
  const missing = views.flatMap((view) => view.missing);
  return {
    holds: true,
    summary:
      missing.length > 0
        ? `no image has ${missing.join(', ')}`
        : news.length > 0
          ? news.map(({ app, applied }) => `${app} at ${applied.at(-1)}`).join(', ')
          : `${views.length} apps`,
    evidence: [...views.flatMap(appEvidence), ...surveyEvidence(survey)],
    outputs: {
      apps: views.map(({ app }) => app),
      choices: views
        .filter(({ applied }) => applied.length > 0)
        .map(({ app, applied }) => ({
          value: app,
          label: app,
          description: `${applied.length} applied, the latest ${applied.at(-1)}`,
        })),
      applied: byApp(views, ({ applied }) => applied),
      latest: byApp(views, ({ applied }) => applied.at(-1)),
      unapplied: byApp(views, ({ unapplied }) => unapplied),
      targets: byApp(views, (view) => targetsOf(view).map((choice) => ({ ...choice }))),
      nearest: byApp(views, ({ shared, applied }) => shared ?? applied.at(-2)),
      pods: byApp(views, ({ pod }) => pod),
      cannot: byApp(views, ({ cannot }) => cannot),
      missing: byApp(views, (view) => view.missing),
      parked: parked.map(({ name, image }) => ({ name, image })),
    },
  };
}

/** Apps without a value are left out, so that `has()` and `default()` tell them. */
function byApp<T>(views: readonly AppView[], value: (view: AppView) => T | undefined): Record<string, T> {
  return Object.fromEntries(
    views.flatMap((view) => {
      const found = value(view);
      return found === undefined ? [] : [[view.app, found] as const];
    }),
  );
}

function appEvidence({ app, applied, pod, cannot, missing }: AppView): readonly string[] {
  const at =
    applied.length === 0 ? 'nothing applied' : `${applied.length} applied, the latest ${applied.at(-1)}`;
  return [
    `${app}: ${at}`,
    ...(missing.length > 0
      ? [`${app}: no running image has ${missing.join(', ')}: only one that has it can take it back`]
      : cannot.length > 0 && pod !== undefined
        ? [`${app}: pod/${pod} can take it back; ${cannot.join('; ')}`]
        : []),
  ];
}

function surveyEvidence(survey: Survey): readonly string[] {
  return [
    ...passedOver(survey),
    survey.fromDatabase
      ? 'what is applied was read from the table django_migrations itself'
      : 'what is applied was read through the images: a migration that none of them knows would not be seen',
  ];
}

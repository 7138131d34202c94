import { PortFailure } from '../../ports/failure.ts';
import type { Place } from '../kubernetes/place.ts';
import { replicasOf } from '../kubernetes/workload.ts';
import { StepFailure } from '../step-kind.ts';
import { type MigrationName, matchTarget, type TargetMatch } from './migration-list.ts';
import type { Wish } from './reading.ts';
import { type ImageView, type Survey, unknownTo } from './survey.ts';

/** An image that has the files of all applied migrations of the app, and what `target` means to it. */
export async function chooseImage(
  place: Place,
  survey: Survey,
  wish: Wish,
): Promise<{ readonly image: ImageView; readonly target: string; readonly backwards: boolean }> {
  const { app } = wish;
  if (!survey.images.some(({ migrations }) => migrations.some((each) => each.app === app)))
    throw noSuchApp(survey, app);
  const views = survey.images.map((image) => ({ image, unknown: unknownTo(image, survey.applied, app) }));
  const complete = views.filter(({ unknown }) => unknown.length === 0).map(({ image }) => image);
  if (complete.length === 0) throw await nobodyKnows(place, wish, views);
  const resolved = complete.map((image) => ({ image, match: resolve(image, wish) }));
  for (const { image, match } of resolved) {
    if ('found' in match)
      return { image, target: match.found, backwards: isApplied(survey.applied, app, match.found) };
  }
  const candidates = resolved.flatMap(({ match }) => ('candidates' in match ? match.candidates : []));
  throw noSuchTarget(wish, [...new Set(candidates)], complete);
}

function resolve({ migrations }: ImageView, { app, target }: Wish): TargetMatch {
  const names = migrations.filter((each) => each.app === app).map(({ name }) => name);
  return target === 'zero' ? { found: target } : matchTarget(names, target);
}

function isApplied(applied: readonly MigrationName[], app: string, target: string): boolean {
  return target === 'zero' || applied.some((each) => each.app === app && each.name === target);
}

function noSuchApp({ images }: Survey, app: string): StepFailure {
  const apps = [...new Set(images.flatMap(({ migrations }) => migrations.map((each) => each.app)))];
  return new StepFailure(`No app ${app} has migrations here; there are ${apps.join(', ')}.`);
}

function noSuchTarget(
  { app, target }: Wish,
  candidates: readonly string[],
  images: readonly ImageView[],
): StepFailure {
  const known = images[0]?.migrations.filter((each) => each.app === app).map(({ name }) => name) ?? [];
  return candidates.length > 0
    ? new StepFailure(
        `More than one migration of ${app} begins with "${target}": ${candidates.join(', ')}.`,
        {
          next: 'Name one of them so that no other begins the same.',
        },
      )
    : new StepFailure(`${app} has no migration "${target}"; it has ${known.join(', ')}.`);
}

async function nobodyKnows(
  place: Place,
  { app, selector }: Wish,
  views: readonly { readonly image: ImageView; readonly unknown: readonly string[] }[],
): Promise<StepFailure> {
  const missing = [...new Set(views.flatMap(({ unknown }) => unknown))];
  const parked = await parkedDeployments(place, selector);
  const pods = views.map(
    ({ image, unknown }) => `pod/${image.asked.name} (${image.image}) lacks ${unknown.join(', ')}`,
  );
  return new StepFailure(
    `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} applied, but no running image has the file: ${pods.join('; ')}. Only an image that has it can take it back.`,
    {
      next:
        parked.length === 0
          ? `Start one pod of the release that brought ${app} there, without traffic, then try again.`
          : `Scale up, without traffic: ${parked.map(({ name, image }) => `deployment/${name} (${image}, 0 replicas)`).join(', ')}. Then try again.`,
      details: { missing, parked: parked.map(({ name }) => name) },
    },
  );
}

export interface Parked {
  readonly name: string;
  readonly image: string;
}

/** Deployments at 0 replicas whose pods the selector would find: one of them may have the image that is missing. */
export async function parkedDeployments(place: Place, labelSelector: string): Promise<readonly Parked[]> {
  const { kube, namespace, options } = place;
  try {
    const { items } = await kube.list(
      { group: 'apps', resource: 'deployments', namespace, labelSelector },
      options,
    );
    return items
      .filter((deployment) => replicasOf(deployment).wanted === 0)
      .map((deployment) => ({ name: deployment.metadata.name, image: imageIn(deployment.spec) }));
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'forbidden') return [];
    throw error;
  }
}

interface PodTemplate {
  readonly spec?: { readonly containers?: readonly { readonly image?: string }[] };
}

function imageIn(spec: { readonly [field: string]: unknown } | undefined): string {
  const template = spec?.template as PodTemplate | undefined;
  return template?.spec?.containers?.[0]?.image ?? 'an unnamed image';
}

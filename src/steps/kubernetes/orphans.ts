import { PortFailure } from '../../ports/failure.ts';
import type { GitCommit } from '../../ports/git.ts';
import type { Json } from '../../ports/json.ts';
import type { PlanContext } from '../step-kind.ts';
import { identityOf, type ManifestObject, readManifests } from './manifests.ts';
import type { Place } from './place.ts';
import { resourceText } from './resource-type.ts';
import { LAST_APPLIED } from './shown.ts';

/** Something that is in the cluster because of manifests, but in none of the chosen ones. */
export interface Orphan {
  /** 'configmaps', 'rollouts.argoproj.io' */
  readonly resource: string;
  readonly kind: string;
  readonly name: string;
  /** 'configmap/feature-flags' */
  readonly label: string;
  /** How it came there, a line. */
  readonly why: string;
}

const COMMITS_LOOKED_AT = 50;
/** Kinds that people apply by hand; looked through for what no commit of the repository holds. */
const COMMON = [
  ['', 'ConfigMap'],
  ['', 'Service'],
  ['apps', 'Deployment'],
  ['apps', 'StatefulSet'],
  ['apps', 'DaemonSet'],
  ['batch', 'CronJob'],
  ['batch', 'Job'],
  ['networking.k8s.io', 'Ingress'],
] as const;

export interface OrphanSearch {
  readonly repository: string | undefined;
  readonly path: string;
  /** Full hash of the chosen commit. */
  readonly commit: string;
  /** What the chosen manifests hold. */
  readonly identities: ReadonlySet<string>;
}

/** What commits after the chosen one brought into the namespace; kubectl apply would leave all of it there. */
export async function orphansOf(
  place: Place,
  { ports }: PlanContext,
  search: OrphanSearch,
): Promise<readonly Orphan[]> {
  const { namespace, options } = place;
  const git = await ports.git(search.repository);
  const log = await git.log({ path: search.path, limit: COMMITS_LOOKED_AT }, options);
  const later = untilCommit(log, search.commit);
  const found = new Map<string, { readonly object: ManifestObject; readonly by: GitCommit }>();
  for (const commit of later) {
    const objects = await objectsAt(git, commit.hash, search.path, options);
    for (const object of objects) {
      const at = identityOf(
        object.apiVersion,
        object.kind,
        object.metadata.namespace ?? namespace,
        object.metadata.name,
      );
      // the oldest commit that has it is the one that brought it
      if (!search.identities.has(at)) found.set(at, { object, by: commit });
    }
  }
  const orphans: Orphan[] = [];
  for (const { object, by } of found.values()) {
    const orphan = await liveOrphan(place, object, by);
    if (orphan !== undefined) orphans.push(orphan);
  }
  return orphans;
}

/** Newest first, without the chosen commit and what came before it. */
function untilCommit(log: readonly GitCommit[], hash: string): readonly GitCommit[] {
  const at = log.findIndex((commit) => commit.hash === hash);
  return at === -1 ? log : log.slice(0, at);
}

/** Commits that cannot be read have no say: what they brought is found by its annotation. */
async function objectsAt(
  git: Awaited<ReturnType<PlanContext['ports']['git']>>,
  commit: string,
  path: string,
  options: Place['options'],
): Promise<readonly ManifestObject[]> {
  try {
    const files = await git.files({ commit, path }, options);
    return readManifests(files, path).manifests.map(({ object }) => object);
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'cancelled') throw error;
    return [];
  }
}

async function liveOrphan(
  { kube, namespace, options }: Place,
  object: ManifestObject,
  by: GitCommit,
): Promise<Orphan | undefined> {
  const { apiVersion, kind, metadata } = object;
  const served = await kube.servedKind(apiVersion, kind, options);
  if (served === undefined || (metadata.namespace ?? namespace) !== namespace || !served.namespaced)
    return undefined;
  try {
    await kube.get({ ...served, name: metadata.name, namespace }, options);
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'not-found') return undefined;
    throw error;
  }
  return {
    resource: resourceText(served),
    kind,
    name: metadata.name,
    label: `${kind.toLowerCase()}/${metadata.name}`,
    why: `came with ${by.hash.slice(0, 9)} "${by.subject}" of ${by.author}`,
  };
}

/** Objects that kubectl applied and that are in none of these manifests: from elsewhere, or long forgotten. */
export async function strangersOf(
  { kube, namespace, options }: Place,
  identities: ReadonlySet<string>,
  orphans: readonly Orphan[],
): Promise<readonly string[]> {
  const known = new Set(orphans.map(({ label }) => label));
  const names: string[] = [];
  for (const [group, kind] of COMMON) {
    const resource = `${kind.toLowerCase().replace(/s$/, 'se')}s`;
    try {
      const { items } = await kube.list({ group, resource, namespace }, options);
      for (const item of items) {
        const label = `${kind.toLowerCase()}/${item.metadata.name}`;
        const applied = item.metadata.annotations?.[LAST_APPLIED] !== undefined;
        const at = identityOf(group === '' ? 'v1' : `${group}/v1`, kind, namespace, item.metadata.name);
        if (applied && !identities.has(at) && !known.has(label)) names.push(label);
      }
    } catch (error) {
      if (!(error instanceof PortFailure) || error.reason === 'cancelled') throw error;
    }
  }
  return names;
}

/** For outputs. */
export function orphanJson({ resource, kind, name, label, why }: Orphan): Json {
  return { resource, kind, name, label, why };
}

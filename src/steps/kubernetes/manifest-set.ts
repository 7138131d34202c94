import type { KubeObject, ServedKind } from '../../ports/kubernetes.ts';
import type { ApplyRules } from './apply-fields.ts';
import { type Comparison, compareManifest } from './comparison.ts';
import { gitopsOf } from './gitops.ts';
import type { SourceRead } from './manifest-source.ts';
import { identityOf, type Manifest } from './manifests.ts';
import type { Place } from './place.ts';

/** So many objects are asked about at once: an API server in trouble is not to be flooded. */
const AT_ONCE = 6;

export interface ComparedSet {
  /** In the order in which they are applied. */
  readonly objects: readonly Comparison[];
  /** Who else keeps these objects as it has them: Argo CD, Flux, Helm; a sentence each. */
  readonly keepers: readonly string[];
  /** Identities of everything that the manifests hold. */
  readonly identities: ReadonlySet<string>;
}

/** Compares every manifest of a source with the cluster. */
export async function compareAll(place: Place, source: SourceRead, rules: ApplyRules): Promise<ComparedSet> {
  const { manifests } = source;
  const files = filesByIdentity(manifests, place.namespace);
  const compared = await pooled(manifests, AT_ONCE, (manifest) => compareOne(place, manifest, files, rules));
  const objects = compared
    .filter((each) => each !== undefined)
    .sort((a, b) => rank(a.kind) - rank(b.kind))
    .map(({ comparison }) => comparison);
  const live = objects.flatMap((each): KubeObject[] => (each.live === undefined ? [] : [each.live]));
  return { objects, keepers: gitopsOf(live), identities: new Set(files.keys()) };
}

interface Kinded {
  readonly kind: string;
  readonly comparison: Comparison;
}

async function compareOne(
  place: Place,
  manifest: Manifest,
  files: ReadonlyMap<string, readonly string[]>,
  rules: ApplyRules,
): Promise<Kinded | undefined> {
  const { apiVersion, kind, metadata } = manifest.object;
  const { kube, options, namespace } = place;
  const same = files.get(identity(manifest, namespace)) ?? [];
  // told once, where the first of them stands
  if (same.length > 1 && same[0] !== manifest.file) return undefined;
  const name = `${kind.toLowerCase()}/${metadata.name}`;
  const target = { group: '', resource: kind.toLowerCase(), name: metadata.name };
  const blocked = (why: string, next: string): Kinded => ({
    kind,
    comparison: { name, file: manifest.file, target, state: 'blocked', why, next },
  });
  if (same.length > 1)
    return blocked(
      `it stands in ${same.join(' and in ')}`,
      'Only one file may say how it is: correct the manifests.',
    );
  const served = await kube.servedKind(apiVersion, kind, options);
  if (served === undefined)
    return blocked(
      `this cluster does not serve ${kind} in ${apiVersion}`,
      'The manifests are older than the cluster, or a custom resource is not installed: correct apiVersion in a folder of your own.',
    );
  const elsewhere = otherNamespace(served, metadata.namespace, namespace);
  if (elsewhere !== undefined)
    return blocked(
      `its manifest is for namespace ${elsewhere}, this session works in ${namespace}`,
      `Start a session for ${elsewhere}, if it shall be applied there.`,
    );
  return { kind, comparison: await compareManifest(place, manifest, served, rules) };
}

function otherNamespace(served: ServedKind, own: string | undefined, namespace: string): string | undefined {
  return served.namespaced && own !== undefined && own !== namespace ? own : undefined;
}

function identity({ object }: Manifest, namespace: string): string {
  const { apiVersion, kind, metadata } = object;
  return identityOf(apiVersion, kind, metadata.namespace ?? namespace, metadata.name);
}

function filesByIdentity(
  manifests: readonly Manifest[],
  namespace: string,
): ReadonlyMap<string, readonly string[]> {
  const files = new Map<string, string[]>();
  for (const manifest of manifests) {
    const at = identity(manifest, namespace);
    files.set(at, [...(files.get(at) ?? []), manifest.file]);
  }
  return files;
}

/** What others need comes first: namespaces, accounts and rights, configuration, storage, Services, and last what runs. */
const ORDER: readonly (readonly string[])[] = [
  ['Namespace'],
  ['CustomResourceDefinition', 'PriorityClass', 'StorageClass'],
  [
    'ServiceAccount',
    'Role',
    'ClusterRole',
    'RoleBinding',
    'ClusterRoleBinding',
    'ResourceQuota',
    'LimitRange',
  ],
  ['ConfigMap', 'Secret'],
  ['PersistentVolume', 'PersistentVolumeClaim'],
  ['Service', 'Endpoints', 'NetworkPolicy'],
  ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob', 'Pod'],
];

function rank(kind: string): number {
  const found = ORDER.findIndex((kinds) => kinds.includes(kind));
  return found === -1 ? ORDER.length : found;
}

async function pooled<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}

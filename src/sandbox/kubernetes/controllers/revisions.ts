import type { StoredObject } from '../store.ts';
import { canonicalJson, templateHash } from './naming.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
const HASH_LABEL = 'pod-template-hash';

/** Annotations of a Deployment that are about itself and do not go to its replica sets. */
const OWN_ANNOTATIONS = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
]);

export function revisionOf(object: StoredObject): number {
  return Number(object.metadata.annotations?.[REVISION] ?? 0);
}

/** Sets the revision and remembers the earlier ones, as `rollout history` expects. */
export function withRevision(
  annotations: Readonly<Record<string, string>> | undefined,
  revision: number,
): Record<string, string> {
  const before = annotations?.[REVISION];
  const history = annotations?.[REVISION_HISTORY];
  return {
    ...annotations,
    ...(before === undefined || before === String(revision)
      ? {}
      : { [REVISION_HISTORY]: history === undefined ? before : `${history},${before}` }),
    [REVISION]: String(revision),
  };
}

function templateOf(set: StoredObject): string {
  const template = set.spec.template;
  const { [HASH_LABEL]: _hash, ...labels } = template.metadata?.labels ?? {};
  return canonicalJson({ ...template, metadata: { ...template.metadata, labels } });
}

/** The replica set that runs exactly the Deployment's template; the oldest when there are several. */
export function setOfTemplate(
  deployment: StoredObject,
  sets: readonly StoredObject[],
): StoredObject | undefined {
  const wanted = templateOf(deployment);
  return sets.find((set) => templateOf(set) === wanted);
}

function ownerOf(deployment: StoredObject) {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    name: deployment.metadata.name,
    uid: deployment.metadata.uid,
    controller: true,
    blockOwnerDeletion: true,
  };
}

export function setAnnotations(
  deployment: StoredObject,
  replicas: number,
  maxSurge: number,
): Record<string, string> {
  const inherited = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([name]) => !OWN_ANNOTATIONS.has(name),
  );
  return {
    ...Object.fromEntries(inherited),
    [DESIRED_REPLICAS]: String(replicas),
    [MAX_REPLICAS]: String(replicas + maxSurge),
  };
}

/** The replica set a Deployment makes for its template. */
export function newReplicaSet(
  deployment: StoredObject,
  options: { readonly replicas: number; readonly annotations: Record<string, string> },
) {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = templateHash(template, deployment.status?.collisionCount ?? 0);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      ...(deployment.metadata.namespace === undefined ? {} : { namespace: deployment.metadata.namespace }),
      labels,
      annotations: options.annotations,
      ownerReferences: [ownerOf(deployment)],
    },
    spec: {
      replicas: options.replicas,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: {
        ...selector,
        matchLabels: { ...selector?.matchLabels, [HASH_LABEL]: hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
    status: { replicas: 0 },
  };
}

import { z } from 'zod';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import { StepFailure } from '../step-kind.ts';
import type { Place } from './place.ts';
import { plainObject } from './plain.ts';
import { podSelectorOf } from './workload.ts';

const REVISION = 'deployment.kubernetes.io/revision';
const HASH = 'pod-template-hash';

export interface Revision {
  readonly number: number;
  /** The pod template as the Deployment had it. */
  readonly template: JsonObject;
}

/** The revisions that a Deployment still has ReplicaSets of, newest first. */
export async function revisionsOf(
  { kube, namespace, options }: Place,
  deployment: KubeObject,
): Promise<readonly Revision[]> {
  const labelSelector = podSelectorOf(deployment);
  const { items } = await kube.list(
    { group: 'apps', resource: 'replicasets', namespace, labelSelector },
    options,
  );
  return items
    .filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === deployment.metadata.uid))
    .flatMap((replicaSet) => {
      const number = revisionOf(replicaSet);
      const template = templateOf(replicaSet);
      return number === undefined || template === undefined ? [] : [{ number, template }];
    })
    .sort((a, b) => b.number - a.number);
}

export function revisionOf({ metadata }: KubeObject): number | undefined {
  const number = Number(metadata.annotations?.[REVISION]);
  return Number.isInteger(number) && number > 0 ? number : undefined;
}

/** Without the hash label, which the controller adds to each ReplicaSet's. */
export function templateOf(object: KubeObject): JsonObject | undefined {
  const template = plainObject(object).spec;
  if (!isObject(template) || !isObject(template.template)) return undefined;
  const { metadata, ...rest } = template.template;
  if (!isObject(metadata)) return template.template;
  const { labels, ...others } = metadata;
  if (!isObject(labels)) return template.template;
  const kept = Object.fromEntries(Object.entries(labels).filter(([name]) => name !== HASH));
  return { metadata: { ...others, labels: kept }, ...rest };
}

/** The revision to go back to: the one asked for, or the newest before the current one. */
export function revisionToRestore(
  deployment: KubeObject,
  revisions: readonly Revision[],
  asked?: number,
): Revision {
  const name = deployment.metadata.name;
  const known = revisions.map(({ number }) => number).join(', ') || 'none';
  const current = revisionOf(deployment) ?? revisions[0]?.number ?? 0;
  const found =
    asked === undefined
      ? revisions.find(({ number }) => number < current)
      : revisions.find(({ number }) => number === asked);
  if (found !== undefined) return found;
  throw new StepFailure(
    asked === undefined
      ? `deployment/${name} has no revision before ${current}: its ReplicaSets hold the revisions ${known}.`
      : `deployment/${name} has no revision ${asked}: its ReplicaSets hold the revisions ${known}.`,
    { next: 'Deploy the version that is wanted by other means; there is nothing here to go back to.' },
  );
}

export const templateField: z.ZodType<JsonObject> = z.record(z.string(), z.json());

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

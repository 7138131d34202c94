import { z } from 'zod';
import { condition } from '../../cluster/selector.ts';
import type { Json } from '../../ports/json.ts';
import type { KubeObject, PatchRequest } from '../../ports/kubernetes.ts';
import { guardedJsonPatch, type Version, versionOf } from './guarded.ts';
import { templateField } from './rollout-revisions.ts';

export const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';
export const DEPLOYMENTS = { group: 'apps', resource: 'deployments' } as const;

export const rolloutData = z.object({
  namespace: z.string(),
  name: z.string(),
  action: z.enum(['status', 'restart', 'undo']),
  uid: z.string(),
  resourceVersion: z.string(),
  generation: z.number(),
  /** When the controller last said how the rollout goes: a verdict as old as that says nothing about what was written. */
  judgedAt: z.string().nullable(),
  /** For restart: the time that the new pods' template carries. */
  restartedAt: z.string().nullable(),
  /** For undo: the template that is restored, and the one that is replaced. */
  template: templateField.nullable(),
  before: templateField.nullable(),
});
export type Rollout = z.infer<typeof rolloutData>;

/** The one patch that is rehearsed and sent. */
export function rolloutRequest(data: Rollout, version: Version): PatchRequest {
  const target = { ...DEPLOYMENTS, name: data.name, namespace: data.namespace };
  if (data.action === 'undo') {
    const operation: Json = { op: 'replace', path: '/spec/template', value: data.template };
    return { target, type: 'json', patch: guardedJsonPatch(version, [operation]) };
  }
  const { uid, resourceVersion } = version;
  const template: Json = { metadata: { annotations: { [RESTARTED_AT]: data.restartedAt } } };
  return { target, type: 'merge', patch: { metadata: { uid, resourceVersion }, spec: { template } } };
}

/** What every action on a Deployment starts from. */
export function baseOf(deployment: KubeObject, namespace: string): Rollout {
  return {
    namespace,
    name: deployment.metadata.name,
    action: 'status',
    ...versionOf(deployment),
    generation: deployment.metadata.generation ?? 0,
    judgedAt: judgedAt(deployment) ?? null,
    restartedAt: null,
    template: null,
    before: null,
  };
}

const judged = z.object({ lastUpdateTime: z.string() });

/** When the condition Progressing was last updated. */
export function judgedAt(deployment: KubeObject): string | undefined {
  return judged.safeParse(condition(deployment, 'Progressing')).data?.lastUpdateTime;
}

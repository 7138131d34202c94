import { z } from 'zod';
import type { KubeObject, ResourceType } from '../../ports/kubernetes.ts';

export const WORKLOADS = {
  deployment: { group: 'apps', resource: 'deployments' },
  statefulset: { group: 'apps', resource: 'statefulsets' },
} as const satisfies Record<string, ResourceType>;

export type WorkloadKind = keyof typeof WORKLOADS;
export const workloadKinds = z.enum(['deployment', 'statefulset']);

const labelSelector = z.object({
  matchLabels: z.record(z.string(), z.string()).optional(),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).nullish() }))
    .nullish(),
});

/** The pods that a workload owns, as a label selector for the API server. */
export function podSelectorOf(workload: KubeObject): string {
  const { matchLabels = {}, matchExpressions } = labelSelector.parse(workload.spec?.selector ?? {});
  return [
    ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
    ...(matchExpressions ?? []).map(({ key, operator, values }) => requirement(key, operator, values ?? [])),
  ].join(',');
}

function requirement(key: string, operator: string, values: readonly string[]): string {
  switch (operator) {
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return key;
  }
}

export interface Replicas {
  /** spec.replicas, 1 where it is not said. */
  readonly wanted: number;
  readonly current: number;
  readonly ready: number;
  /** The controller has seen this spec; until then the counts speak of an older one. */
  readonly observed: boolean;
}

export function replicasOf({ spec, status, metadata }: KubeObject): Replicas {
  return {
    wanted: count(spec?.replicas, 1),
    current: count(status?.replicas, 0),
    ready: count(status?.readyReplicas, 0),
    observed: count(status?.observedGeneration, 0) >= (metadata.generation ?? 0),
  };
}

function count(value: unknown, absent: number): number {
  return typeof value === 'number' ? value : absent;
}

/** '1 pod', '3 pods' */
export function podCount(pods: number): string {
  return pods === 1 ? '1 pod' : `${pods} pods`;
}

import { z } from 'zod';
import type { ResourceType } from '../../ports/kubernetes.ts';

const CORE = [
  'pods',
  'services',
  'configmaps',
  'secrets',
  'endpoints',
  'events',
  'nodes',
  'namespaces',
  'persistentvolumeclaims',
  'serviceaccounts',
];
const GROUPED: Readonly<Record<string, string>> = {
  deployments: 'apps',
  replicasets: 'apps',
  statefulsets: 'apps',
  daemonsets: 'apps',
  jobs: 'batch',
  cronjobs: 'batch',
  ingresses: 'networking.k8s.io',
  networkpolicies: 'networking.k8s.io',
  endpointslices: 'discovery.k8s.io',
  horizontalpodautoscalers: 'autoscaling',
  poddisruptionbudgets: 'policy',
  leases: 'coordination.k8s.io',
};
const SHAPE = /^([a-z][a-z0-9-]*)(?:\.([a-z0-9-]+(?:\.[a-z0-9-]+)*))?$/;

/** 'pods', 'deployments' or, for any other resource, its plural and group: 'rollouts.argoproj.io'. */
export const resourceField = z.string().refine((text) => parseResource(text) !== undefined, {
  message:
    'expected a resource in the plural, "pods" or "deployments", with its group where it is not built in: "rollouts.argoproj.io"',
});

/** The type that `resourceField` accepted. */
export function resourceType(text: string): ResourceType {
  const type = parseResource(text);
  if (type === undefined) throw new RangeError(`"${text}" is not a resource`);
  return type;
}

function parseResource(text: string): ResourceType | undefined {
  const [, resource, group] = SHAPE.exec(text) ?? [];
  if (resource === undefined) return undefined;
  if (group !== undefined) return { group, resource };
  if (CORE.includes(resource)) return { group: '', resource };
  const builtIn = Object.hasOwn(GROUPED, resource) ? GROUPED[resource] : undefined;
  return builtIn === undefined ? undefined : { group: builtIn, resource };
}

/** How kubectl names it: 'deployments.apps', 'pods'. */
export function resourceText({ group, resource }: ResourceType): string {
  return group === '' ? resource : `${resource}.${group}`;
}

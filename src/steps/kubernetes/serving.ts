import { isPodReady, matchesLabels } from '../../cluster/selector.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import type { Place } from './place.ts';

/** Names of the Services that send traffic to a ready one of these pods; undefined when the user may not list Services. */
export async function servicesOf(
  { kube, namespace, options }: Place,
  pods: readonly KubeObject[],
): Promise<readonly string[] | undefined> {
  let services: readonly KubeObject[];
  try {
    services = (await kube.list({ group: '', resource: 'services', namespace }, options)).items;
  } catch (error) {
    if (!(error instanceof PortFailure) || error.reason !== 'forbidden') throw error;
    return undefined;
  }
  const ready = pods.filter(isPodReady);
  return services
    .filter(({ spec }) => ready.some((pod) => matchesLabels(labelsIn(spec?.selector), pod.metadata.labels)))
    .map(({ metadata }) => metadata.name);
}

function labelsIn(selector: unknown): Record<string, string> {
  if (typeof selector !== 'object' || selector === null) return {};
  return Object.fromEntries(Object.entries(selector).map(([key, value]) => [key, String(value)]));
}

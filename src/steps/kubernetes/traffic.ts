import { type EndpointsReading, readEndpoints } from '../../cluster/endpoints.ts';
import { isPodReady, isPodTerminating, type Labels, matchesLabels } from '../../cluster/selector.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import type { Place } from './place.ts';

/** The pods that a selector picks, apart from those that are on their way out. */
export interface Backends {
  readonly pods: readonly KubeObject[];
  readonly ready: readonly KubeObject[];
}

export function backendsOf(pods: readonly KubeObject[], selector: Labels): Backends {
  const matching = pods.filter(
    (pod) => matchesLabels(selector, pod.metadata.labels) && !isPodTerminating(pod) && !isFinished(pod),
  );
  return { pods: matching, ready: matching.filter(isPodReady) };
}

function isFinished(pod: KubeObject): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

/** '2 of 3 pods ready' */
export function readiness({ pods, ready }: Backends): string {
  return `${ready.length} of ${pods.length} pods ready`;
}

/** {app: frontend-blue, color: blue} */
export function selectorText(selector: Labels): string {
  return `{${pairs(selector).join(', ')}}`;
}

/** `app: frontend-blue  color: blue` */
export function selectorLine(selector: Labels): string {
  return pairs(selector).join('  ');
}

function pairs(selector: Labels): string[] {
  return Object.keys(selector)
    .sort()
    .map((key) => `${key}: ${selector[key]}`);
}

export function sameSelector(a: Labels, b: Labels): boolean {
  return selectorText(a) === selectorText(b);
}

/** What changes, in a word: the shortest new value, 'blue'. */
export function selectorWord(before: Labels, wanted: Labels): string {
  const changed = Object.entries(wanted).filter(([key, value]) => before[key] !== value);
  const values = (changed.length > 0 ? changed : Object.entries(wanted)).map(([, value]) => value);
  return values.sort((a, b) => a.length - b.length)[0] ?? '';
}

/** The addresses behind a Service of this place. */
export function endpointsBehind(place: Place, name: string): Promise<EndpointsReading> {
  return readEndpoints(place.kube, { name, namespace: place.namespace }, place.options);
}

/** Ports of the Service that name a container port which a pod lacks: to such a pod no traffic would flow. */
export function missingNamedPorts(service: KubeObject, pods: readonly KubeObject[]): readonly string[] {
  const names = list(service.spec?.ports).flatMap((port) =>
    typeof port.targetPort === 'string' ? [port.targetPort] : [],
  );
  return names.filter((name) =>
    pods.some(
      (pod) =>
        !list(pod.spec?.containers)
          .flatMap((container) => list(container.ports))
          .some((port) => port.name === name),
    ),
  );
}

function list(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value : [];
}

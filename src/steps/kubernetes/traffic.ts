import { z } from 'zod';
import { type EndpointsReading, readEndpoints } from '../../cluster/endpoints.ts';
import {
  formatSelector,
  isPodReady,
  isPodTerminating,
  type Labels,
  matchesLabels,
} from '../../cluster/selector.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import { StepFailure } from '../step-kind.ts';
import type { Place } from './place.ts';

/** The selector of a Service, or labels of a pod. */
export const selectorField = z.record(z.string(), z.string());

/** The pods that a selector picks, apart from those that are on their way out. */
export interface Backends {
  readonly pods: readonly KubeObject[];
  readonly ready: readonly KubeObject[];
}

function backendsOf(pods: readonly KubeObject[], selector: Labels): Backends {
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

/** The selector of a Service that has one; there is nothing to switch in another. */
export function selectorOf(service: KubeObject): Labels {
  const name = service.metadata.name;
  if (service.spec?.type === 'ExternalName') {
    throw new StepFailure(
      `service/${name} is of type ExternalName: it is an alias and sends no traffic to pods.`,
      {
        next: 'Name the Service whose selector picks the pods.',
      },
    );
  }
  const parsed = selectorField.safeParse(service.spec?.selector ?? {});
  if (!parsed.success || Object.keys(parsed.data).length === 0) {
    throw new StepFailure(
      `service/${name} has no selector: its endpoints are kept by hand or by another program.`,
      {
        next: 'Find out who keeps its endpoints, and switch the traffic there.',
      },
    );
  }
  return parsed.data;
}

export async function podsOf({ kube, namespace, options }: Place, selector: Labels): Promise<Backends> {
  const request = { group: '', resource: 'pods', namespace, labelSelector: formatSelector(selector) };
  return backendsOf((await kube.list(request, options)).items, selector);
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

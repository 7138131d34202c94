import { z } from 'zod';
import { isPodReady, isPodTerminating } from '../../cluster/selector.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import { nameField } from '../fields.ts';
import { type Permission, StepFailure } from '../step-kind.ts';
import { reviewAccess } from './access.ts';
import type { Place } from './place.ts';
import { podSelectorOf } from './workload.ts';

/** How a step says in which pod a program runs; exactly one of the first three. */
export const execTargetFields = {
  pod: nameField.optional().describe('The pod, by its name.'),
  selector: z
    .string()
    .min(1)
    .optional()
    .describe('A label selector: the first pod of it that is ready and not going away.'),
  deployment: nameField.optional().describe('A Deployment: the first of its pods that is ready.'),
  container: nameField
    .optional()
    .describe('The container; when absent, the default one of the pod, or the only one.'),
};

export interface ExecTargetParams {
  readonly pod?: string | undefined;
  readonly selector?: string | undefined;
  readonly deployment?: string | undefined;
  readonly container?: string | undefined;
}

export function namesOneTarget({ pod, selector, deployment }: ExecTargetParams): boolean {
  return [pod, selector, deployment].filter((given) => given !== undefined).length === 1;
}

/** One container of one pod; another pod of the same name has another uid. */
export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
}

/** The annotation that kubectl reads, too. */
const DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container';

/** Picks the container to run something in. Throws a StepFailure when there is none, or it is not clear which. */
export async function findExecTarget(place: Place, params: ExecTargetParams): Promise<ExecTarget> {
  const { asked, pods } = await candidates(place, params);
  const usable = pods.filter((pod) => isPodReady(pod) && !isPodTerminating(pod));
  const [pod] = usable.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  if (pod === undefined) {
    const found = pods.map(({ metadata }) => metadata.name).join(', ');
    throw new StepFailure(
      pods.length === 0
        ? `There is no pod of ${asked} in ${place.namespace}.`
        : `No pod of ${asked} is ready: ${found}.`,
      { next: 'Look at its pods and their events; a program runs only in a pod that is ready.' },
    );
  }
  return {
    namespace: place.namespace,
    pod: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    container: containerOf(pod, params.container),
  };
}

/** Throws a stale StepFailure when the pod that was confirmed is gone, or another one has its name. */
export async function checkExecTarget(place: Place, target: ExecTarget): Promise<void> {
  const { namespace, pod: name, uid } = target;
  const { items } = await place.kube.list(
    { group: '', resource: 'pods', namespace, fieldSelector: `metadata.name=${name}` },
    place.options,
  );
  const pod = items.find(({ metadata }) => metadata.uid === uid);
  if (pod === undefined || isPodTerminating(pod))
    throw new StepFailure(`pod/${name} is gone, or going away. Nothing was run.`, { stale: true });
}

/**
 * Over WebSockets a program needs the right to get, and from Kubernetes 1.35 on to create it as well. Which server it
 * is cannot be asked here: where only the latter is missing, it is left open instead of keeping an older one's users out.
 */
export async function execPermissions(place: Place): Promise<readonly Permission[]> {
  const { kube, namespace, options } = place;
  const exec = { group: '', resource: 'pods', subresource: 'exec', namespace };
  const verbs = ['get', 'create'].map((verb) => ({ verb, ...exec }));
  const [get, create] = await reviewAccess(kube, verbs, options);
  if (get === undefined || create === undefined) return [];
  return get.allowed === true && create.allowed === false
    ? [get, { ...create, allowed: undefined, reason: 'not given; needed from Kubernetes 1.35 on' }]
    : [get, create];
}

async function candidates({ kube, namespace, options }: Place, params: ExecTargetParams) {
  const { pod, selector, deployment } = params;
  const list = async (request: { labelSelector?: string; fieldSelector?: string }) =>
    (await kube.list({ group: '', resource: 'pods', namespace, ...request }, options)).items;
  if (pod !== undefined)
    return { asked: `the name ${pod}`, pods: await list({ fieldSelector: `metadata.name=${pod}` }) };
  if (selector !== undefined)
    return { asked: `the labels ${selector}`, pods: await list({ labelSelector: selector }) };
  const name = deployment ?? '';
  const object = await kube.get({ group: 'apps', resource: 'deployments', name, namespace }, options);
  return { asked: `deployment/${name}`, pods: await list({ labelSelector: podSelectorOf(object) }) };
}

function containerOf(pod: KubeObject, asked: string | undefined): string {
  const { containers } = z.object({ containers: z.array(z.object({ name: z.string() })) }).parse(pod.spec);
  const names = containers.map(({ name }) => name);
  const [only] = names;
  const marked = pod.metadata.annotations?.[DEFAULT_CONTAINER];
  const chosen =
    asked ??
    (marked !== undefined && names.includes(marked) ? marked : undefined) ??
    (names.length === 1 ? only : undefined);
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  throw new StepFailure(
    `pod/${pod.metadata.name} has the containers ${names.join(', ')}${asked === undefined ? ', and none of them is marked as the default' : `, not ${asked}`}.`,
    { next: 'Name one of them with container:.' },
  );
}

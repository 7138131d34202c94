import { isPodReady, isPodTerminating } from '../../cluster/selector.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import type { Place } from '../kubernetes/place.ts';
import { StepFailure } from '../step-kind.ts';

/** A container that may have manage.py, in its pod. */
export interface DjangoPod {
  readonly name: string;
  readonly uid: string;
  readonly container: string;
  readonly image: string;
  readonly ready: boolean;
  /** How often the container has been started again. */
  readonly restarts: number;
  readonly object: KubeObject;
}

interface Container {
  readonly name: string;
  readonly image?: string;
}

interface ContainerStatus {
  readonly name: string;
  readonly imageID?: string;
  readonly restartCount?: number;
  readonly state?: { readonly running?: object };
}

/** The pods of a selector in which a program can be started: running and not going away; each of their containers, unless one is named. */
export async function djangoPods(
  { kube, namespace, options }: Place,
  selector: string,
  container: string | undefined,
): Promise<readonly DjangoPod[]> {
  const { items } = await kube.list(
    { group: '', resource: 'pods', namespace, labelSelector: selector },
    options,
  );
  const pods = items.flatMap((pod) => containersOf(pod, container));
  if (pods.length > 0) return pods.sort(byCalm);
  const left = items.map(({ metadata }) => metadata.name).join(', ');
  throw new StepFailure(
    items.length === 0
      ? `No pod in ${namespace} has the labels ${selector}.`
      : `No pod with the labels ${selector} runs a container${container === undefined ? '' : ` ${container}`}: ${left}.`,
    {
      next: 'Scale a Deployment up whose image has the migrations (it needs no traffic), or correct the selector.',
    },
  );
}

/** The same pod as it is now; a failure that is stale when it is gone, another one, or going away. */
export async function samePod(
  { kube, namespace, options }: Place,
  wanted: { readonly pod: string; readonly uid: string; readonly container: string },
): Promise<DjangoPod> {
  const { items } = await kube.list(
    { group: '', resource: 'pods', namespace, fieldSelector: `metadata.name=${wanted.pod}` },
    options,
  );
  const found = items.find(({ metadata }) => metadata.name === wanted.pod && metadata.uid === wanted.uid);
  const [pod] = found === undefined ? [] : containersOf(found, wanted.container);
  if (pod !== undefined) return pod;
  const why =
    found === undefined ? 'is gone' : isPodTerminating(found) ? 'is terminating' : 'does not run any more';
  throw new StepFailure(`pod/${wanted.pod} ${why}. Nothing was migrated.`, { stale: true });
}

/** Its running containers that are asked for: one by name, or kubectl's own default, or all: a sidecar may stand first. */
function containersOf(pod: KubeObject, container: string | undefined): readonly DjangoPod[] {
  if (isPodTerminating(pod)) return [];
  const wanted = container ?? pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
  const containers = (pod.spec?.containers ?? []) as unknown as readonly Container[];
  const statuses = (pod.status?.containerStatuses ?? []) as unknown as readonly ContainerStatus[];
  return containers.flatMap(({ name, image }) => {
    const status = statuses.find((each) => each.name === name);
    if ((wanted !== undefined && name !== wanted) || status?.state?.running === undefined) return [];
    return {
      name: pod.metadata.name,
      uid: pod.metadata.uid ?? '',
      container: name,
      image: image ?? status.imageID ?? 'an unnamed image',
      ready: isPodReady(pod),
      restarts: status.restartCount ?? 0,
      object: pod,
    };
  });
}

/** What is least likely to go away first. */
function byCalm(a: DjangoPod, b: DjangoPod): number {
  return Number(b.ready) - Number(a.ready) || a.restarts - b.restarts || compare(a.name, b.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

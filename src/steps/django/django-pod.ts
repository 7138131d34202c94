import { isPodReady, isPodTerminating } from '../../cluster/selector.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';
import type { Place } from '../kubernetes/place.ts';
import { StepFailure } from '../step-kind.ts';

/** A container that may have manage.py. */
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

/** The pods of a selector in which a program can be started: running and not going away; those that are ready come first. */
export async function djangoPods(
  { kube, namespace, options }: Place,
  selector: string,
  container: string | undefined,
): Promise<readonly DjangoPod[]> {
  const { items } = await kube.list(
    { group: '', resource: 'pods', namespace, labelSelector: selector },
    options,
  );
  const pods = items.flatMap((pod) => djangoPod(pod, container) ?? []);
  if (pods.length > 0)
    return pods.sort((a, b) => Number(b.ready) - Number(a.ready) || compare(a.name, b.name));
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
  const pod = found && djangoPod(found, wanted.container);
  if (pod !== undefined) return pod;
  const why =
    found === undefined ? 'is gone' : isPodTerminating(found) ? 'is terminating' : 'does not run any more';
  throw new StepFailure(`pod/${wanted.pod} ${why}. Nothing was migrated.`, { stale: true });
}

function djangoPod(pod: KubeObject, container: string | undefined): DjangoPod | undefined {
  if (isPodTerminating(pod)) return undefined;
  const containers = (pod.spec?.containers ?? []) as unknown as readonly Container[];
  const chosen = container === undefined ? containers[0] : containers.find(({ name }) => name === container);
  const statuses = (pod.status?.containerStatuses ?? []) as unknown as readonly ContainerStatus[];
  const status = statuses.find(({ name }) => name === chosen?.name);
  if (chosen === undefined || status?.state?.running === undefined) return undefined;
  return {
    name: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    container: chosen.name,
    image: chosen.image ?? status.imageID ?? 'an unnamed image',
    ready: isPodReady(pod),
    restarts: status.restartCount ?? 0,
    object: pod,
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

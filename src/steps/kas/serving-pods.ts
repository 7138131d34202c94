import { isPodReady, isPodTerminating } from '../../cluster/selector.ts';
import type { KubeObject } from '../../ports/kubernetes.ts';

interface ContainerStatus {
  readonly name?: string;
  readonly restartCount?: number;
  readonly state?: { readonly terminated?: Ended; readonly waiting?: { readonly reason?: string } };
  readonly lastState?: { readonly terminated?: Ended };
}
interface Ended {
  readonly exitCode?: number;
  readonly finishedAt?: string;
}

/** What a pod of KAS says of itself, without being asked over HTTP. */
export interface PodFacts {
  readonly name: string;
  readonly ready: boolean;
  readonly terminating: boolean;
  /** Tags of the images that KAS is built into, init containers included; each once. */
  readonly tags: readonly string[];
  readonly restarts: number;
  /** Milliseconds since the epoch; undefined when no container was ever restarted. */
  readonly restartedAt: number | undefined;
  /** Why an init container has not succeeded, a sentence; undefined when all have. */
  readonly initProblem: string | undefined;
  /** Why a container waits: 'CrashLoopBackOff'. */
  readonly waiting: string | undefined;
}

/** One that ended for good, an evicted one for example, stays listed and serves nothing. */
export const isOver = (pod: KubeObject): boolean =>
  ['Failed', 'Succeeded'].includes(String(pod.status?.phase));

/** `container` is the one that serves; its image's repository tells which other containers are built from it. */
export function podFacts(pod: KubeObject, container: string): PodFacts {
  const images = [...listOf(pod.spec?.initContainers), ...listOf(pod.spec?.containers)].map(imageOf);
  const main = images.find(({ name }) => name === container);
  const statuses = statusesOf(pod, 'containerStatuses');
  const inits = statusesOf(pod, 'initContainerStatuses');
  const ends = statuses.map(({ lastState }) => Date.parse(lastState?.terminated?.finishedAt ?? ''));
  const finished = ends.filter((at) => !Number.isNaN(at));
  return {
    name: pod.metadata.name,
    ready: isPodReady(pod),
    terminating: isPodTerminating(pod),
    tags: [
      ...new Set(images.filter(({ repository }) => repository === main?.repository).map(({ tag }) => tag)),
    ],
    restarts: statuses.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0),
    restartedAt: finished.length === 0 ? undefined : Math.max(...finished),
    initProblem: initProblem(inits, listOf(pod.spec?.initContainers).length),
    waiting: statuses.map(({ state }) => state?.waiting?.reason).find((reason) => reason !== undefined),
  };
}

function initProblem(inits: readonly ContainerStatus[], wanted: number): string | undefined {
  const failed = inits.find(({ state }) => state?.terminated?.exitCode !== 0);
  if (failed === undefined) return inits.length >= wanted ? undefined : 'its init containers have not begun';
  const code = failed.state?.terminated?.exitCode ?? failed.lastState?.terminated?.exitCode;
  const why =
    failed.state?.waiting?.reason ??
    (code === undefined ? 'is still running' : `ended with exit code ${code}`);
  return `init container ${failed.name ?? ''} ${why}`;
}

function imageOf(container: unknown): {
  readonly name: string;
  readonly repository: string;
  readonly tag: string;
} {
  const { name = '', image = '' } = container as { readonly name?: string; readonly image?: string };
  const [, repository = image, tag = ''] = /^(.*?)(?::([^:/@]+))?(?:@.*)?$/.exec(image) ?? [];
  return { name, repository, tag };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

function statusesOf(pod: KubeObject, field: string): readonly ContainerStatus[] {
  return listOf(pod.status?.[field]) as readonly ContainerStatus[];
}

import type { KubeObject } from '../../ports/kubernetes.ts';
import type { Place } from '../kubernetes/place.ts';
import { podSelectorOf, WORKLOADS } from '../kubernetes/workload.ts';
import { StepFailure } from '../step-kind.ts';

/** A pod that was told to go has until then; what is left of it afterwards runs no more. */
function mayWrite({ metadata: { deletionTimestamp } }: KubeObject, now: number): boolean {
  return deletionTimestamp === undefined || Date.parse(deletionTimestamp) > now;
}

/** Pods that write to the database, by Deployment: 'backend: backend-7c9-x2x, backend-7c9-zzz'. */
async function writersWithPods(
  { kube, namespace, options }: Place,
  deployments: readonly string[],
  now: number,
): Promise<readonly string[]> {
  const found = await Promise.all(
    deployments.map(async (name) => {
      const workload = await kube.get({ ...WORKLOADS.deployment, name, namespace }, options);
      const request = { group: '', resource: 'pods', namespace, labelSelector: podSelectorOf(workload) };
      const { items } = await kube.list(request, options);
      const pods = items.filter((pod) => mayWrite(pod, now)).map(({ metadata }) => metadata.name);
      return pods.length === 0 ? [] : [`${name}: ${pods.join(', ')}`];
    }),
  );
  return found.flat();
}

/** Swapping databases under a running application would take its connections away, and let it write into either. */
export async function refuseWhileWriting(
  place: Place,
  deployments: readonly string[],
  { now, stale }: { readonly now: number; readonly stale: boolean },
): Promise<void> {
  const writing = await writersWithPods(place, deployments, now);
  if (writing.length === 0) return;
  throw new StepFailure(`Writers still have pods: ${writing.join('; ')}.`, {
    stale,
    next: 'Scale them to 0 and wait until their pods are gone, then try again.',
  });
}

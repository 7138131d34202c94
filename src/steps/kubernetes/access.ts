import { PortFailure } from '../../ports/failure.ts';
import type { AccessRequest, KubernetesReads, ReadOptions } from '../../ports/kubernetes.ts';
import type { Permission } from '../step-kind.ts';

/** Asks the API server whether this user may do these things, all at once; a review that fails leaves it open. */
export function reviewAccess(
  kube: KubernetesReads,
  requests: readonly AccessRequest[],
  options: ReadOptions,
): Promise<readonly Permission[]> {
  return Promise.all(
    requests.map(async (request): Promise<Permission> => {
      try {
        const { allowed, reason } = await kube.access(request, options);
        return { ...request, allowed, ...(reason === undefined ? {} : { reason }) };
      } catch (error) {
        if (!(error instanceof PortFailure) || error.reason === 'cancelled') throw error;
        return { ...request, allowed: undefined, reason: error.message };
      }
    }),
  );
}

import { reviewAccess } from '../kubernetes/access.ts';
import { placeOf } from '../kubernetes/place.ts';
import type { Permission, PlanContext } from '../step-kind.ts';

/** Programs are run in a pod over a WebSocket: the right to `get` pods/exec. */
export async function execAccess(
  context: PlanContext,
  given?: string,
): Promise<{ readonly namespace: string; readonly permissions: readonly Permission[] }> {
  const { kube, namespace, options } = await placeOf(context, given);
  const request = { verb: 'get', group: '', resource: 'pods', subresource: 'exec', namespace };
  return { namespace, permissions: await reviewAccess(kube, [request], options) };
}

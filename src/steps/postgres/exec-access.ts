import { execPermissions } from '../kubernetes/exec-target.ts';
import { placeOf } from '../kubernetes/place.ts';
import type { Permission, PlanContext } from '../step-kind.ts';

/** Where programs are run, and what this user needs for it. */
export async function execAccess(
  context: PlanContext,
  given?: string,
): Promise<{ readonly namespace: string; readonly permissions: readonly Permission[] }> {
  const place = await placeOf(context, given);
  return { namespace: place.namespace, permissions: await execPermissions(place) };
}

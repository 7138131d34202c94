import type { KubeObject } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';

interface ManagedFields {
  readonly manager?: string;
  readonly time?: string;
  readonly subresource?: string;
}

/** Who changed the object last, as far as managedFields tell: 'last changed by kubectl-patch at 03:04:05Z'. */
export function lastWriter(object: KubeObject): string | undefined {
  const entries = (object.metadata.managedFields ?? []) as readonly ManagedFields[];
  const newest = entries
    .filter(({ time, manager, subresource }) => time && manager && subresource !== 'status')
    .reduce<ManagedFields | undefined>(
      (best, each) => ((best?.time ?? '') > (each.time ?? '') ? best : each),
      undefined,
    );
  if (newest?.time === undefined) return undefined;
  return `last changed by ${neutralise(newest.manager ?? '')} at ${neutralise(newest.time)}`;
}

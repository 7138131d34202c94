import { z } from 'zod';
import type { KubeObject } from '../../ports/kubernetes.ts';

const entries = z.array(
  z.object({
    manager: z.string().optional(),
    time: z.string().optional(),
    subresource: z.string().optional(),
    fieldsV1: z.record(z.string(), z.unknown()).optional(),
  }),
);

/** Who changed the object last, its spec if that can be told, from its managed fields: 'kubectl-edit at 2026-11-02T14:02:31Z'. */
export function lastChange(object: KubeObject): string | undefined {
  const parsed = entries.safeParse(object.metadata.managedFields);
  if (!parsed.success) return undefined;
  const dated = parsed.data.flatMap(({ manager, time, subresource, fieldsV1 }) =>
    manager === undefined || time === undefined
      ? []
      : [{ manager, time, ofSpec: subresource === undefined && fieldsV1?.['f:spec'] !== undefined }],
  );
  const ofSpec = dated.filter((entry) => entry.ofSpec);
  const latest = (ofSpec.length > 0 ? ofSpec : dated).sort((a, b) => b.time.localeCompare(a.time))[0];
  return latest && `${latest.manager} at ${latest.time}`;
}

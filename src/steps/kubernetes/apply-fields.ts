import { z } from 'zod';
import { untouchedField } from './untouched.ts';

/** Parameters of whatever compares or applies manifests. */
export const applyFields = {
  'field-manager': z
    .string()
    .min(1)
    .max(128)
    .default('rollbook')
    .describe(
      'Who the fields belong to afterwards; that of your pipeline, if it applies server-side, so that its next run meets no conflict.',
    ),
  untouched: untouchedField,
  'take-over': z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Managers ("kubectl-edit") or fields (".spec.replicas") whose values are overwritten although others set them.',
    ),
  leave: z
    .array(z.string().min(1))
    .default([])
    .describe('Managers whose fields stay as they set them; the rest of the object is applied.'),
};

/** The same in a plan's data. */
export const applyRules = z.object({
  manager: z.string(),
  untouched: z.array(z.string()),
  takeOver: z.array(z.string()),
  leave: z.array(z.string()),
});
export type ApplyRules = z.output<typeof applyRules>;

export function rulesOf(params: {
  readonly 'field-manager': string;
  readonly untouched: readonly string[];
  readonly 'take-over': readonly string[];
  readonly leave: readonly string[];
}): ApplyRules {
  return {
    manager: params['field-manager'],
    untouched: [...params.untouched],
    takeOver: [...params['take-over']],
    leave: [...params.leave],
  };
}

import { z } from 'zod';
import type { Json } from '../ports/json.ts';
import { DURATION_PATTERN, parseDuration } from '../prose/duration.ts';

/** '500ms', '30s', '5m', '1h', '1h30m'. */
export const durationField = z
  .string()
  .regex(DURATION_PATTERN, 'expected a duration like "30s", "5m" or "500ms"');

/** Milliseconds of a string that `durationField` accepted. */
export function durationMs(duration: string): number {
  const ms = parseDuration(duration);
  if (ms === undefined) throw new RangeError(`"${duration}" is not a duration`);
  return ms;
}

/** A DNS-1123 name, as Kubernetes names most things. */
export const nameField = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/,
    'expected a Kubernetes name: lower-case letters, digits, "-" and "."',
  );

export const namespaceField = nameField
  .optional()
  .describe('The namespace; when absent, the one of the session.');

/** Program and arguments; no shell reads them. */
export const argvField = z.tuple([z.string().min(1)], z.string());

export const environmentField = z.record(
  z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable'),
  z.string(),
);

/** Any JSON value. */
export const jsonField: z.ZodType<Json> = z.json();

import * as z from 'zod/mini';

/** How the Django application of a world with a database goes about its migrations. */
export const djangoSchema = z.strictObject({
  /** Tags of images that have the migrations up to accounts 0002; all others have everything. */
  older: z.optional(z.array(z.string())),
  /** accounts 0003 runs code that has no reverse. */
  irreversible: z.optional(z.boolean()),
  /**
   * Applied from the start: `limit` is accounts 0004, not atomic, and its way back fails in the middle; `reports` is
   * an app that depends on accounts 0003.
   */
  extras: z.optional(z.array(z.enum(['limit', 'reports']))),
  /** How long each migration of these apps holds its locks before it is through. */
  migrationSeconds: z.optional(z.number().check(z.minimum(0))),
});

/** A whole description, nothing left to default. */
export interface DjangoSpec {
  readonly older: readonly string[];
  readonly irreversible: boolean;
  readonly extras: readonly ('limit' | 'reports')[];
  readonly migrationSeconds: number;
}

export function completeDjango(input: z.infer<typeof djangoSchema> = {}): DjangoSpec {
  return {
    older: input.older ?? ['1.8.1', '1.8.2', '1.8.3', 'v1'],
    irreversible: input.irreversible ?? false,
    extras: input.extras ?? [],
    migrationSeconds: input.migrationSeconds ?? 0,
  };
}

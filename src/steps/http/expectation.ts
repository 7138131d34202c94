import { z } from 'zod';
import { inTime, TakesTooLong } from '../../prose/in-time.ts';

export const expectationFields = {
  'expect-status': z
    .union([z.int().min(100).max(599), z.array(z.int().min(100).max(599)).min(1)])
    .default(200)
    .describe('The status that is expected, or a list of them.'),
  'expect-body': z
    .strictObject({
      contains: z.string().min(1).optional().describe('A text that the body must contain.'),
      matches: z
        .string()
        .min(1)
        .refine(isPattern, 'expected a regular expression')
        .optional()
        .describe('A regular expression that must match somewhere in the body.'),
    })
    .optional()
    .describe('What the body must hold.'),
};

export const expectation = z.object({
  status: z.array(z.number()),
  contains: z.string().nullable(),
  matches: z.string().nullable(),
});
export type Expectation = z.infer<typeof expectation>;

/** Why an answer is not the one expected; undefined when it is. */
export function mismatch(
  answer: { readonly status: number; readonly body: string },
  { status, contains, matches }: Expectation,
): string | undefined {
  if (!status.includes(answer.status)) return `answered ${answer.status}, expected ${status.join(' or ')}`;
  if (contains !== null && !answer.body.includes(contains)) {
    return `answered ${answer.status}, but the body does not contain "${contains}"`;
  }
  if (matches === null) return undefined;
  try {
    const pattern = new RegExp(matches, 'u');
    if (inTime(() => pattern.test(answer.body))) return undefined;
    return `answered ${answer.status}, but the body does not match /${matches}/`;
  } catch (error) {
    if (!(error instanceof TakesTooLong)) throw error;
    return `answered ${answer.status}, but to match /${matches}/ against the body: ${error.message}`;
  }
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}

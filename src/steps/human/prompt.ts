import { z } from 'zod';
import { defineKind } from '../step-kind.ts';
import { questionPlan } from './question-plan.ts';

/** Asks for a value that later steps use. */
export const prompt = defineKind({
  kind: 'prompt',
  description: 'Asks the operator for a value, which later steps read as outputs.value.',
  schema: z.strictObject({
    message: z.string().min(1).describe('The question.'),
    pattern: z
      .string()
      .refine(isPattern, 'expected a regular expression')
      .optional()
      .describe('A regular expression that must match the whole answer.'),
    secret: z
      .boolean()
      .optional()
      .describe('The answer is not shown, and is redacted wherever it would be written.'),
    default: z.string().optional().describe('The answer that is offered.'),
  }),
  risk: 'safe',
  outputs: { value: 'The answer.' },
  describe: (params) => params.message,
  plan: async ({ message, pattern, secret, default: offered }) =>
    questionPlan(message, {
      type: 'prompt',
      message,
      ...(pattern === undefined ? {} : { pattern }),
      ...(secret === undefined ? {} : { secret }),
      ...(offered === undefined ? {} : { default: offered }),
    }),
});

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}

import { z } from 'zod';
import { defineKind } from '../step-kind.ts';
import { questionPlan } from './question-plan.ts';

/** Something a person does with their own hands, outside of this program. */
export const task = defineKind({
  kind: 'task',
  description: 'Something a person does by hand; the session waits until they say that it is done.',
  schema: z.strictObject({
    instructions: z.string().min(1).describe('What to do, in Markdown.'),
  }),
  risk: 'safe',
  outputs: {},
  describe: (params) => firstLine(params.instructions),
  plan: async (params) =>
    questionPlan(firstLine(params.instructions), { type: 'task', instructions: params.instructions }),
});

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

import { z } from 'zod';
import { jsonField } from '../fields.ts';
import { defineKind } from '../step-kind.ts';

/** A call of another runbook. The parser puts the called steps in its place, so this kind is never planned. */
export const runbook = defineKind({
  kind: 'runbook',
  description: 'Calls another runbook: its steps take the place of this one, with its inputs bound here.',
  schema: z.strictObject({
    runbook: z.string().min(1).describe('The id of the runbook, or its file relative to the calling one.'),
    inputs: z
      .record(z.string(), jsonField)
      .optional()
      .describe('Values for the inputs of the called runbook, by name.'),
  }),
  risk: 'safe',
  outputs: 'any',
  describe: (params) => `Run ${params.runbook}`,
  plan: async (params) => {
    throw new TypeError(`the call of ${params.runbook} should have been replaced by its steps`);
  },
});

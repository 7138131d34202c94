import { z } from 'zod';
import { defineKind } from '../step-kind.ts';
import { questionPlan } from './question-plan.ts';

const option = z.strictObject({
  value: z.string().min(1).describe('What later steps see as outputs.value.'),
  label: z.string().min(1).optional().describe('What the operator sees; the value when absent.'),
  description: z.string().optional().describe('What choosing it means.'),
  'go-to': z
    .string()
    .min(1)
    .optional()
    .describe('The id of the section where the session goes on, or "end"; when absent, the next step.'),
});

/** A fork in the road that only a person can take. */
export const decision = defineKind({
  kind: 'decision',
  description:
    'The operator chooses one of several ways; each may lead to another section or end the session.',
  schema: z
    .strictObject({
      message: z.string().min(1).describe('What is to be decided, and on what grounds.'),
      options: z.array(option).min(2).describe('The ways to choose from.'),
      default: z.string().optional().describe('The value that is offered.'),
    })
    .refine((params) => new Set(params.options.map(({ value }) => value)).size === params.options.length, {
      path: ['options'],
      message: 'expected every option to have a value of its own',
    })
    .refine(
      (params) =>
        params.default === undefined || params.options.some(({ value }) => value === params.default),
      { path: ['default'], message: 'expected the value of one of the options' },
    ),
  risk: 'safe',
  outputs: { value: 'The value of the chosen option.' },
  describe: (params) => params.message,
  plan: async ({ message, options, default: offered }) =>
    questionPlan(message, {
      type: 'decision',
      message,
      options: options.map(({ value, label, description, 'go-to': goTo }) => ({
        value,
        label: label ?? value,
        ...(description === undefined ? {} : { description }),
        ...(goTo === undefined ? {} : { goTo }),
      })),
      ...(offered === undefined ? {} : { default: offered }),
    }),
});

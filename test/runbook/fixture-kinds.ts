import { z } from 'zod';
import { defineKind, type Plan, type StepKind } from '../../src/steps/step-kind.ts';

const noPlan = async (): Promise<Plan> => {
  throw new Error('the parser plans nothing');
};
const common = { describe: () => 'a step', plan: noPlan };

/** Kinds that exist for tests alone: one that looks, one that writes, one whose outputs nobody knows. */
export const fixtureKinds: readonly StepKind[] = [
  defineKind({
    ...common,
    kind: 'look',
    description: 'Looks at a service.',
    schema: z.strictObject({ service: z.string().optional() }),
    risk: 'safe',
    outputs: { color: 'The colour.', replicas: 'How many.' },
    observe: async () => ({ holds: true, summary: '', evidence: [], outputs: {} }),
  }),
  defineKind({
    ...common,
    kind: 'write/scale',
    description: 'Scales a thing.',
    schema: z.strictObject({
      name: z.string().regex(/^[a-z-]+$/),
      replicas: z.int().min(0),
      'min-ready': z.int().optional(),
      mode: z.enum(['fast', 'slow']).optional(),
    }),
    risk: 'change',
    outputs: {},
    run: async () => ({ summary: '', evidence: [], outputs: {} }),
  }),
  defineKind({
    ...common,
    kind: 'anything',
    description: 'Does anything.',
    schema: z.record(z.string(), z.unknown()),
    risk: 'safe',
    outputs: 'any',
  }),
  defineKind({
    ...common,
    kind: 'script',
    description: 'Runs a fixed text.',
    schema: z.strictObject({
      text: z.string().refine((text) => !text.includes('${{'), {
        message: 'a script may not hold expressions',
        params: { literal: true },
      }),
    }),
    risk: 'safe',
    outputs: {},
  }),
  defineKind({
    ...common,
    kind: 'decision',
    description: 'Chooses.',
    schema: z.strictObject({
      options: z.array(z.strictObject({ value: z.string(), 'go-to': z.string().optional() })),
    }),
    risk: 'safe',
    outputs: { value: 'The chosen one.' },
  }),
  defineKind({
    ...common,
    kind: 'runbook',
    description: 'Calls.',
    schema: z.strictObject({ runbook: z.string(), inputs: z.record(z.string(), z.unknown()).optional() }),
    risk: 'safe',
    outputs: 'any',
  }),
];

import { z } from 'zod';
import { parseDuration } from '../prose/duration.ts';
import { inboxExpectations } from './inbox-check.ts';

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'a duration such as 90s or 2m')
  .transform((text) => parseDuration(text) ?? 0);

const stepEnd = z.enum(['succeeded', 'failed', 'skipped', 'undone', 'pending', 'unavailable', 'interrupted']);

const databaseExpectations = [
  z.strictObject({ database: z.string(), exists: z.boolean() }),
  /** Row by row, apart from what the application has booked in it since: a file of /backup, `start`, or a night's. */
  z.strictObject({
    database: z.string(),
    'same-as': z.union([z.string(), z.strictObject({ 'nights-ago': z.int().min(0) })]),
  }),
  /** Everything that the application committed, in whatever database, is in this one. */
  z.strictObject({ database: z.string(), bookings: z.literal('kept') }),
  /** An SQL statement that reads: the first column of its first row, as text. */
  z.strictObject({ database: z.string(), value: z.string(), equals: z.string() }),
] as const;

const worldExpectation = z.union([
  z.strictObject({ service: z.string(), selector: z.record(z.string(), z.string()) }),
  z.strictObject({ service: z.string(), 'endpoints-of': z.string(), 'at-least': z.int().min(0).default(1) }),
  z.strictObject({ deployment: z.string(), replicas: z.int().min(0) }),
  /** How many merge requests of such a title somebody opened. */
  z.strictObject({
    project: z.string(),
    'merge-requests-of': z.string(),
    titled: z.string(),
    state: z.enum(['opened', 'merged', 'closed', 'all']).default('all'),
    count: z.int().min(0),
  }),
  /** A value in a YAML file of a project's default branch, against an output of a step: 'revert.ref'. */
  z.strictObject({
    project: z.string(),
    file: z.string(),
    at: z.array(z.union([z.string(), z.int()])),
    'equals-output': z.string().regex(/^.+\.[^.]+$/, 'STEP.OUTPUT'),
  }),
  ...databaseExpectations,
  ...inboxExpectations,
]);

/** A drill's scenario: the world and its faults, what a good operator is expected to reach, and how it is scored. */
export const scenarioSchema = z.strictObject({
  apiVersion: z.literal('rollbook/v1'),
  kind: z.literal('Scenario'),
  id: z.string(),
  title: z.string(),
  description: z.string().optional(),
  inputs: z.record(z.string(), z.json()).default({}),
  /** Handed to the sandbox as it is. */
  world: z.record(z.string(), z.json()).default({}),
  operator: z
    .strictObject({ answers: z.record(z.string(), z.string()).default({}) })
    .default({ answers: {} }),
  expect: z.strictObject({
    outcome: z.enum(['succeeded', 'failed', 'aborted']),
    steps: z.record(z.string(), stepEnd).default({}),
    world: z.array(worldExpectation).default([]),
  }),
  objectives: z
    .strictObject({
      /** From the start of the session to the last verified switch of traffic. */
      'time-to-recovery': duration.optional(),
      /** The step that ends the recovery when it succeeds, in place of a switch of traffic. */
      'recovered-by': z.string().optional(),
      /** The only objects that may be written to: 'services/frontend-service'. */
      'writes-only-to': z.array(z.string()).optional(),
    })
    .default({}),
});

export type Scenario = z.output<typeof scenarioSchema>;
export type WorldExpectation = Scenario['expect']['world'][number];
export type DatabaseExpectation = Extract<WorldExpectation, { readonly database: string }>;

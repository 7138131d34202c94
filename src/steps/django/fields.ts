import { z } from 'zod';
import type { JsonObject } from '../../ports/json.ts';
import { nameField, namespaceField } from '../fields.ts';

const appLabel = z
  .string()
  .max(100)
  .regex(/^[A-Za-z_]\w*$/, 'expected the label of a Django app: "accounts"');

const migrationName = z
  .string()
  .max(255)
  .regex(/^\w+$/, 'expected the name of a migration, what it begins with, or zero: "0002_transaction"');

/** Where Django runs, and where it keeps its book of migrations; shared by the kinds of this folder. */
export const djangoFields = {
  selector: z.string().min(1).describe('A label selector of the pods that have manage.py: "app=backend".'),
  container: nameField.optional().describe('The container; the first of the pod when absent.'),
  python: z
    .string()
    .min(1)
    .default('python')
    .describe('The interpreter in the container; where there is no python, python3 is tried.'),
  manage: z.string().min(1).default('manage.py').describe('The path of manage.py in the container.'),
  database: z
    .strictObject({
      selector: z.string().min(1).describe('A label selector of the pod with PostgreSQL: "app=postgres".'),
      container: nameField.optional().describe('Its container; the first of the pod when absent.'),
      name: z.string().min(1).describe('The database that the app uses.'),
      user: z.string().min(1).describe('The role to read it as.'),
    })
    .optional()
    .describe(
      'Where to look past Django: migrations that no running image knows, rows that would go, sessions in the way.',
    ),
  namespace: namespaceField,
};

export const targetFields = {
  app: appLabel.describe('The app whose migrations are taken back.'),
  target: migrationName.describe(
    'The migration to go back to (a beginning that only one has will do), or "zero".',
  ),
};

/** As `djangoFields` parses them. */
export interface DjangoPlace {
  readonly selector: string;
  readonly container?: string | undefined;
  readonly python: string;
  readonly manage: string;
  readonly database?: DatabasePlace | undefined;
  readonly namespace?: string | undefined;
}

export interface DatabasePlace {
  readonly selector: string;
  readonly container?: string | undefined;
  readonly name: string;
  readonly user: string;
}

/** Parameters as a plan keeps them: plain JSON, nothing undefined. */
export function keptParams(params: DjangoPlace): JsonObject {
  return JSON.parse(JSON.stringify(params)) as JsonObject;
}

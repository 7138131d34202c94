import { z } from 'zod';
import type { StepKind } from '../steps/step-kind.ts';
import { callParameters, fileStep, runbookFile } from './file-schema.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** The draft that editors understand best. */
const TARGET = 'draft-07';
const STEP = { $ref: '#/definitions/step' };
const OWN_FORMATS: ReadonlySet<string> = new Set(['starts_with', 'ends_with', 'includes', 'regex']);
const EXPRESSION: Schema = { type: 'string', pattern: '\\$\\{\\{' };

/** The JSON Schema of runbook files, from what the parser itself checks against. */
export function runbookJsonSchema(kinds: readonly StepKind[]): Schema {
  const definitions: Record<string, Schema> = {};
  const root = toSchema(runbookFile, 'file', definitions);
  const section = property(root, 'sections').items as Schema;
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A rollbook runbook',
    ...root,
    properties: {
      ...root.properties,
      steps: { ...property(root, 'steps'), items: STEP },
      sections: {
        ...property(root, 'sections'),
        items: {
          ...section,
          properties: { ...section.properties, steps: { ...property(section, 'steps'), items: STEP } },
        },
      },
    },
    oneOf: [{ required: ['steps'] }, { required: ['sections'] }],
    definitions: { step: stepSchema(kinds, definitions), ...definitions },
  };
}

function stepSchema(kinds: readonly StepKind[], definitions: Record<string, Schema>): Schema {
  const step = toSchema(fileStep, 'step', definitions);
  const uses = kinds.map(({ kind, description }) => ({ const: kind, description }));
  return {
    ...step,
    properties: { ...step.properties, uses: { ...property(step, 'uses'), oneOf: uses } },
    allOf: kinds.map((kind) => {
      const parameters = toSchema(
        kind.kind === 'runbook' ? callParameters : kind.schema,
        kind.kind.replaceAll('/', '.'),
        definitions,
      );
      const needed = (parameters.required ?? []).length > 0;
      return {
        if: { properties: { uses: { const: kind.kind } }, required: ['uses'] },
        // biome-ignore lint/suspicious/noThenProperty: the keyword of JSON Schema
        then: {
          properties: { with: { description: kind.description, ...templated(parameters) } },
          ...(needed ? { required: ['with'] } : {}),
        },
      };
    }),
  };
}

/** The schema, and what it refers to under names that begin with `owner`, for the definitions of the whole. */
function toSchema(schema: z.ZodType, owner: string, definitions: Record<string, Schema>): Schema {
  const made = z.toJSONSchema(schema, {
    target: TARGET,
    io: 'input',
    unrepresentable: 'any',
    override({ jsonSchema }) {
      // Zod's own formats; each comes with a pattern, and editors know only the pattern.
      if (OWN_FORMATS.has(jsonSchema.format ?? '')) delete jsonSchema.format;
    },
  });
  const renamed = JSON.stringify(made).replaceAll('#/definitions/', `#/definitions/${owner}.`);
  const { $schema: _draft, definitions: own, ...plain } = JSON.parse(renamed) as Schema;
  for (const [name, inner] of Object.entries((own ?? {}) as Record<string, Schema>))
    definitions[`${owner}.${name}`] = inner;
  return plain;
}

function property(schema: Schema, name: string): Schema {
  return (schema.properties?.[name] ?? {}) as Schema;
}

/** The same, with an expression allowed in the place of every value that is not any text already. */
function templated(schema: Schema): Schema {
  const { description, default: preset, ...own } = schema;
  const inner = mapParts(own);
  const outer = {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
  };
  const free = inner.type === 'string' && Object.keys(inner).length === 1;
  if (free || Object.keys(inner).length === 0) return { ...outer, ...inner };
  return {
    ...outer,
    anyOf: [
      ...(inner.anyOf !== undefined && Object.keys(inner).length === 1 ? inner.anyOf : [inner]),
      EXPRESSION,
    ],
  };
}

function mapParts(schema: Schema): Schema {
  const part = (inner: unknown) =>
    typeof inner === 'object' && inner !== null ? templated(inner as Schema) : inner;
  const list = (inner: unknown) => (Array.isArray(inner) ? inner.map(part) : part(inner));
  const mapped: Record<string, unknown> = { ...schema };
  if (schema.properties !== undefined)
    mapped.properties = Object.fromEntries(
      Object.entries(schema.properties).map(([key, inner]) => [key, part(inner)]),
    );
  for (const key of ['items', 'additionalItems', 'additionalProperties', 'anyOf', 'oneOf'])
    if (mapped[key] !== undefined) mapped[key] = list(mapped[key]);
  return mapped as Schema;
}

import { isTree, type Tree } from '../json.ts';
import { any, type ScalarSchema, type Schema } from '../schema/schema.ts';
import { QUANTITY_RULE, quantity } from './quantity.ts';

export interface FieldFindings {
  /** Paths of fields the type does not have, `spec.template.foo`. */
  readonly unknown: string[];
  /** What is wrong with values of the wrong type, as Go's decoder says it. */
  readonly mistyped: string[];
}

const GO_TYPES: Readonly<Record<ScalarSchema['type'], string>> = {
  string: 'string',
  integer: 'int32',
  number: 'float64',
  boolean: 'bool',
  'int-or-string': 'intstr.IntOrString',
  quantity: 'resource.Quantity',
  any: 'interface {}',
};

function isOfType(value: unknown, type: ScalarSchema['type']): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'int-or-string':
      return typeof value === 'string' || typeof value === 'number';
    case 'quantity':
      return quantity(value) !== undefined;
    case 'any':
      return true;
  }
}

function jsonTypeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' && !Number.isInteger(value) ? `number ${value}` : typeof value;
}

function mistyped(value: unknown, path: string, kind: string, goType: string): string {
  return `json: cannot unmarshal ${jsonTypeOf(value)} into Go struct field ${kind}.${path} of type ${goType}`;
}

/** Takes out of `object`, in place, the fields its type does not have, and says which and what is mistyped. */
export function pruneUnknownFields(object: Tree, schema: Schema, kind: string): FieldFindings {
  const findings: FieldFindings = { unknown: [], mistyped: [] };

  const visit = (value: unknown, at: Schema, path: string): void => {
    if (value === null || value === undefined || at === any) return;
    switch (at.type) {
      case 'object':
      case 'map':
        if (!isTree(value)) findings.mistyped.push(mistyped(value, path, kind, 'object'));
        else if (at.type === 'map') {
          for (const [key, part] of Object.entries(value)) visit(part, at.of, join(path, key));
        } else visitFields(value, at.fields, path);
        return;
      case 'list':
        if (!Array.isArray(value)) findings.mistyped.push(mistyped(value, path, kind, 'array'));
        else for (const [index, item] of value.entries()) visit(item, at.of, `${path}[${index}]`);
        return;
      default:
        if (isOfType(value, at.type)) return;
        if (at.type === 'quantity') findings.mistyped.push(QUANTITY_RULE);
        else findings.mistyped.push(mistyped(value, path, kind, GO_TYPES[at.type]));
    }
  };

  const visitFields = (value: Tree, fields: Readonly<Record<string, Schema>>, path: string): void => {
    for (const [field, part] of Object.entries(value)) {
      const known = Object.hasOwn(fields, field) ? fields[field] : undefined;
      if (known !== undefined) visit(part, known, join(path, field));
      else {
        findings.unknown.push(join(path, field));
        delete value[field];
      }
    }
  };

  visit(object, schema, '');
  return findings;
}

function join(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}

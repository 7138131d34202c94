/**
 * What the API server knows of a type's fields: enough to merge patches, to own fields, to find unknown
 * ones and to publish OpenAPI.
 */
export type Schema = ScalarSchema | ObjectSchema | MapSchema | ListSchema;

export interface ScalarSchema {
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'int-or-string' | 'quantity' | 'any';
}

export interface ObjectSchema {
  readonly type: 'object';
  readonly fields: Readonly<Record<string, Schema>>;
  /** A strategic patch drops the fields it does not name in `$retainKeys`. */
  readonly retainKeys?: boolean;
  /** Owned as a whole in server-side apply. */
  readonly atomic?: boolean;
}

export interface MapSchema {
  readonly type: 'map';
  readonly of: Schema;
  readonly atomic?: boolean;
}

export interface ListSchema {
  readonly type: 'list';
  readonly of: Schema;
  /** Items are merged by this field in a strategic patch. */
  readonly mergeKey?: string;
  /** Items are told apart by these fields in server-side apply; absent: owned as a whole. */
  readonly keys?: readonly string[];
  /** Scalars that are merged as a set. */
  readonly set?: boolean;
}

export const string: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer' };
export const boolean: Schema = { type: 'boolean' };
export const intOrString: Schema = { type: 'int-or-string' };
/** `64Mi`, `10m`, or a plain number. */
export const quantity: Schema = { type: 'quantity' };
/** Anything goes: parts that the sandbox stores and returns without looking inside. */
export const any: Schema = { type: 'any' };

export function object(
  fields: Readonly<Record<string, Schema>>,
  options: { readonly retainKeys?: boolean; readonly atomic?: boolean } = {},
): ObjectSchema {
  return { type: 'object', fields, ...options };
}

export function map(of: Schema, options: { readonly atomic?: boolean } = {}): MapSchema {
  return { type: 'map', of, ...options };
}

/** A list that is replaced as a whole. */
export function list(of: Schema): ListSchema {
  return { type: 'list', of };
}

/** A list of scalars merged as a set. */
export function set(of: Schema): ListSchema {
  return { type: 'list', of, set: true };
}

/** A list of objects merged by `mergeKey`; server-side apply may need more fields to tell items apart. */
export function keyed(of: Schema, mergeKey: string, keys: readonly string[] = [mergeKey]): ListSchema {
  return { type: 'list', of, mergeKey, keys };
}

/** The schema of a field inside `schema`; `any` when the schema does not say. */
export function fieldOf(schema: Schema, field: string): Schema {
  if (schema.type === 'object') return schema.fields[field] ?? any;
  if (schema.type === 'map') return schema.of;
  return any;
}

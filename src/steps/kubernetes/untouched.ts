import { z } from 'zod';
import type { Json, JsonObject } from '../../ports/json.ts';

/** Kept as they are in the cluster: the one is the traffic switch, the other what people and autoscalers have set. */
const UNTOUCHED_BY_DEFAULT = [
  'Service.spec.selector',
  'Deployment.spec.replicas',
  'StatefulSet.spec.replicas',
];

export const untouchedField = z
  .array(
    z
      .string()
      .regex(/^[A-Z][A-Za-z0-9]*(\.[A-Za-z0-9_-]+)+$/, 'expected Kind.field.field: Service.spec.selector'),
  )
  .default(UNTOUCHED_BY_DEFAULT)
  .describe(
    'Fields that stay as they are in the cluster, Kind.field.field; by default where a Service sends its traffic, and how many replicas there are.',
  );

/** The paths of a kind that stay untouched: [['spec', 'selector']]. */
export function untouchedPaths(untouched: readonly string[], kind: string): readonly (readonly string[])[] {
  return untouched.flatMap((text) => {
    const [of, ...path] = text.split('.');
    return of === kind ? [path] : [];
  });
}

export function fieldAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? fieldAt((value as JsonObject)[name], rest) : undefined;
}

/** The object with one field set, or taken away. */
export function withField(object: JsonObject, path: readonly string[], value: Json | undefined): JsonObject {
  const [name, ...rest] = path;
  if (name === undefined) return object;
  const { [name]: current, ...others } = object;
  if (rest.length === 0) return value === undefined ? others : { ...object, [name]: value };
  if (typeof current !== 'object' || current === null || Array.isArray(current))
    return value === undefined ? object : { ...object, [name]: withField({}, rest, value) };
  return { ...object, [name]: withField(current as JsonObject, rest, value) };
}

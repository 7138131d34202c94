import { isDeepStrictEqual } from 'node:util';
import { structuredPatch } from 'diff';
import rfc6902 from 'rfc6902';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { DiffLine } from '../step-kind.ts';

/** One field that differs; lists are compared and replaced whole. An absent side means that the field was not there. */
export interface FieldChange {
  /** A JSON Pointer: '/spec/replicas'. */
  readonly path: string;
  readonly before?: Json | undefined;
  readonly after?: Json | undefined;
}

/** What the server changes by itself with every write. */
const BOOKKEEPING = [
  '/metadata/managedFields',
  '/metadata/resourceVersion',
  '/metadata/generation',
  '/status',
];

export function changedFields(before: JsonObject, after: JsonObject, path = ''): readonly FieldChange[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].sort().flatMap((name) => {
    const at = `${path}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    const [was, is] = [own(before, name), own(after, name)];
    if (BOOKKEEPING.includes(at) || isDeepStrictEqual(was, is)) return [];
    if (isObject(was) && isObject(is)) return changedFields(was, is, at);
    return [{ path: at, before: was, after: is }];
  });
}

/** A label may be called 'constructor'. */
function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** The JSON Patch that gives an object's fields the values from before, whatever they are now. */
export function restoring(changes: readonly FieldChange[], current: JsonObject): readonly JsonObject[] {
  return changes.flatMap(({ path, before }): JsonObject[] => {
    const now = valueAt(current, path);
    if (isDeepStrictEqual(now, before)) return [];
    if (before === undefined) return [{ op: 'remove', path }];
    return [{ op: now === undefined ? 'add' : 'replace', path, value: before }];
  });
}

export function valueAt(object: JsonObject, path: string): Json | undefined {
  const value: Json | undefined = rfc6902.Pointer.fromJSON(path).get(object);
  return value;
}

export function sameValue(a: Json | undefined, b: Json | undefined): boolean {
  return isDeepStrictEqual(a, b);
}

/** The changes as lines to read: each field's path, and under it what goes and what comes. */
export function changeLines(changes: readonly FieldChange[]): readonly DiffLine[] {
  return changes.flatMap(({ path, before, after }): DiffLine[] => {
    const hunks = structuredPatch('', '', text(before), text(after), '', '', { context: 2 }).hunks;
    return [
      {
        change: 'same',
        text: path.slice(1).replaceAll('/', '.').replaceAll('~1', '/').replaceAll('~0', '~'),
      },
      ...hunks.flatMap(({ lines }) => lines.filter((line) => !line.startsWith('\\')).map(diffLine)),
    ];
  });
}

const CHANGES: Readonly<Record<string, DiffLine['change']>> = { '-': 'removed', '+': 'added' };

function diffLine(line: string): DiffLine {
  return { change: CHANGES[line.charAt(0)] ?? 'same', text: line.slice(1) };
}

function text(value: Json | undefined): string {
  if (value === undefined) return '';
  return `${typeof value === 'string' ? value : JSON.stringify(value, null, 2)}\n`;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

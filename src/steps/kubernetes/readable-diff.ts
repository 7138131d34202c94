import { isDeepStrictEqual } from 'node:util';
import { structuredPatch } from 'diff';
import { stringify } from 'yaml';
import type { Json, JsonObject } from '../../ports/json.ts';
import type { DiffLine } from '../step-kind.ts';

/** More lines of one object are not read at 3 a.m.; how many more there are is said. */
const LINES_SHOWN = 80;
/** What tells the items of a list apart, where they have it. */
const KEYS = ['name', 'containerPort', 'port', 'key'] as const;

/** What differs between two states of an object, field by field, items of lists by their name: 'containers[web].image'. */
export function readableDiff(
  before: JsonObject | undefined,
  after: JsonObject | undefined,
): readonly DiffLine[] {
  const lines =
    before === undefined || after === undefined
      ? wholeLines(before, after)
      : Object.keys({ ...before, ...after }).flatMap((name) => fieldLines(before[name], after[name], name));
  if (lines.length <= LINES_SHOWN) return lines;
  const more = lines.length - LINES_SHOWN;
  return [...lines.slice(0, LINES_SHOWN), { change: 'same', text: `… and ${more} more lines` }];
}

function fieldLines(before: Json | undefined, after: Json | undefined, path: string): readonly DiffLine[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isObject(before) && isObject(after))
    return Object.keys({ ...before, ...after }).flatMap((name) =>
      fieldLines(own(before, name), own(after, name), `${path}.${name}`),
    );
  const [was, is] = [itemsOf(before), itemsOf(after)];
  if (was !== undefined && is !== undefined) {
    const items = [...new Set([...was.keys(), ...is.keys()])].flatMap((key) =>
      fieldLines(was.get(key), is.get(key), `${path}[${key}]`),
    );
    // the same items in another order
    if (items.length > 0) return items;
  }
  return [{ change: 'same', text: path }, ...valueLines(before, after)];
}

function valueLines(before: Json | undefined, after: Json | undefined): readonly DiffLine[] {
  const { hunks } = structuredPatch('', '', textOf(before), textOf(after), '', '', { context: 2 });
  return hunks.flatMap(({ lines }) =>
    lines
      .filter((line) => !line.startsWith('\\'))
      .map((line): DiffLine => {
        const change = line.startsWith('-') ? 'removed' : line.startsWith('+') ? 'added' : 'same';
        return { change, text: `  ${line.slice(1)}` };
      }),
  );
}

function wholeLines(before: JsonObject | undefined, after: JsonObject | undefined): readonly DiffLine[] {
  const change = after === undefined ? 'removed' : 'added';
  return textOf(after ?? before)
    .trimEnd()
    .split('\n')
    .map((text) => ({ change, text }));
}

/** A list's items by what names them; undefined where they have no names of their own. */
function itemsOf(value: Json | undefined): ReadonlyMap<string, Json> | undefined {
  if (value === undefined) return new Map();
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const list: readonly Json[] = value;
  const key = KEYS.find((name) => list.every((item) => isObject(item) && item[name] !== undefined));
  if (key === undefined) return undefined;
  const items = new Map(list.map((item) => [String(isObject(item) ? item[key] : ''), item]));
  return items.size === list.length ? items : undefined;
}

function textOf(value: Json | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'object' && value !== null ? stringify(value) : `${String(value)}\n`;
}

function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

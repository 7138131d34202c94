import type { LogDocument } from './document.ts';

export type Scalar = string | number | boolean;

/** Analysed into words; every other text is a keyword, taken as it is. */
const TEXT_FIELDS: ReadonlySet<string> = new Set(['message']);
export const DATE_FIELDS: ReadonlySet<string> = new Set(['@timestamp']);

export function isText(field: string): boolean {
  return TEXT_FIELDS.has(field);
}

/** All values of a field, by its dotted name; `message.keyword` is the whole of `message`. */
export function valuesOf({ id, index, source }: LogDocument, field: string): readonly Scalar[] {
  if (field === '_id') return [id];
  if (field === '_index') return [index];
  const name = field.endsWith('.keyword') ? field.slice(0, -'.keyword'.length) : field;
  let value: unknown = source;
  for (const part of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return [];
    value = (value as Readonly<Record<string, unknown>>)[part];
  }
  const all = Array.isArray(value) ? value : [value];
  return all.filter((one): one is Scalar => ['string', 'number', 'boolean'].includes(typeof one));
}

/** Every leaf of a document by its dotted name. */
export function leavesOf(source: object, prefix = ''): readonly (readonly [string, Scalar])[] {
  return Object.entries(source).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null
      ? leavesOf(value, `${prefix}${key}.`)
      : [[`${prefix}${key}`, value as Scalar] as const],
  );
}

/** The words of a text, as the standard analyser finds them. */
export function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+(?:[.'][\p{L}\p{N}_]+)*/gu) ?? [];
}

/** A pattern with `*` and `?` as Lucene has them; a backslash takes the next character as it is. */
export function wildcard(pattern: string, insensitive = false): RegExp {
  const source = pattern.replace(/\\(.)|([*?])|([.+^${}()|[\]/])/gsu, (_, escaped, sign, special) =>
    escaped !== undefined
      ? escaped.replace(/[.+*?^${}()|[\]\\/]/g, '\\$&')
      : sign === '*'
        ? '.*'
        : sign === '?'
          ? '.'
          : `\\${special}`,
  );
  // adjacent stars would make it slow, and mean nothing more
  return new RegExp(`^(?:${source.replace(/(?:\.\*)+/g, '.*')})$`, insensitive ? 'isu' : 'su');
}

import { dateOf } from './date-math.ts';
import type { LogDocument } from './document.ts';
import { DATE_FIELDS, isText, leavesOf, type Scalar, valuesOf, wildcard, wordsOf } from './fields.ts';

export type Matches = (document: LogDocument) => boolean;

export interface QueryContext {
  readonly now: number;
  /** What is searched, for errors. */
  readonly index: string;
}

export interface RangeLimits {
  readonly gt?: Scalar | undefined;
  readonly gte?: Scalar | undefined;
  readonly lt?: Scalar | undefined;
  readonly lte?: Scalar | undefined;
}

export function inRange(field: string, { gt, gte, lt, lte }: RangeLimits): Matches {
  const isWithin = (value: Scalar) =>
    (gt === undefined || compare(value, gt) > 0) &&
    (gte === undefined || compare(value, gte) >= 0) &&
    (lt === undefined || compare(value, lt) < 0) &&
    (lte === undefined || compare(value, lte) <= 0);
  if (DATE_FIELDS.has(field)) return ({ time }) => isWithin(time);
  return (document) => valuesOf(document, field).some(isWithin);
}

/** Numbers by size where both are, everything else by its text. */
export function compare(a: Scalar, b: Scalar): number {
  const [one, other] = [Number(a), Number(b)];
  if (!Number.isNaN(one) && !Number.isNaN(other)) return one - other;
  return String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0;
}

export function matchTerm(field: string, value: Scalar): Matches {
  if (DATE_FIELDS.has(field)) {
    const time = dateOf(value, 0);
    return (document) => document.time === time;
  }
  const wanted = String(value);
  return (document) => termsOf(document, field).includes(wanted);
}

export function matchWords(
  field: string,
  text: string,
  operator: 'and' | 'or',
  { now }: Pick<QueryContext, 'now'>,
): Matches {
  if (DATE_FIELDS.has(field)) {
    const time = dateOf(text, now);
    return (document) => document.time === time;
  }
  if (!isText(field)) return matchTerm(field, text);
  const words = wordsOf(text);
  return (document) => {
    const terms = new Set(termsOf(document, field));
    return (
      words.length > 0 &&
      (operator === 'and' ? words.every((word) => terms.has(word)) : words.some((word) => terms.has(word)))
    );
  };
}

export function matchPhrase(field: string, text: string, isPrefix = false): Matches {
  if (!isText(field))
    return isPrefix
      ? (document) => termsOf(document, field).some((term) => term.startsWith(text))
      : matchTerm(field, text);
  const words = wordsOf(text);
  const last = words.length - 1;
  return (document) => {
    const terms = termsOf(document, field);
    return terms.some((_, start) =>
      words.every((word, place) =>
        isPrefix && place === last ? terms[start + place]?.startsWith(word) : terms[start + place] === word,
      ),
    );
  };
}

export function exists(field: string): Matches {
  const inner = `${field}.`;
  return (document) =>
    valuesOf(document, field).length > 0 ||
    leavesOf(document.source).some(([name]) => name.startsWith(inner));
}

/** A field's name may be a pattern; every field that fits is looked at. */
export function anyField(field: string, matchesIn: (field: string) => Matches): Matches {
  if (!field.includes('*')) return matchesIn(field);
  const pattern = wildcard(field);
  const known = new Map<string, Matches>();
  return (document) =>
    leavesOf(document.source).some(([name]) => {
      if (!pattern.test(name)) return false;
      const matches = known.get(name) ?? matchesIn(name);
      known.set(name, matches);
      return matches(document);
    });
}

/** What a field is searched by: the words of a text, the whole of a keyword. */
export function termsOf(document: LogDocument, field: string): readonly string[] {
  const values = valuesOf(document, field).map(String);
  return isText(field) ? values.flatMap(wordsOf) : values;
}

export function any(tests: readonly Matches[]): Matches {
  return (document) => tests.some((matches) => matches(document));
}

import type { z } from 'zod';
import type { Path, Report } from './report.ts';
import { didYouMean, listWords } from './suggest.ts';
import { hasExpression } from './template.ts';

type Issue = z.core.$ZodIssue;

export interface IssueOptions {
  /** Where the value that was checked stands in the document. */
  readonly base: Path;
  /** A value that holds an expression is left for the moment when it is known. */
  readonly templates: boolean;
}

/** Checks a value against a schema and reports what is wrong with it; true when nothing is. */
export function checkShape(
  schema: z.ZodType,
  value: unknown,
  report: Report,
  options: IssueOptions,
): boolean {
  const result = schema.safeParse(value, { error: knownKeys });
  if (result.success) return true;
  let good = true;
  for (const issue of result.error.issues) {
    if (options.templates && isLeftForLater(issue, value)) continue;
    good = false;
    if (!report.full) reportIssue(issue, value, report, options.base);
  }
  return good;
}

/** Runs where the schema is at hand: an issue about unknown keys carries the known ones, all others no words of their own. */
function knownKeys(issue: z.core.$ZodRawIssue): string {
  if (issue.code !== 'unrecognized_keys') return '';
  const shape = (issue.inst?._zod.def as { shape?: object } | undefined)?.shape;
  return Object.keys(shape ?? {}).join('\n');
}

/** A schema may refuse expressions as such; its refinement says so with `params: { literal: true }`. */
function isLeftForLater(issue: Issue, root: unknown): boolean {
  if (issue.code === 'unrecognized_keys') return false;
  if (issue.code === 'custom' && issue.params?.literal === true) return false;
  return hasExpression(valueAt(root, issue.path) as never);
}

function reportIssue(issue: Issue, root: unknown, report: Report, base: Path): void {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  const name = nameOf(path);
  const value = valueAt(root, issue.path);
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = issue.message === '' ? [] : issue.message.split('\n');
      for (const key of issue.keys) {
        if (report.full) return;
        report.atKey([...path, key], {
          message: `unknown key "${key}"`,
          ...(known.length === 0 ? {} : { expected: listWords(known) }),
          suggestion: didYouMean(key, known),
        });
      }
      return;
    }
    case 'invalid_key':
      report.atKey(path, {
        message: `the name "${String(path.at(-1))}" cannot be used`,
        expected: withoutExpected(issue.issues[0]?.message ?? ''),
      });
      return;
    case 'invalid_union':
      if (issue.message === '') {
        const closest = closestBranch(issue.errors);
        for (const inner of closest)
          reportIssue({ ...inner, path: [...issue.path, ...inner.path] }, root, report, base);
        if (closest.length > 0) return;
      }
      break;
    default:
  }
  if (value === undefined && issue.code !== 'custom') {
    const expected = expectedBy(issue);
    report.atValue(path, { message: `${name} is missing`, ...(expected === undefined ? {} : { expected }) });
    return;
  }
  report.atValue(path, {
    message: messageFor(issue, name, value),
    expected: expectedBy(issue),
    suggestion: suggestionFor(issue, value, report.writtenAt(path)),
  });
}

function messageFor(issue: Issue, name: string, value: unknown): string {
  if (issue.code === 'custom' && issue.message !== '' && !issue.message.startsWith('expected '))
    return `${name}: ${issue.message}`;
  const empty = value === null || value === '' || (Array.isArray(value) && value.length === 0);
  if (empty) return `${name} is empty`;
  if (typeof value === 'object' && value !== null)
    return `${name} cannot be ${Array.isArray(value) ? 'this list' : 'this map'}`;
  const shown = JSON.stringify(value);
  return `${name} cannot be ${shown.length > 60 ? `${shown.slice(0, 57)}…"` : shown}`;
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'null',
};

function expectedBy(issue: Issue): string | undefined {
  if (issue.message !== '' && issue.code !== 'unrecognized_keys')
    return issue.message.startsWith('expected ')
      ? withoutExpected(issue.message)
      : issue.code === 'custom'
        ? undefined
        : issue.message;
  switch (issue.code) {
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return listWords(issue.values.map(String));
    case 'too_small':
      return `at least ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `at most ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_format':
      return issue.pattern === undefined ? `a ${issue.format}` : `a text that matches ${issue.pattern}`;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    default:
      return undefined;
  }
}

const withoutExpected = (message: string) => message.replace(/^expected /, '');

function unitOf(origin: string): string {
  if (origin === 'string') return ' characters';
  return origin === 'array' ? ' items' : '';
}

const YAML_1_1: Readonly<Record<string, boolean>> = {
  yes: true,
  no: false,
  on: true,
  off: false,
  y: true,
  n: false,
};

function suggestionFor(issue: Issue, value: unknown, written: string | undefined): string | undefined {
  if (issue.code === 'invalid_value' && typeof value === 'string')
    return didYouMean(value, issue.values.map(String));
  if (issue.code !== 'invalid_type') return undefined;
  if (issue.expected === 'boolean' && typeof value === 'string') {
    const meant = YAML_1_1[value.toLowerCase()];
    return meant === undefined ? undefined : `write ${meant}: in YAML 1.2, ${value} is a text`;
  }
  const scalar = typeof value === 'number' || typeof value === 'boolean';
  return issue.expected === 'string' && scalar && written !== undefined
    ? `quote it: "${written}"`
    : undefined;
}

/** The branch of a union whose mistakes are deepest inside, then fewest: the one that was probably meant. */
function closestBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]) => Math.max(0, ...issues.map((issue) => issue.path.length));
  const wrongType = (issues: readonly Issue[]) =>
    issues.some((issue) => issue.code === 'invalid_type' && issue.path.length === 0);
  const ranked = branches
    .filter((issues) => issues.length > 0)
    .toSorted(
      (a, b) => Number(wrongType(a)) - Number(wrongType(b)) || depth(b) - depth(a) || a.length - b.length,
    );
  return ranked[0] ?? [];
}

function nameOf(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'the file';
  if (typeof last === 'string') return `"${last}"`;
  const list = path.findLast((part) => typeof part === 'string');
  return list === undefined ? `item ${last + 1}` : `item ${last + 1} of "${list}"`;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

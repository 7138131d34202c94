import type { Json, JsonObject } from '../ports/json.ts';
import { parseDuration } from '../prose/duration.ts';
import type { InputSpec } from './runbook.ts';
import { didYouMean, listWords } from './suggest.ts';

/** The regular expression that must match a whole value; undefined when the text is none. */
export function readPattern(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u');
  } catch {
    return undefined;
  }
}

/** What an input expects, when a value is not that; undefined when it fits. */
export function inputProblem(value: Json, spec: InputSpec): string | undefined {
  switch (spec.type) {
    case 'string':
    case 'secret':
      return typeof value === 'string' ? patternProblem(value, spec) : 'a text';
    case 'number':
      return typeof value === 'number' ? undefined : 'a number';
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'true or false';
    case 'duration':
      return typeof value === 'string' && parseDuration(value) !== undefined
        ? undefined
        : 'a duration such as 10s, 2m, 1h30m or 500ms';
    case 'list':
      return Array.isArray(value) ? undefined : 'a list';
    case 'choice':
      if (typeof value !== 'string') return 'a text';
      return spec.choices === undefined || spec.choices.includes(value) ? undefined : listWords(spec.choices);
    default:
      return undefined;
  }
}

function patternProblem(value: string, spec: InputSpec): string | undefined {
  if (spec.choices !== undefined && !spec.choices.includes(value)) return listWords(spec.choices);
  const pattern = spec.pattern === undefined ? undefined : readPattern(spec.pattern);
  return pattern === undefined || pattern.test(value) ? undefined : `a text that matches ${spec.pattern}`;
}

/** The value that a text stands for, as it comes from the command line or a prompt: '3' is 3 for a number, 'a,b' a list. */
export function readInput(text: string, spec: InputSpec): Json {
  switch (spec.type) {
    case 'number':
      return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'list':
      return text === '' ? [] : text.split(',').map((item) => item.trim());
    default:
      return text;
  }
}

export interface GivenInputs {
  /** Given values and defaults. */
  readonly values: JsonObject;
  /** Required, without a default, and not given: to be asked. */
  readonly missing: readonly InputSpec[];
  /** Sentences about what was given and does not fit. */
  readonly problems: readonly string[];
}

/** Texts given for inputs by name, checked; values of secrets are never part of a problem. */
export function readInputs(
  specs: readonly InputSpec[],
  given: Readonly<Record<string, string>>,
): GivenInputs {
  const values: Record<string, Json> = {};
  const missing: InputSpec[] = [];
  const problems: string[] = [];
  const names = specs.map((spec) => spec.name);
  for (const name of Object.keys(given).filter((name) => !names.includes(name)))
    problems.push(
      `The runbook has no input "${name}"; ${didYouMean(name, names) ?? `it has ${listWords(names, 'and') || 'none'}`}.`,
    );
  for (const spec of specs) {
    const text = Object.hasOwn(given, spec.name) ? given[spec.name] : undefined;
    if (text === undefined) {
      if (spec.default !== undefined) values[spec.name] = spec.default;
      else if (spec.required) missing.push(spec);
      continue;
    }
    const value = readInput(text, spec);
    const expected = inputProblem(value, spec);
    if (expected === undefined) values[spec.name] = value;
    else {
      const shown = spec.type === 'secret' ? '' : ` is "${text}", which`;
      problems.push(`The input "${spec.name}"${shown} does not fit: expected ${expected}.`);
    }
  }
  return { values, missing, problems };
}

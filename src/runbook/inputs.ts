import type { Json } from '../ports/json.ts';
import { parseDuration } from '../prose/duration.ts';
import { SHORTEST_SECRET } from '../prose/redacted.ts';
import type { InputSpec } from './runbook.ts';
import { listWords } from './suggest.ts';

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
    case 'secret':
      if (typeof value === 'string' && value.length < SHORTEST_SECRET)
        return `a text of at least ${SHORTEST_SECRET} characters: a shorter secret could not be kept out of the journal`;
      return typeof value === 'string' ? patternProblem(value, spec) : 'a text';
    case 'string':
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

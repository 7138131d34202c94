import type { Json, JsonObject } from '../ports/json.ts';
import { parseDuration } from '../prose/duration.ts';
import type { InputSpec, Runbook } from '../runbook/runbook.ts';
import { didYouMean } from '../runbook/suggest.ts';
import { CommandFailure, EXIT } from './exit-code.ts';

/** Splits `name=value` pairs; the value may hold further equals signs. */
export function parseAssignments(pairs: readonly string[], flag: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1)
      throw new CommandFailure(`${flag} ${pair} has no name.`, EXIT.usage, `Write ${flag} name=value.`);
    values.set(pair.slice(0, at), pair.slice(at + 1));
  }
  return values;
}

export interface ResolvedInputs {
  readonly inputs: JsonObject;
  /** Values of secret inputs, to be redacted wherever they turn up. */
  readonly secrets: JsonObject;
}

/** Gives every input of a runbook its value, typed and checked; all problems are reported at once. */
export function resolveInputs(runbook: Runbook, given: ReadonlyMap<string, Json>): ResolvedInputs {
  const problems: string[] = [];
  const inputs: Record<string, Json> = {};
  const secrets: Record<string, Json> = {};
  const names = runbook.inputs.map((spec) => spec.name);
  for (const name of given.keys()) {
    if (names.includes(name)) continue;
    const hint = didYouMean(name, names);
    problems.push(`${runbook.id} has no input ${name}.${hint === undefined ? '' : ` ${hint}`}`);
  }
  for (const spec of runbook.inputs) {
    const value = given.get(spec.name) ?? spec.default;
    if (value === undefined) {
      if (spec.required)
        problems.push(
          `Input ${spec.name} is needed${spec.description ? ` (${spec.description})` : ''}: -i ${spec.name}=…`,
        );
      continue;
    }
    const typed = typedValue(spec, value);
    if (typed.problem !== undefined) problems.push(`Input ${spec.name}: ${typed.problem}`);
    else if (spec.type === 'secret') secrets[spec.name] = typed.value;
    else inputs[spec.name] = typed.value;
  }
  if (problems.length > 0) throw new CommandFailure(problems.join('\n'), EXIT.usage);
  return { inputs, secrets };
}

type Typed = { readonly value: Json; readonly problem?: undefined } | { readonly problem: string };

function typedValue(spec: InputSpec, value: Json): Typed {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  switch (spec.type) {
    case 'number': {
      const number = typeof value === 'number' ? value : text.trim() === '' ? Number.NaN : Number(text);
      return Number.isFinite(number) ? { value: number } : { problem: `${text} is not a number.` };
    }
    case 'boolean':
      if (text === 'true' || text === 'false') return { value: text === 'true' };
      return { problem: `${text} is neither true nor false.` };
    case 'duration':
      return parseDuration(text) === undefined
        ? { problem: `${text} is not a duration such as 30s or 2m.` }
        : { value: text };
    case 'list':
      return {
        value: Array.isArray(value)
          ? value
          : text
              .split(',')
              .map((item) => item.trim())
              .filter((item) => item !== ''),
      };
    default:
      return typedText(spec, text);
  }
}

function typedText(spec: InputSpec, text: string): Typed {
  if (spec.choices !== undefined && !spec.choices.includes(text))
    return { problem: `${text} is not one of ${spec.choices.join(', ')}.` };
  if (spec.pattern !== undefined && !new RegExp(`^(?:${spec.pattern})$`, 'u').test(text))
    return { problem: `${spec.type === 'secret' ? 'the value' : text} does not look like ${spec.pattern}.` };
  return { value: text };
}

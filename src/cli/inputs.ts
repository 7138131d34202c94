import type { Json, JsonObject } from '../ports/json.ts';
import { inputProblem } from '../runbook/inputs.ts';
import type { InputSpec, Runbook } from '../runbook/runbook.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import { hint } from './hint.ts';

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
    problems.push(`${runbook.id} has no input ${name}.${hint(name, names)}`);
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
    const expected = inputProblem(typed, spec);
    // A secret is not repeated, not even when it is wrong.
    const found = spec.type === 'secret' ? 'the value' : textOf(value);
    if (expected !== undefined) problems.push(`Input ${spec.name}: ${found} is not ${expected}.`);
    else if (spec.type === 'secret') secrets[spec.name] = typed;
    else inputs[spec.name] = typed;
  }
  if (problems.length > 0) throw new CommandFailure(problems.join('\n'), EXIT.usage);
  return { inputs, secrets };
}

/** What was typed as a text, as the input's type wants it; anything that does not fit stays as it is. */
function typedValue({ type }: InputSpec, value: Json): Json {
  if (typeof value !== 'string') return type === 'string' && value !== null ? textOf(value) : value;
  const text = value.trim();
  switch (type) {
    case 'number':
      return text === '' || !Number.isFinite(Number(text)) ? value : Number(text);
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : value;
    case 'list':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    default:
      return value;
  }
}

const textOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

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
  const missing = runbook.inputs
    .filter((spec) => spec.required && (given.get(spec.name) ?? spec.default) === undefined)
    .map(
      ({ name, description }) =>
        `Input ${name} is needed${description ? ` (${description})` : ''}: -i ${name}=…`,
    );
  refuse([...problemsOf(runbook, given), ...missing]);
  const inputs: Record<string, Json> = {};
  const secrets: Record<string, Json> = {};
  for (const spec of runbook.inputs) {
    const value = given.get(spec.name) ?? spec.default;
    if (value !== undefined) (spec.type === 'secret' ? secrets : inputs)[spec.name] = typedValue(spec, value);
  }
  return { inputs, secrets };
}

/** What can be said of the values before any world is asked: names that are not there, values that do not fit. */
export function checkInputs(runbook: Runbook, given: ReadonlyMap<string, Json>): void {
  refuse(problemsOf(runbook, given));
}

/** Why a text typed for an input is not taken; undefined when it fits. */
export function typedProblem(spec: InputSpec, text: string): string | undefined {
  if (text.trim() === '') return `${spec.name} has to be given.`;
  const expected = inputProblem(typedValue(spec, text), spec);
  return expected === undefined ? undefined : `It is to be ${expected}.`;
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new CommandFailure(problems.join('\n'), EXIT.usage);
}

function problemsOf(runbook: Runbook, given: ReadonlyMap<string, Json>): readonly string[] {
  const names = runbook.inputs.map((spec) => spec.name);
  return [...given].flatMap(([name, value]) => {
    const spec = runbook.inputs.find((one) => one.name === name);
    if (spec === undefined) return [`${runbook.id} has no input ${name}.${hint(name, names)}`];
    const expected = inputProblem(typedValue(spec, value), spec);
    // A secret is not repeated, not even when it is wrong.
    const found = spec.type === 'secret' ? 'the value' : textOf(value);
    return expected === undefined ? [] : [`Input ${name}: ${found} is not ${expected}.`];
  });
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

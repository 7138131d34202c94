import { Optional } from '@marcbachmann/cel-js';
import { Duration, UnsignedInt } from '@marcbachmann/cel-js/evaluator';
import type { Json, JsonObject } from '../ports/json.ts';
import { formatDuration } from '../prose/duration.ts';
import { inTime, TakesTooLong } from '../prose/in-time.ts';
import { type Compiler, createCompiler } from './compile.ts';
import { ExpressionFailure } from './expression-failure.ts';
import type { Expression, Template } from './runbook.ts';
import { bareExpression, soleExpression, splitTemplate } from './template.ts';

export { ExpressionFailure } from './expression-failure.ts';

/** What an expression sees of a step. */
export interface StepView {
  readonly outputs: JsonObject;
  /** 'succeeded', 'skipped', … */
  readonly state: string;
}

export interface ScopeParts {
  readonly inputs: JsonObject;
  /** By id, as the expressions of this scope write it; a function, so that only what is named is put together. */
  readonly steps?: (id: string) => StepView | undefined;
  /** Evaluated when one is asked for, each once. */
  readonly vars?: Readonly<Record<string, Template>>;
  /** A loop's item and place; absent outside of loops. */
  readonly each?: Json | undefined;
  readonly index?: number | undefined;
  readonly result?: Json | undefined;
  /** Share one among scopes, and each expression is read once; without it, once in each scope. */
  readonly compiler?: Compiler;
}

/** What the names of an expression stand for. */
export interface ExpressionScope {
  readonly compiler: Compiler;
  readonly context: Readonly<Record<string, unknown>>;
}

/** A scope whose vars are evaluated on demand; a var that leads back to itself is an ExpressionFailure. */
export function createScope(parts: ScopeParts): ExpressionScope {
  const { steps = () => undefined, vars = {} } = parts;
  const values = new Map<string, unknown>();
  const underway: string[] = [];
  const context: Record<string, unknown> = {
    inputs: toCel(parts.inputs),
    steps: lookup((id) => {
      const step = steps(id);
      return step === undefined ? undefined : toCel({ outputs: step.outputs, state: step.state });
    }),
    vars: lookup((name) => {
      if (values.has(name)) return values.get(name);
      const template = own(vars, name);
      if (template === undefined) return undefined;
      const cycle = [...underway.slice(underway.indexOf(name)), name].map((part) => `vars.${part}`);
      if (underway.includes(name))
        throw new ExpressionFailure(`vars.${name}`, 'value', `it leads back to itself: ${cycle.join(' → ')}`);
      underway.push(name);
      try {
        const value = toCel(renderTemplate(template, scope));
        values.set(name, value);
        return value;
      } finally {
        underway.pop();
      }
    }),
  };
  for (const name of ['each', 'index', 'result'] as const)
    if (parts[name] !== undefined) context[name] = toCel(parts[name]);
  const scope: ExpressionScope = { compiler: parts.compiler ?? createCompiler(), context };
  return scope;
}

/** The value of one expression, bare or within `${{ }}`. Throws an ExpressionFailure that names it and what was missing. */
export function evaluateExpression(expression: Expression, scope: ExpressionScope): Json {
  const text = bareExpression(expression);
  const compiled = scope.compiler.compile(text);
  const evaluate = () => compiled.evaluate(scope.context);
  try {
    // A pattern may meet a text that keeps it busy for ever; all else is bounded by the size of the expression.
    return toJson(text.includes('matches') ? inTime(evaluate) : evaluate(), text);
  } catch (error) {
    if (error instanceof TakesTooLong) throw new ExpressionFailure(text, 'value', error.message);
    throw error;
  }
}

/** Like evaluateExpression, for what must be true or false. */
export function evaluateCondition(expression: Expression, scope: ExpressionScope): boolean {
  const value = evaluateExpression(expression, scope);
  if (typeof value === 'boolean') return value;
  throw new ExpressionFailure(
    expression,
    'value',
    `a condition must be true or false, this one is ${JSON.stringify(value)}`,
  );
}

/**
 * A template with its expressions evaluated, however deep they stand. A string that is one `${{ }}` alone yields
 * the value itself; with text around it, a string. Throws an ExpressionFailure.
 */
export function renderTemplate(template: Template, scope: ExpressionScope): Json {
  if (typeof template === 'string') return renderString(template, scope);
  if (Array.isArray(template)) return template.map((item) => renderTemplate(item, scope));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries(template).map(([key, value]) => [key, renderTemplate(value, scope)]),
  );
}

function renderString(template: string, scope: ExpressionScope): Json {
  if (!template.includes('${{')) return template;
  const split = splitTemplate(template);
  if (!split.ok) throw new ExpressionFailure(template, 'syntax', '"${{" is not closed by "}}"');
  const sole = soleExpression(split.parts);
  if (sole !== undefined) return evaluateExpression(sole.text, scope);
  return split.parts
    .map((part) =>
      part.type === 'text' ? part.text : inText(evaluateExpression(part.text, scope), part.text),
    )
    .join('');
}

function inText(value: Json, expression: string): string {
  if (value === null)
    throw new ExpressionFailure(
      expression,
      'missing',
      'it is null, which cannot stand inside a text; give it a default',
    );
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** A map whose entries are computed when they are read; the library reads maps through `get` alone. */
function lookup(read: (name: string) => unknown): ReadonlyMap<string, unknown> {
  const map = new Map<string, unknown>();
  map.get = read;
  return map;
}

/** JSON goes in as it is, except objects with a key that would make the library take them for a class. */
function toCel(value: Json): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map(toCel);
    return items.every((item, place) => item === value[place]) ? value : items;
  }
  const entries = Object.entries(value).map(([key, inner]) => [key, toCel(inner)] as const);
  const plain = value as JsonObject;
  if (Object.hasOwn(plain, 'constructor')) return new Map(entries);
  return entries.every(([key, inner]) => inner === plain[key]) ? value : Object.fromEntries(entries);
}

const UNUSABLE = 'its value is no text, number, true/false, list or map';

function toJson(value: unknown, expression: string): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'bigint':
    case 'number': {
      const number = Number(value);
      if (Number.isFinite(number) && (typeof value === 'number' || BigInt(number) === value)) return number;
      throw new ExpressionFailure(expression, 'value', `its value ${value} is no number that JSON can hold`);
    }
    case 'undefined':
      return null;
    case 'object':
      return value === null ? null : objectToJson(value, expression);
    default:
      throw new ExpressionFailure(expression, 'value', UNUSABLE);
  }
}

function objectToJson(value: object, expression: string): Json {
  if (Array.isArray(value)) return value.map((item) => toJson(item, expression));
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([key, inner]) => [String(key), toJson(inner, expression)]));
  if (value instanceof Optional) return toJson(value.orValue(null), expression);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Duration) return formatDuration(value.valueOf());
  if (value instanceof UnsignedInt) return toJson(value.value, expression);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new ExpressionFailure(expression, 'value', UNUSABLE);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toJson(inner, expression)]));
}

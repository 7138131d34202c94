import type { Json, JsonObject } from '../ports/json.ts';
import { parseDuration } from '../prose/duration.ts';
import { type Compiler, createCompiler } from '../runbook/compile.ts';
import {
  createScope,
  type ExpressionScope,
  evaluateExpression,
  renderTemplate,
  type StepView,
} from '../runbook/expressions.ts';
import type {
  DurationTemplate,
  Expression,
  Runbook,
  Scope,
  Step,
  Template,
  VerifySpec,
} from '../runbook/runbook.ts';
import { bareExpression } from '../runbook/template.ts';
import { StepFailure, type Window } from '../steps/step-kind.ts';
import { indexOf } from './lookup.ts';
import type { SessionState, StepState } from './state.ts';

/** What a step's expressions may name, with a loop's item where there is one. */
interface Around {
  readonly each?: Json;
  readonly index?: number;
  readonly result?: JsonObject;
  /** Told the id of each step whose state or outputs were asked for. */
  trace?(step: string): void;
}

/** Each expression of a runbook is compiled once; a cache, nothing else. */
const compilers = new WeakMap<Runbook, Compiler>();

function compilerOf(runbook: Runbook): Compiler {
  const compiler = compilers.get(runbook) ?? createCompiler();
  compilers.set(runbook, compiler);
  return compiler;
}

/** The names of one (called) runbook: its inputs as its caller gave them, its vars, its steps so far. */
function scopeFor(state: SessionState, scopeId: string, around: Around = {}): ExpressionScope {
  const scope = own(state.runbook.scopes, scopeId);
  if (scope === undefined) throw new Error(`The runbook has no scope ${scopeId}`);
  const { trace, ...names } = around;
  return createScope({
    inputs: inputsOf(state, scope, trace),
    vars: scope.vars,
    steps: (id) => stepView(state, scope, id, trace),
    compiler: compilerOf(state.runbook),
    ...names,
  });
}

type Trace = Around['trace'];

/** Of a record by id: an id may be any word, 'constructor' included. */
function own<T>(record: Readonly<Record<string, T>>, id: string): T | undefined {
  return Object.hasOwn(record, id) ? record[id] : undefined;
}

function inputsOf(state: SessionState, scope: Scope, trace: Trace): JsonObject {
  if (scope.parent === undefined) return state.inputs;
  const outer = scopeFor(state, scope.parent, trace === undefined ? {} : { trace });
  const given = scope.inputTemplates ?? {};
  const inputs: Record<string, Json> = {};
  for (const spec of scope.inputs) {
    const template = given[spec.name];
    const value = template === undefined ? spec.default : renderTemplate(template, outer);
    if (value !== undefined) inputs[spec.name] = value;
  }
  return inputs;
}

/** A step of this scope by its short id: its own state, a loop's instances together, or a called runbook. */
function stepView(state: SessionState, scope: Scope, shortId: string, trace: Trace): StepView | undefined {
  const id = scope.id === '' ? shortId : `${scope.id}/${shortId}`;
  trace?.(id);
  const step = own(state.steps, id);
  if (step !== undefined) return { state: step.state, outputs: outputsOf(step) };
  const called = own(state.runbook.scopes, id);
  if (called !== undefined && id !== '') return calledView(state, called, trace);
  if (!indexOf(state.runbook).steps.has(id)) return undefined;
  const instances = instancesOf(state, id);
  if (instances.length === 0) return { state: 'skipped', outputs: {} };
  for (const instance of instances) trace?.(instance.id);
  const unfinished = instances.find((instance) => instance.state !== 'succeeded');
  return { state: unfinished?.state ?? 'succeeded', outputs: { each: instances.map(outputsOf) } };
}

function instancesOf(state: SessionState, id: string): readonly StepState[] {
  const instances: StepState[] = [];
  for (;;) {
    const instance = own(state.steps, `${id}[${instances.length}]`);
    if (instance === undefined) return instances;
    instances.push(instance);
  }
}

function outputsOf(step: StepState): JsonObject {
  return step.state === 'succeeded' ? step.outputs : {};
}

function calledView(state: SessionState, called: Scope, trace: Trace): StepView {
  const scope = scopeFor(state, called.id, trace === undefined ? {} : { trace });
  const outputs = Object.entries(called.outputs).map(([name, template]) => [
    name,
    renderTemplate(template, scope),
  ]);
  const inside = indexOf(state.runbook).byScope.get(called.id) ?? [];
  for (const spec of inside) trace?.(spec.id);
  const open = inside
    .map((spec) => stepView(state, called, shortIdOf(spec.id, called.id), undefined)?.state)
    .find((word) => word !== 'succeeded' && word !== 'skipped');
  return { state: open ?? 'succeeded', outputs: Object.fromEntries(outputs) };
}

function shortIdOf(id: string, scope: string): string {
  return id.slice(scope.length + 1);
}

const aroundOf = (step: StepState): Around => ({
  ...(step.each === undefined ? {} : { each: step.each }),
  ...(step.index === undefined ? {} : { index: step.index }),
});

/** Why a step is passed over, in the words of its runbook. */
export const notNeeded = (condition: string): string =>
  `not needed, as its condition does not hold: ${condition}`;

/** The first condition that does not hold, in the runbook's words; undefined when the step is to be taken. */
export function unmetCondition(state: SessionState, step: StepState, spec: Step): string | undefined {
  for (const condition of spec.conditions) {
    // Of a loop, what depends on the item is asked of each instance.
    if (spec.forEach !== undefined && step.index === undefined && namesItem(state, condition.expression))
      continue;
    const value = evaluateExpression(condition.expression, scopeFor(state, condition.scope, aroundOf(step)));
    if (typeof value !== 'boolean')
      throw new StepFailure(`The condition of ${step.id} is not true or false: ${condition.expression}`);
    if (!value) return condition.expression;
  }
  return undefined;
}

function namesItem(state: SessionState, expression: Expression): boolean {
  const { references } = compilerOf(state.runbook).compile(bareExpression(expression));
  return references.some(({ root }) => root === 'each' || root === 'index');
}

export function loopItems(state: SessionState, step: StepState, expression: Expression): readonly Json[] {
  const value = evaluateExpression(expression, scopeFor(state, scopeIdOf(state, step)));
  if (!Array.isArray(value))
    throw new StepFailure(`The loop of ${step.id} is not over a list: ${expression}`);
  return value;
}

/** Renders a template as the step sees the world; `trace` is told which steps it looked at. */
export function renderFor(
  state: SessionState,
  step: StepState,
  template: Template,
  trace?: (step: string) => void,
): Json {
  const around = { ...aroundOf(step), ...(trace === undefined ? {} : { trace }) };
  return renderTemplate(template, scopeFor(state, scopeIdOf(state, step), around));
}

/** Evaluates named expressions over a result. */
export function evaluateFor(
  state: SessionState,
  step: StepState,
  expressions: Readonly<Record<string, Expression>>,
  result: JsonObject,
): JsonObject {
  const names = Object.entries(expressions);
  if (names.length === 0) return {};
  const scope = scopeFor(state, scopeIdOf(state, step), { ...aroundOf(step), result });
  return Object.fromEntries(names.map(([name, expression]) => [name, evaluateExpression(expression, scope)]));
}

function scopeIdOf(state: SessionState, step: StepState): string {
  const spec = indexOf(state.runbook).steps.get(step.of);
  if (spec === undefined) throw new Error(`The runbook has no step ${step.of}`);
  return spec.scope;
}

/** A step's own window, its durations rendered, in milliseconds. */
export function windowOf(
  state: SessionState,
  step: StepState,
  verify: VerifySpec | undefined,
): Partial<Window> {
  const forMs = durationOf(state, step, verify?.for);
  const withinMs = durationOf(state, step, verify?.within);
  const everyMs = durationOf(state, step, verify?.every);
  return {
    ...(forMs === undefined ? {} : { forMs }),
    ...(withinMs === undefined ? {} : { withinMs }),
    ...(everyMs === undefined ? {} : { everyMs }),
  };
}

function durationOf(
  state: SessionState,
  step: StepState,
  template: DurationTemplate | undefined,
): number | undefined {
  if (template === undefined || typeof template === 'number') return template;
  const value = renderFor(state, step, template);
  const ms = typeof value === 'number' ? value : parseDuration(String(value));
  if (ms === undefined)
    throw new StepFailure(`${step.id}: ${JSON.stringify(value)} is not a duration such as 30s or 2m.`);
  return ms;
}

/** The namespace the runbook names, else the one of the session's context. */
export function sessionNamespace(state: SessionState): string | undefined {
  const template = state.runbook.kubernetes?.namespace;
  if (state.world.namespace !== undefined) return state.world.namespace;
  if (template === undefined) return undefined;
  const value = scopeTemplate(state, template);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Renders a template with the names of the runbook itself. */
export function scopeTemplate(state: SessionState, template: Template, trace?: (step: string) => void): Json {
  return renderTemplate(template, scopeFor(state, '', trace === undefined ? {} : { trace }));
}

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

import { StepFailure, type Window } from '../steps/step-kind.ts';
import type { SessionState, StepState } from './state.ts';

/** What a step's expressions may name, with a loop's item where there is one. */
interface Around {
  readonly each?: Json;
  readonly index?: number;
  readonly result?: JsonObject;
}

/** Each expression of a runbook is compiled once; a cache, nothing else. */
const compilers = new WeakMap<Runbook, Compiler>();

function compilerOf(runbook: Runbook): Compiler {
  const compiler = compilers.get(runbook) ?? createCompiler();
  compilers.set(runbook, compiler);
  return compiler;
}

/** The names of one (called) runbook: its inputs as its caller gave them, its vars, its steps so far. */
export function scopeFor(state: SessionState, scopeId: string, around: Around = {}): ExpressionScope {
  const scope = state.runbook.scopes[scopeId];
  if (scope === undefined) throw new Error(`The runbook has no scope ${scopeId}`);
  return createScope({
    inputs: inputsOf(state, scope),
    vars: scope.vars,
    steps: (id) => stepView(state, scope, id),
    compiler: compilerOf(state.runbook),
    ...around,
  });
}

function inputsOf(state: SessionState, scope: Scope): JsonObject {
  if (scope.parent === undefined) return state.inputs;
  const outer = scopeFor(state, scope.parent);
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
function stepView(state: SessionState, scope: Scope, shortId: string): StepView | undefined {
  const id = scope.id === '' ? shortId : `${scope.id}/${shortId}`;
  const step = state.steps[id];
  if (step !== undefined) return { state: step.state, outputs: outputsOf(step) };
  const called = state.runbook.scopes[id];
  if (called !== undefined && id !== '') return calledView(state, called);
  const instances = state.order.flatMap((candidate) => {
    const instance = state.steps[candidate];
    return instance?.of === id ? [instance] : [];
  });
  if (instances.length === 0)
    return state.runbook.steps.some((spec) => spec.id === id) ? { state: 'skipped', outputs: {} } : undefined;
  const unfinished = instances.find((instance) => instance.state !== 'succeeded');
  return { state: unfinished?.state ?? 'succeeded', outputs: { each: instances.map(outputsOf) } };
}

function outputsOf(step: StepState): JsonObject {
  return step.state === 'succeeded' ? step.outputs : {};
}

function calledView(state: SessionState, called: Scope): StepView {
  const scope = scopeFor(state, called.id);
  const outputs = Object.entries(called.outputs).map(([name, template]) => [
    name,
    renderTemplate(template, scope),
  ]);
  const inside = state.runbook.steps.filter((spec) => spec.scope === called.id);
  const open = inside
    .map((spec) => state.steps[spec.id]?.state)
    .find((word) => word !== 'succeeded' && word !== 'skipped');
  return { state: open ?? 'succeeded', outputs: Object.fromEntries(outputs) };
}

const aroundOf = (step: StepState): Around => ({
  ...(step.each === undefined ? {} : { each: step.each }),
  ...(step.index === undefined ? {} : { index: step.index }),
});

/** The first condition that does not hold, in the runbook's words; undefined when the step is to be taken. */
export function unmetCondition(state: SessionState, step: StepState, spec: Step): string | undefined {
  for (const condition of spec.conditions) {
    const value = evaluateExpression(condition.expression, scopeFor(state, condition.scope, aroundOf(step)));
    if (typeof value !== 'boolean')
      throw new StepFailure(`The condition of ${step.id} is not true or false: ${condition.expression}`);
    if (!value) return condition.expression;
  }
  return undefined;
}

export function loopItems(state: SessionState, step: StepState, expression: Expression): readonly Json[] {
  const spec = state.runbook.steps.find((candidate) => candidate.id === step.of);
  const value = evaluateExpression(expression, scopeFor(state, spec?.scope ?? ''));
  if (!Array.isArray(value))
    throw new StepFailure(`The loop of ${step.id} is not over a list: ${expression}`);
  return value;
}

/** Renders a template as the step sees the world. */
export function renderFor(state: SessionState, step: StepState, template: Template): Json {
  return renderTemplate(template, scopeFor(state, scopeIdOf(state, step), aroundOf(step)));
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
  const spec = state.runbook.steps.find((candidate) => candidate.id === step.of);
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
export function scopeTemplate(state: SessionState, template: Template): Json {
  return renderTemplate(template, scopeFor(state, ''));
}

import type { StepKind } from '../steps/step-kind.ts';
import type { KnownStep, Names, OutputNames } from './check-expressions.ts';
import type { Compiler } from './compile.ts';
import { ExpressionFailure } from './expression-failure.ts';
import { asList, asMap, type Outline, type OutlineStep } from './outline.ts';
import type { Reference } from './references.ts';
import type { Report } from './report.ts';
import { splitTemplate } from './template.ts';

/** Words that CEL or the engine keep for themselves. */
const RESERVED: ReadonlySet<string> = new Set([
  'in',
  'true',
  'false',
  'null',
  'constructor',
  '__proto__',
  'end',
]);
/** A var may be built on others, but not on so many that evaluating it could fail. */
const MAX_CHAIN = 50;

export interface NameContext {
  readonly kinds: ReadonlyMap<string, StepKind>;
  readonly compiler: Compiler;
  /** Of a step that calls a runbook: the outputs of that runbook. */
  outputsOfCall(step: OutlineStep): OutputNames;
}

/** Collects what may be named in the file; duplicates, reserved names and cycles of vars are reported. */
export function collectNames(outline: Outline, context: NameContext, report: Report): Names {
  const { root } = outline;
  const inputs = keysOf(root.inputs);
  const vars = keysOf(root.vars);
  for (const [group, names] of [
    ['inputs', inputs],
    ['vars', vars],
  ] as const)
    for (const name of names) if (RESERVED.has(name)) report.atKey([group, name], reserved(name));
  const steps = collectSteps(outline, context, report);
  checkSections(outline, report);
  const neededBy = collectNeeds(asMap(root.vars) ?? {}, steps, context.compiler, report);
  return { inputs, vars, steps, neededBy };
}

const reserved = (name: string) => ({ message: `the name "${name}" is reserved`, expected: 'another name' });

function keysOf(value: unknown): ReadonlySet<string> {
  return new Set(Object.keys(asMap(value) ?? {}));
}

function collectSteps(outline: Outline, context: NameContext, report: Report): Map<string, KnownStep> {
  const steps = new Map<string, KnownStep>();
  for (const step of outline.steps) {
    if (step.id === undefined) continue;
    const path = [...step.path, 'id'];
    if (RESERVED.has(step.id)) report.atValue(path, reserved(step.id));
    const known = steps.get(step.id);
    if (known === undefined) steps.set(step.id, { index: step.index, outputs: outputsOf(step, context) });
    else
      report.atValue(path, {
        message: `the id "${step.id}" is used by an earlier step`,
        expected: 'an id of its own for each step',
      });
  }
  return steps;
}

/** What later steps may read from it. */
function outputsOf(step: OutlineStep, context: NameContext): OutputNames {
  if (step.raw['for-each'] !== undefined) return new Set(['each']);
  const own = Object.keys(asMap(step.raw.outputs) ?? {});
  const given =
    step.uses === 'runbook'
      ? context.outputsOfCall(step)
      : (kindOutputs(context.kinds.get(step.uses ?? '')) ?? 'any');
  return given === 'any' ? 'any' : new Set([...given, ...own]);
}

export function kindOutputs(kind: StepKind | undefined): OutputNames | undefined {
  if (kind === undefined) return undefined;
  return kind.outputs === 'any' ? 'any' : new Set(Object.keys(kind.outputs));
}

function checkSections(outline: Outline, report: Report): void {
  const { root, sections } = outline;
  if (root.steps !== undefined && root.sections !== undefined)
    report.atKey(['steps'], { message: '"steps" and "sections" are both given', expected: 'one of them' });
  if (root.steps === undefined && root.sections === undefined)
    report.atOffset(0, {
      message: 'the runbook has no steps',
      expected: '"sections", or "steps" for a short one',
    });
  const seen = new Set<string>();
  for (const section of sections) {
    const named = section.raw?.id !== undefined;
    const path = [...section.path, named ? 'id' : 'title'];
    if (named && RESERVED.has(section.id)) report.atValue(path, reserved(section.id));
    if (seen.has(section.id))
      report.atValue(path, {
        message: `an earlier section has the id "${section.id}"`,
        ...(named ? {} : { expected: 'an "id" for one of them, since ids are made from titles' }),
      });
    seen.add(section.id);
  }
}

interface Need {
  readonly step: string;
  readonly index: number;
}

/** Which step must have run before a var can be evaluated. */
function collectNeeds(
  vars: Readonly<Record<string, unknown>>,
  steps: ReadonlyMap<string, KnownStep>,
  compiler: Compiler,
  report: Report,
): Map<string, Need> {
  const needs = new Map<string, Need>();
  const heights = new Map<string, number>();
  const underway: string[] = [];
  const heightOf = (name: string): number => {
    const known = heights.get(name);
    if (known !== undefined) return known;
    if (underway.includes(name)) {
      const cycle = [...underway.slice(underway.indexOf(name)), name];
      report.atKey(['vars', name], {
        message: `the var "${name}" leads back to itself: ${cycle.join(' → ')}`,
      });
      heights.set(name, 0);
      return 0;
    }
    underway.push(name);
    let height = 0;
    for (const { root, path } of referencesIn(vars[name], compiler)) {
      const [first] = path;
      if (first === undefined) continue;
      if (root === 'vars' && Object.hasOwn(vars, first) && underway.length <= MAX_CHAIN)
        height = Math.max(height, heightOf(first) + 1);
      const step = steps.get(first);
      const need =
        root === 'vars'
          ? needs.get(first)
          : root === 'steps' && step
            ? { step: first, index: step.index }
            : undefined;
      if (need !== undefined && need.index > (needs.get(name)?.index ?? -1)) needs.set(name, need);
    }
    underway.pop();
    if (height === MAX_CHAIN)
      report.atKey(['vars', name], {
        message: `the var "${name}" is built on more than ${MAX_CHAIN} others`,
      });
    heights.set(name, height);
    return height;
  };
  for (const name of Object.keys(vars)) heightOf(name);
  return needs;
}

/** What the expressions inside a template refer to; those that cannot be read are reported elsewhere. */
function referencesIn(value: unknown, compiler: Compiler): readonly Reference[] {
  if (typeof value !== 'string')
    return [...asList(value), ...Object.values(asMap(value) ?? {})].flatMap((inner) =>
      referencesIn(inner, compiler),
    );
  if (!value.includes('${{')) return [];
  const split = splitTemplate(value);
  if (!split.ok) return [];
  return split.parts.flatMap((part) => {
    if (part.type === 'text') return [];
    try {
      return compiler.compile(part.text).references;
    } catch (error) {
      if (error instanceof ExpressionFailure) return [];
      throw error;
    }
  });
}

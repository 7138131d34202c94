import type { Compiler } from './compile.ts';
import { ExpressionFailure } from './expression-failure.ts';
import { asMap } from './outline.ts';
import type { Reference } from './references.ts';
import type { Path, Report } from './report.ts';
import { didYouMean, listWords } from './suggest.ts';
import { splitTemplate } from './template.ts';

/** The names that a kind or a step yields; 'any' where only the run will tell. */
export type OutputNames = ReadonlySet<string> | 'any';

export interface KnownStep {
  readonly index: number;
  readonly outputs: OutputNames;
}

/** What the expressions of a file may name. */
export interface Names {
  readonly inputs: ReadonlySet<string>;
  readonly vars: ReadonlySet<string>;
  readonly steps: ReadonlyMap<string, KnownStep>;
  /** The last step, in order, that a var needs, through other vars too. */
  readonly neededBy: ReadonlyMap<string, { readonly step: string; readonly index: number }>;
}

/** Where an expression stands decides what it may name. */
export interface Standpoint {
  /** Steps before this one are known; 0: none, Infinity: all. */
  readonly before: number;
  /** What stands there, where it is evaluated before all steps: 'what is watched'. */
  readonly at?: string;
  /** The step itself, where there is one. */
  readonly self?: string | undefined;
  readonly loop?: boolean;
  readonly result?: OutputNames;
}

interface Place {
  readonly path: Path;
  /** The whole string that the expression is part of, and where in it. */
  readonly value: string;
  readonly at: number;
}

export interface ExpressionCheck {
  /** Every string inside, at any depth, as a template. */
  template(value: unknown, path: Path, standpoint: Standpoint): void;
  /** Bare, or one `${{ }}`. */
  expression(value: unknown, path: Path, standpoint: Standpoint): void;
  /** Like expression; it must be able to yield true or false. */
  condition(value: unknown, path: Path, standpoint: Standpoint): void;
}

export function createExpressionCheck(compiler: Compiler, names: Names, report: Report): ExpressionCheck {
  const one = (text: string, place: Place, standpoint: Standpoint, types?: readonly string[]) => {
    if (report.full) return;
    try {
      const compiled = compiler.compile(text);
      if (types !== undefined && !types.includes(compiled.type))
        report.inValue(
          place.path,
          place.value,
          { at: place.at, length: 1 },
          {
            message: `a condition must be true or false, this one is of type ${compiled.type}`,
          },
        );
      for (const reference of compiled.references) checkReference(reference, text, place, standpoint);
    } catch (error) {
      if (!(error instanceof ExpressionFailure)) throw error;
      const at = place.at + Math.min(error.at ?? 0, text.trimEnd().length - 1);
      const length = /^[\w-]+|/.exec(place.value.slice(at))?.[0].length || 1;
      report.inValue(
        place.path,
        place.value,
        { at, length },
        {
          message: `the expression cannot be read: ${error.detail}`,
          suggestion: error.suggestion ?? suggestRoot(error, names),
        },
      );
    }
  };

  const checkReference = (reference: Reference, text: string, place: Place, standpoint: Standpoint) => {
    const problem = problemWith(reference, names, standpoint);
    if (problem === undefined) return;
    const { depth, ...words } = problem;
    const at = reference.at[depth] ?? reference.start;
    const length = (depth < 0 ? reference.root : (reference.path[depth] ?? reference.root)).length;
    const quoted = text[at] === '"' || text[at] === "'";
    report.inValue(place.path, place.value, { at: place.at + at + (quoted ? 1 : 0), length }, words);
  };

  const template = (value: unknown, path: Path, standpoint: Standpoint): void => {
    if (typeof value === 'string') {
      if (!value.includes('${{')) return;
      const split = splitTemplate(value);
      if (!split.ok) {
        report.inValue(
          path,
          value,
          { at: split.unclosedAt, length: 3 },
          {
            message: 'the expression is not closed',
            expected: '"}}" after it',
          },
        );
        return;
      }
      for (const part of split.parts)
        if (part.type === 'expression') one(part.text, { path, value, at: part.at }, standpoint);
    } else if (Array.isArray(value)) {
      for (const [place, item] of value.entries()) template(item, [...path, place], standpoint);
    } else {
      for (const [key, item] of Object.entries(asMap(value) ?? {}))
        template(item, [...path, key], standpoint);
    }
  };

  const expression = (value: unknown, path: Path, standpoint: Standpoint, types?: readonly string[]) => {
    if (typeof value !== 'string' || value.trim() === '') return;
    if (!value.includes('${{')) {
      one(value, { path, value, at: 0 }, standpoint, types);
      return;
    }
    const split = splitTemplate(value);
    if (!split.ok) {
      template(value, path, standpoint);
      return;
    }
    const parts = split.parts.filter((part) => part.type === 'expression' || part.text.trim() !== '');
    const [only, other] = parts;
    if (only?.type !== 'expression' || other !== undefined)
      report.atValue(path, {
        message: 'this is a text with expressions in it, where one expression belongs',
        expected: 'one expression, bare or as a single ${{ … }}',
      });
    else one(only.text, { path, value, at: only.at }, standpoint, types);
  };

  return {
    template,
    expression,
    condition: (value, path, standpoint) => expression(value, path, standpoint, ['bool', 'dyn']),
  };
}

interface ReferenceProblem {
  /** Which name of the path is wrong; -1: the root. */
  readonly depth: number;
  readonly message: string;
  readonly expected?: string;
  readonly suggestion?: string | undefined;
}

function problemWith(
  reference: Reference,
  names: Names,
  standpoint: Standpoint,
): ReferenceProblem | undefined {
  const { root, path } = reference;
  const [first] = path;
  switch (root) {
    case 'each':
    case 'index':
      return standpoint.loop
        ? undefined
        : { depth: -1, message: `"${root}" is only known in a step with for-each` };
    case 'result':
      if (standpoint.result === undefined)
        return {
          depth: -1,
          message: '"result" is only known in outputs, verify.expect and choices-from.value',
        };
      return first === undefined || isKnown(first, standpoint.result)
        ? undefined
        : unknown(0, `the result has no "${first}"`, first, standpoint.result);
    case 'inputs':
      if (first === undefined) return unnamed(root);
      return names.inputs.has(first)
        ? undefined
        : unknown(0, `there is no input "${first}"`, first, names.inputs);
    case 'vars':
      if (first === undefined) return unnamed(root);
      return names.vars.has(first)
        ? tooEarlyVar(first, names, standpoint)
        : unknown(0, `there is no var "${first}"`, first, names.vars);
    case 'steps':
      return first === undefined ? unnamed(root) : stepProblem(reference, first, names, standpoint);
    default:
      return root satisfies never;
  }
}

const unnamed = (root: string): ReferenceProblem => ({
  depth: -1,
  message: `"${root}" must be followed by a name`,
  expected: `${root}.<name>`,
});

function unknown(depth: number, message: string, word: string, known: OutputNames): ReferenceProblem {
  const words = known === 'any' ? [] : [...known];
  const subtracted = /^(.+?)-\w+$/.exec(word)?.[1];
  const suggestion =
    subtracted !== undefined && words.includes(subtracted)
      ? 'if this is a subtraction, put spaces around the minus'
      : didYouMean(word, words);
  return { depth, message, suggestion, ...(words.length === 0 ? {} : { expected: listWords(words) }) };
}

function tooEarlyVar(name: string, names: Names, standpoint: Standpoint): ReferenceProblem | undefined {
  const needed = names.neededBy.get(name);
  if (needed === undefined || needed.index < standpoint.before) return undefined;
  const when = standpoint.at === undefined ? 'it has not run yet at this point' : 'no step has run yet';
  return { depth: 0, message: `the var "${name}" needs the step "${needed.step}": ${when}` };
}

function stepProblem(
  { path, dynamic }: Reference,
  id: string,
  names: Names,
  standpoint: Standpoint,
): ReferenceProblem | undefined {
  const step = names.steps.get(id);
  if (step === undefined) return unknown(0, `there is no step "${id}"`, id, new Set(names.steps.keys()));
  if (id === standpoint.self)
    return {
      depth: 0,
      message: `the step "${id}" names itself`,
      expected: 'result, in outputs and verify.expect',
    };
  if (step.index >= standpoint.before)
    return {
      depth: 0,
      message:
        standpoint.at !== undefined
          ? `${standpoint.at} cannot depend on a step: no step has run yet`
          : `the step "${id}" comes later, it has not run yet at this point`,
    };
  const [, member, output] = path;
  if (member === undefined && !dynamic)
    return { depth: 0, message: `"steps.${id}" must be followed by outputs or state` };
  if (member !== undefined && member !== 'outputs' && member !== 'state')
    return unknown(1, `a step has no "${member}"`, member, new Set(['outputs', 'state']));
  if (member === 'outputs' && output !== undefined && !isKnown(output, step.outputs))
    return unknown(2, `the step "${id}" has no output "${output}"`, output, step.outputs);
  return undefined;
}

const isKnown = (name: string, known: OutputNames) => known === 'any' || known.has(name);

/** 'inputs.namespace' for a bare 'namespace'. */
function suggestRoot(failure: ExpressionFailure, names: Names): string | undefined {
  const name = /^[\w-]+/.exec(failure.expression.slice(failure.at ?? 0))?.[0];
  if (name === undefined || !/^(?:nothing is called|reserved)/.test(failure.detail)) return undefined;
  if (names.inputs.has(name)) return `did you mean "inputs.${name}"?`;
  if (names.vars.has(name)) return `did you mean "vars.${name}"?`;
  if (names.steps.has(name)) return `did you mean "steps.${name}.outputs"?`;
  return (
    didYouMean(name, ['inputs', 'vars', 'steps', 'each', 'index', 'result']) ??
    (/^[a-z]+$/.test(name) ? `a text stands in quotes: '${name}'` : undefined)
  );
}

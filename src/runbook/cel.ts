import { type ASTNode, Environment, EvaluationError } from '@marcbachmann/cel-js';
import { ExpressionFailure } from './expression-failure.ts';

/** What an expression may start with; which of them are there depends on where it stands. */
export const ROOTS = ['inputs', 'vars', 'steps', 'each', 'index', 'result'] as const;
export type Root = (typeof ROOTS)[number];

/** Codes of the library that mean: what the expression names is not there. */
const MISSING_CODES: ReadonlySet<string> = new Set([
  'no_such_key',
  'index_out_of_bounds',
  'unknown_variable',
  'optional_value_missing',
]);

export function isMissing(error: unknown): boolean {
  if (error instanceof ExpressionFailure) return error.fault === 'missing';
  return error instanceof EvaluationError && MISSING_CODES.has(error.code);
}

/**
 * CEL as the library has it, and what a runbook needs besides: numbers that come from JSON are doubles and mix
 * with whole numbers, `default(value, otherwise)`, and `replace`.
 */
export function createCelEnvironment(): Environment {
  const environment = new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: { maxAstNodes: 4000, maxDepth: 100 },
  });
  for (const root of ROOTS) environment.registerVariable(root, 'dyn');
  for (const types of ['double # int', 'int # double']) {
    environment
      .registerOperator(types.replace('#', '+'), (left, right) => Number(left) + Number(right))
      .registerOperator(types.replace('#', '-'), (left, right) => Number(left) - Number(right))
      .registerOperator(types.replace('#', '*'), (left, right) => Number(left) * Number(right))
      .registerOperator(types.replace('#', '/'), (left, right) => Number(left) / Number(right))
      .registerOperator(types.replace('#', '%'), (left, right) => Number(left) % Number(right));
  }
  return environment
    .registerOperator('double % double', (left: number, right: number) => left % right)
    .registerFunction(
      'string.replace(string, string): string',
      (text, from, to) => text.replaceAll(from, to),
      {
        description: 'Every occurrence of a text replaced by another.',
      },
    )
    .registerFunction('default(ast, ast): dyn', expandDefault, {
      description: 'The first value, or the second where the first is missing or null.',
    });
}

interface Checker {
  check(node: ASTNode, context: unknown): unknown;
  getType(name: string): unknown;
}
interface Evaluator {
  run(node: ASTNode, context: unknown): unknown;
}

/** A macro, since its first argument may fail: what is missing is what it is for. */
function expandDefault({ args }: { args: readonly ASTNode[] }) {
  const [value, otherwise] = args as [ASTNode, ASTNode];
  return {
    async: false,
    typeCheck(checker: Checker, _macro: unknown, context: unknown) {
      checker.check(value, context);
      checker.check(otherwise, context);
      return checker.getType('dyn');
    },
    evaluate(evaluator: Evaluator, _macro: unknown, context: unknown) {
      try {
        const found = evaluator.run(value, context);
        if (found !== null) return found;
      } catch (error) {
        if (!isMissing(error)) throw error;
      }
      return evaluator.run(otherwise, context);
    },
  };
}

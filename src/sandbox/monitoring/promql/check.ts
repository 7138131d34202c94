import type { Aggregation, Binary, Call, Expression, ValueType } from './ast.ts';
import { SIGNATURES } from './signatures.ts';

type Problem = (message: string) => Error;

const SET_OPERATORS = new Set(['and', 'or', 'unless']);
const COMPARISONS = new Set(['==', '!=', '>', '<', '>=', '<=']);
const AGGREGATIONS = new Set(['sum', 'avg', 'max', 'min', 'count', 'group', 'stddev', 'stdvar']);
const WITH_PARAMETER = new Set(['topk', 'bottomk', 'quantile']);

export function isComparison(operator: string): boolean {
  return COMPARISONS.has(operator);
}

function isSetOperator(operator: string): boolean {
  return SET_OPERATORS.has(operator);
}

export function typeOf(expression: Expression): ValueType {
  switch (expression.kind) {
    case 'number':
      return 'scalar';
    case 'string':
      return 'string';
    case 'selector':
      return expression.rangeMs === undefined ? 'instant vector' : 'range vector';
    case 'call':
      return SIGNATURES[expression.name]?.returns ?? 'instant vector';
    case 'aggregation':
      return 'instant vector';
    case 'negation':
      return typeOf(expression.operand);
    case 'binary': {
      const scalars = typeOf(expression.left) === 'scalar' && typeOf(expression.right) === 'scalar';
      return scalars ? 'scalar' : 'instant vector';
    }
    default:
      return expression satisfies never;
  }
}

/** Throws what `problem` makes of the first place where types do not fit. */
export function checkTypes(expression: Expression, problem: Problem): void {
  switch (expression.kind) {
    case 'call':
      for (const arg of expression.args) checkTypes(arg, problem);
      checkCall(expression, problem);
      return;
    case 'aggregation':
      checkTypes(expression.argument, problem);
      if (expression.parameter !== undefined) checkTypes(expression.parameter, problem);
      checkAggregation(expression, problem);
      return;
    case 'binary':
      checkTypes(expression.left, problem);
      checkTypes(expression.right, problem);
      checkBinary(expression, problem);
      return;
    case 'negation': {
      checkTypes(expression.operand, problem);
      const type = typeOf(expression.operand);
      if (type === 'scalar' || type === 'instant vector') return;
      throw problem(
        `unary expression only allowed on expressions of type scalar or instant vector, got "${type}"`,
      );
    }
    default:
  }
}

function checkCall({ name, args }: Call, problem: Problem): void {
  const signature = SIGNATURES[name];
  if (signature === undefined) {
    throw problem(`this Prometheus is a small one and does not know the function "${name}"`);
  }
  const most = signature.args.length;
  const least = most - (signature.optional ?? 0);
  if (args.length < least || args.length > most) {
    const expected = least === most ? `${most}` : `at least ${least}`;
    throw problem(`expected ${expected} argument(s) in call to "${name}", got ${args.length}`);
  }
  args.forEach((arg, index) => {
    const expected = signature.args[index];
    const got = typeOf(arg);
    if (expected !== undefined && expected !== got) {
      throw problem(`expected type ${expected} in call to function "${name}", got ${got}`);
    }
  });
}

function checkAggregation({ operator, argument, parameter }: Aggregation, problem: Problem): void {
  const known = AGGREGATIONS.has(operator) || WITH_PARAMETER.has(operator);
  if (!known) throw problem(`this Prometheus is a small one and does not know the aggregation "${operator}"`);
  if (WITH_PARAMETER.has(operator) !== (parameter !== undefined)) {
    const expected = WITH_PARAMETER.has(operator) ? 2 : 1;
    throw problem(
      `wrong number of arguments for aggregate expression provided, expected ${expected}, got ${parameter === undefined ? 1 : 2}`,
    );
  }
  if (parameter !== undefined && typeOf(parameter) !== 'scalar') {
    throw problem(`expected type scalar in aggregation parameter, got ${typeOf(parameter)}`);
  }
  const type = typeOf(argument);
  if (type !== 'instant vector') {
    throw problem(`expected type instant vector in aggregation expression, got ${type}`);
  }
}

function checkBinary({ operator, left, right, bool, matching }: Binary, problem: Problem): void {
  const types = [typeOf(left), typeOf(right)];
  if (types.some((type) => type !== 'scalar' && type !== 'instant vector')) {
    throw problem('binary expression must contain only scalar and instant vector types');
  }
  const scalars = types.filter((type) => type === 'scalar').length;
  if (bool && !isComparison(operator))
    throw problem('bool modifier can only be used on comparison operators');
  if (isComparison(operator) && scalars === 2 && !bool) {
    throw problem('comparisons between scalars must use BOOL modifier');
  }
  if (isSetOperator(operator) && scalars > 0) {
    throw problem(`set operator "${operator}" not allowed in binary scalar expression`);
  }
  const matched = matching.on || matching.labels.length > 0;
  if (matched && scalars > 0) throw problem('vector matching only allowed between instant vectors');
  if (matching.many !== undefined && isSetOperator(operator)) {
    throw problem(`no grouping allowed for "${operator}" operation`);
  }
}

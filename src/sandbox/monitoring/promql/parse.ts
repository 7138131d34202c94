import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import type { SeriesMatcher } from '../series.ts';
import type { Expression, Grouping, Matching, Selector } from './ast.ts';
import { checkTypes } from './check.ts';
import { durationMs, numberOf, stringOf } from './literals.ts';
import { parseProblem } from './problem.ts';

/** Longest query read; the sandbox is no place for more. */
const LONGEST = 10_000;

/** Parses and type-checks a query. Throws QueryProblem for what is wrong and for what is not supported here. */
export function parseQuery(query: string): Expression {
  if (query.trim() === '') throw parseProblem(query, 0, 'no expression found in input');
  if (query.length > LONGEST) throw parseProblem(query, LONGEST, `query longer than ${LONGEST} characters`);
  const tree = parser.parse(query);
  tree.iterate({
    enter(node) {
      if (!node.type.isError) return;
      const rest = query.slice(node.from).trim();
      const called = rest.startsWith('(') && /([a-zA-Z_]\w*)\s*$/.exec(query.slice(0, node.from))?.[1];
      if (called) throw parseProblem(query, 0, `unknown function with name ${JSON.stringify(called)}`);
      const found =
        rest === '' ? 'unexpected end of input' : `unexpected ${JSON.stringify(rest.slice(0, 20))}`;
      throw parseProblem(query, node.from, found);
    },
  });
  const root = tree.topNode.firstChild;
  if (root === null) throw parseProblem(query, 0, 'no expression found in input');
  const expression = new Reader(query).expression(root);
  checkTypes(expression, (message) => parseProblem(query, 0, message));
  return expression;
}

/** The matchers of a series selector, as `match[]` carries them. */
export function parseSelector(text: string): readonly SeriesMatcher[] {
  const expression = parseQuery(text);
  if (expression.kind !== 'selector' || expression.rangeMs !== undefined) {
    throw parseProblem(text, 0, 'expected a series selector');
  }
  return expression.matchers;
}

class Reader {
  readonly #query: string;

  constructor(query: string) {
    this.#query = query;
  }

  expression(node: SyntaxNode): Expression {
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { kind: 'number', value: numberOf(this.#text(node)) };
      case 'StringLiteral':
        return { kind: 'string', value: stringOf(this.#text(node)) };
      case 'ParenExpr':
        return this.expression(this.#only(node));
      case 'VectorSelector':
        return this.#selector(node);
      case 'MatrixSelector':
        return this.#range(node);
      case 'OffsetExpr':
        return this.#offset(node);
      case 'UnaryExpr':
        return this.#unary(node);
      case 'BinaryExpr':
        return this.#binary(node);
      case 'FunctionCall':
        return this.#call(node);
      case 'AggregateExpr':
        return this.#aggregation(node);
      case 'SubqueryExpr':
        throw this.#unsupported(node, 'subqueries');
      case 'StepInvariantExpr':
        throw this.#unsupported(node, 'the @ modifier');
      default:
        throw this.#unsupported(node, `«${this.#text(node)}»`);
    }
  }

  #selector(node: SyntaxNode): Selector {
    const name = node.getChild('Identifier');
    const list = node.getChild('LabelMatchers');
    const matchers = list === null ? [] : children(list).map((matcher) => this.#matcher(matcher));
    if (name !== null) matchers.unshift(exactly('__name__', this.#text(name)));
    if (matchers.every((matcher) => matcher.matches(''))) {
      throw parseProblem(
        this.#query,
        node.from,
        'vector selector must contain at least one non-empty matcher',
      );
    }
    return { kind: 'selector', matchers, offsetMs: 0 };
  }

  #matcher(node: SyntaxNode): SeriesMatcher {
    if (node.name === 'QuotedLabelName') return exactly('__name__', stringOf(this.#text(node)));
    const [label, operator, value] = children(node);
    if (label === undefined || operator === undefined || value === undefined) {
      throw this.#unsupported(node, `the matcher «${this.#text(node)}»`);
    }
    const name = label.name === 'QuotedLabelName' ? stringOf(this.#text(label)) : this.#text(label);
    const wanted = stringOf(this.#text(value));
    switch (this.#text(operator)) {
      case '=':
        return exactly(name, wanted);
      case '!=':
        return { name, matches: (own) => own !== wanted };
      case '=~': {
        const pattern = this.#pattern(value, wanted);
        return { name, matches: (own) => pattern.test(own) };
      }
      default: {
        const pattern = this.#pattern(value, wanted);
        return { name, matches: (own) => !pattern.test(own) };
      }
    }
  }

  #pattern(node: SyntaxNode, source: string): RegExp {
    try {
      return new RegExp(`^(?:${source})$`, 's');
    } catch {
      throw parseProblem(this.#query, node.from, `error parsing regexp: ${source}`);
    }
  }

  #range(node: SyntaxNode): Selector {
    const [inner, range] = children(node);
    const selector = inner && this.expression(inner);
    if (selector?.kind !== 'selector' || range === undefined) {
      throw parseProblem(this.#query, node.from, 'ranges only allowed for vector selectors');
    }
    return { ...selector, rangeMs: this.#duration(range) };
  }

  #offset(node: SyntaxNode): Selector {
    const [inner, , offset] = children(node);
    const selector = inner && this.expression(inner);
    if (selector?.kind !== 'selector' || offset === undefined) {
      throw this.#unsupported(node, 'offset on anything but a selector');
    }
    return { ...selector, offsetMs: this.#duration(offset) };
  }

  #duration(node: SyntaxNode): number {
    const text = this.#text(node).replace(/\s/g, '');
    const negative = text.startsWith('-');
    const digits = text.replace(/^[+-]/, '');
    const value = durationMs(digits) ?? (/^[\d.]+$/.test(digits) ? Number(digits) * 1000 : undefined);
    if (value === undefined) throw this.#unsupported(node, `the duration «${text}»`);
    return negative ? -value : value;
  }

  #unary(node: SyntaxNode): Expression {
    const [operator, operand] = children(node);
    if (operator === undefined || operand === undefined) throw this.#unsupported(node, 'this expression');
    const inner = this.expression(operand);
    return this.#text(operator) === '-' ? { kind: 'negation', operand: inner } : inner;
  }

  #binary(node: SyntaxNode): Expression {
    const parts = children(node);
    const [left] = parts;
    const right = parts.at(-1);
    const operator = parts[1];
    if (left === undefined || right === undefined || operator === undefined) {
      throw this.#unsupported(node, 'this expression');
    }
    if (node.getChild('FillModifier') !== null) throw this.#unsupported(node, 'fill modifiers');
    const binary = {
      kind: 'binary' as const,
      operator: this.#text(operator).toLowerCase(),
      right: this.expression(right),
      bool: node.getChild('BoolModifier') !== null,
      matching: this.#matching(node.getChild('MatchingModifierClause')),
    };
    // The grammar reads the sign of -1 ^ 2 as part of the number; the power binds stronger.
    const signed =
      binary.operator === '^' && /^\s*-/.test(this.#text(left)) && left.name === 'NumberDurationLiteral';
    if (!signed) return { ...binary, left: this.expression(left) };
    const base = { kind: 'number' as const, value: -numberOf(this.#text(left)) };
    return { kind: 'negation', operand: { ...binary, left: base } };
  }

  #matching(clause: SyntaxNode | null): Matching {
    if (clause === null) return { on: false, labels: [], include: [] };
    const [first, second] = clause.getChildren('GroupingLabels');
    const side = clause.getChild('GroupLeft') !== null ? 'left' : 'right';
    const grouped = clause.getChild('GroupLeft') !== null || clause.getChild('GroupRight') !== null;
    return {
      on: clause.getChild('On') !== null,
      labels: first === undefined ? [] : this.#labels(first),
      ...(grouped ? { many: side } : {}),
      include: second === undefined ? [] : this.#labels(second),
    };
  }

  #call(node: SyntaxNode): Expression {
    const name = node.getChild('FunctionIdentifier');
    const body = node.getChild('FunctionCallBody');
    const args = body === null ? [] : children(body).map((arg) => this.expression(arg));
    return { kind: 'call', name: name === null ? '' : this.#text(name), args };
  }

  #aggregation(node: SyntaxNode): Expression {
    const operator = node.getChild('AggregateOp');
    const body = node.getChild('FunctionCallBody');
    const args = body === null ? [] : children(body).map((arg) => this.expression(arg));
    const argument = args.at(-1);
    if (operator === null || argument === undefined || args.length > 2) {
      throw parseProblem(
        this.#query,
        node.from,
        'wrong number of arguments for aggregate expression provided',
      );
    }
    const parameter = args.length === 2 ? args[0] : undefined;
    return {
      kind: 'aggregation',
      operator: this.#text(operator).toLowerCase(),
      argument,
      ...(parameter === undefined ? {} : { parameter }),
      grouping: this.#grouping(node.getChild('AggregateModifier')),
    };
  }

  #grouping(modifier: SyntaxNode | null): Grouping {
    const labels = modifier?.getChild('GroupingLabels');
    if (modifier === null || !labels) return { by: true, labels: [] };
    return { by: modifier.getChild('By') !== null, labels: this.#labels(labels) };
  }

  #labels(node: SyntaxNode): string[] {
    return children(node).map((label) =>
      label.name === 'QuotedLabelName' ? stringOf(this.#text(label)) : this.#text(label),
    );
  }

  #only(node: SyntaxNode): SyntaxNode {
    const [child] = children(node);
    if (child === undefined) throw parseProblem(this.#query, node.from, 'no expression found in input');
    return child;
  }

  #text(node: SyntaxNode): string {
    return this.#query.slice(node.from, node.to);
  }

  #unsupported(node: SyntaxNode, what: string) {
    return parseProblem(this.#query, node.from, `this Prometheus is a small one and does not know ${what}`);
  }
}

function exactly(name: string, value: string): SeriesMatcher {
  return { name, exact: value, matches: (own) => own === value };
}

function children(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') found.push(child);
  }
  return found;
}

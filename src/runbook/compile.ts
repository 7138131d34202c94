import {
  type ASTNode,
  TypeError as CelTypeError,
  type Environment,
  EvaluationError,
  ParseError,
} from '@marcbachmann/cel-js';
import { createCelEnvironment, isMissing, ROOTS } from './cel.ts';
import { ExpressionFailure, type ExpressionFault } from './expression-failure.ts';
import { dehyphenate } from './hyphens.ts';
import { type Reference, referencesOf } from './references.ts';
import { didYouMean } from './suggest.ts';

/** More than this is no expression but a program. */
const MAX_LENGTH = 8000;

export interface CompiledExpression {
  readonly text: string;
  /** 'bool', 'string', 'int', 'dyn' …, as far as the text alone says. */
  readonly type: string;
  /** Everything it names, in order. */
  readonly references: readonly Reference[];
  /** Throws an ExpressionFailure. The result is a value of CEL, not yet JSON. */
  evaluate(context: Readonly<Record<string, unknown>>): unknown;
}

/** Reads expressions; each text is read once. */
export interface Compiler {
  /** Throws an ExpressionFailure (syntax or type) that says where. */
  compile(text: string): CompiledExpression;
}

export function createCompiler(): Compiler {
  const environment = createCelEnvironment();
  const known = new Map<string, CompiledExpression | ExpressionFailure>();
  return {
    compile(text) {
      let compiled = known.get(text);
      if (compiled === undefined) {
        compiled = compile(text, environment);
        known.set(text, compiled);
      }
      if (compiled instanceof ExpressionFailure) throw compiled;
      return compiled;
    },
  };
}

function compile(text: string, environment: Environment): CompiledExpression | ExpressionFailure {
  if (text.trim() === '') return new ExpressionFailure(text, 'syntax', 'it is empty');
  if (text.length > MAX_LENGTH)
    return new ExpressionFailure(text, 'syntax', `it is longer than ${MAX_LENGTH} characters`);
  const { text: plain, names } = dehyphenate(text);
  try {
    const parsed = environment.parse(plain);
    const references = referencesOf(parsed.ast, names);
    const checked = parsed.check();
    if (checked.error !== undefined) throw checked.error;
    return {
      text,
      type: checked.type ?? 'dyn',
      references,
      evaluate(context) {
        try {
          return parsed(context);
        } catch (error) {
          throw asFailure(error, text, environment);
        }
      },
    };
  } catch (error) {
    return asFailure(error, text, environment);
  }
}

function asFailure(error: unknown, text: string, environment: Environment): ExpressionFailure {
  if (error instanceof ExpressionFailure) return error;
  if (error instanceof RangeError) return new ExpressionFailure(text, 'syntax', 'it is nested too deeply');
  const isCel =
    error instanceof ParseError || error instanceof EvaluationError || error instanceof CelTypeError;
  if (!isCel) throw error;
  const at = error.range?.start;
  return new ExpressionFailure(text, faultOf(error), detailOf(error, text), {
    at,
    suggestion: suggestionFor(error, text, environment),
    cause: error,
  });
}

function faultOf(error: ParseError | EvaluationError | CelTypeError): ExpressionFault {
  if (error instanceof ParseError) return 'syntax';
  if (error instanceof CelTypeError) return 'type';
  return isMissing(error) ? 'missing' : 'value';
}

const TOKENS: Readonly<Record<string, string>> = {
  EOF: 'the end',
  IDENTIFIER: 'a name',
  RPAREN: '")"',
  RBRACKET: '"]"',
  RBRACE: '"}"',
  COLON: '":"',
  LPAREN: '"("',
  DOT: '"."',
  COMMA: '","',
  QUESTION: '"?"',
};

function detailOf(error: ParseError | EvaluationError | CelTypeError, text: string): string {
  const { code, summary } = error;
  const operand = /^no such overload: (.+) (\S+) (.+)$/.exec(summary);
  if (code === 'no_such_overload' && operand !== null)
    return `"${operand[2]}" does not work between ${typeName(operand[1])} and ${typeName(operand[3])}`;
  if (code === 'no_such_key') {
    const missing = namedAt(error, text);
    const owner = ownerOf(error.node, text);
    return owner === undefined ? `there is no "${missing}"` : `there is no "${missing}" in ${owner}`;
  }
  if (code === 'unknown_variable') {
    const name = summary.replace(/^.*: /, '');
    return (ROOTS as readonly string[]).includes(name)
      ? `"${name}" is not known here`
      : `nothing is called "${name}"`;
  }
  if (code === 'no_matching_overload') {
    const call = /'(.+)'$/.exec(summary)?.[1] ?? summary;
    return `there is no function ${call.replaceAll(/dyn<(\w+)>/g, '$1')}`;
  }
  if (code === 'limit_exceeded') return 'it is too long or nested too deeply';
  if (code === 'unexpected_token')
    return `${TOKENS[summary.replace(/^.*: /, '')] ?? `"${namedAt(error, text)}"`} was not expected here`;
  if (code === 'expected_token') {
    const [, expected = '', got = ''] = /^Expected (\w+), got (\w+)$/.exec(summary) ?? [];
    return `expected ${TOKENS[expected] ?? expected}, found ${TOKENS[got] ?? `"${namedAt(error, text)}"`}`;
  }
  if (code === 'unexpected_character')
    return `"${wordAt(text, error.range?.start ?? 0)}" was not expected here`;
  return summary.charAt(0).toLowerCase() + summary.slice(1);
}

function typeName(type = ''): string {
  const plain = type.replace(/^dyn<(.+)>$/, '$1');
  if (plain === 'int' || plain === 'double') return 'a number';
  if (plain === 'string') return 'a text';
  return plain === 'bool' ? 'true/false' : plain.replace('null_type', 'null');
}

function namedAt(error: ParseError | EvaluationError | CelTypeError, text: string): string {
  const node = error.node as ASTNode | undefined;
  if (node?.op === '.' || node?.op === '.?') return String(node.args[1]);
  const { start, end } = error.range ?? { start: 0, end: 0 };
  return error.summary.startsWith('No such key: ') ? error.summary.slice(13) : text.slice(start, end);
}

function ownerOf(node: unknown, text: string): string | undefined {
  const access = node as ASTNode | undefined;
  if (access?.op !== '.' && access?.op !== '[]') return undefined;
  const [owner] = access.args as [ASTNode, unknown];
  return text.slice(owner.start, owner.end);
}

function wordAt(text: string, at: number): string {
  return /^\w+/.exec(text.slice(at))?.[0] ?? text.slice(at, at + 1);
}

const WORDS: Readonly<Record<string, string>> = {
  and: '&&',
  or: '||',
  not: '!',
  '=': '==',
  '&': '&&',
  '|': '||',
};

function suggestionFor(
  error: ParseError | EvaluationError | CelTypeError,
  text: string,
  environment: Environment,
): string | undefined {
  const word = wordAt(text, error.range?.start ?? 0);
  if (error.code === 'unexpected_character' && WORDS[word] !== undefined) return `write "${WORDS[word]}"`;
  if (error.code === 'no_matching_overload') {
    const name = /'(?:.*\.)?(\w+)\(/.exec(error.summary)?.[1] ?? '';
    const functions = environment.getDefinitions().functions.map((definition) => definition.name);
    return functions.includes(name) ? undefined : didYouMean(name, functions);
  }
  if (error.code === 'no_such_key' && namedAt(error, text).includes('-'))
    return 'if this is a subtraction, put spaces around the minus';
  return undefined;
}

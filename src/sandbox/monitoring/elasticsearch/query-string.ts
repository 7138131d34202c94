import { dateOf } from './date-math.ts';
import { DATE_FIELDS, isText, type Scalar, wildcard } from './fields.ts';
import {
  any,
  anyField,
  exists,
  inRange,
  type Matches,
  matchPhrase,
  matchWords,
  type QueryContext,
  termsOf,
} from './matchers.ts';
import { shardProblem } from './problem.ts';
import { type Token, tokensOf } from './query-tokens.ts';

export interface StringQueryContext extends QueryContext {
  /** Looked at where the text names none; `*` is all. */
  readonly fields: readonly string[];
  readonly operator: 'and' | 'or';
  /** simple_query_string: never an error, no fields. */
  readonly isSimple: boolean;
}

/** Lucene's query syntax without regular expressions, fuzziness and proximity. Throws ElasticsearchProblem. */
export function readQueryString(text: string, context: StringQueryContext): Matches {
  const tokens = tokensOf(text, context.isSimple);
  if (typeof tokens === 'string') throw unreadable(text, tokens, context);
  if (tokens.length === 0) return () => false;
  const reader = new Reader(tokens, text, context);
  return reader.all();
}

interface Clause {
  readonly matches: Matches;
  occurs: 'must' | 'should' | 'must-not';
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  readonly #context: StringQueryContext;
  #at = 0;

  constructor(tokens: readonly Token[], text: string, context: StringQueryContext) {
    this.#tokens = tokens;
    this.#text = text;
    this.#context = context;
  }

  all(): Matches {
    const matches = this.#clauses(this.#context.fields);
    if (this.#at < this.#tokens.length && !this.#context.isSimple) throw this.#unexpected();
    return matches;
  }

  /** As Lucene's own parser binds them: AND makes both of its sides needed, OR neither. */
  #clauses(fields: readonly string[]): Matches {
    const clauses: Clause[] = [];
    const byDefault = this.#context.operator;
    while (this.#at < this.#tokens.length && this.#peek()?.type !== 'close') {
      const joined = this.#joint();
      const modifier = this.#modifier();
      const matches = this.#clause(fields);
      const previous = clauses.at(-1);
      if (previous !== undefined && previous.occurs !== 'must-not') {
        if (joined === 'and') previous.occurs = 'must';
        if (joined === 'or' && byDefault === 'and') previous.occurs = 'should';
      }
      const needed = modifier === 'must' || joined === 'and' || (byDefault === 'and' && joined !== 'or');
      clauses.push({ matches, occurs: modifier === 'must-not' ? 'must-not' : needed ? 'must' : 'should' });
    }
    if (clauses.length === 0) throw this.#unexpected();
    return together(clauses);
  }

  #joint(): 'and' | 'or' | undefined {
    const type = this.#peek()?.type;
    if (type !== 'and' && type !== 'or') return undefined;
    this.#at += 1;
    return type;
  }

  #modifier(): 'must' | 'must-not' | undefined {
    const type = this.#peek()?.type;
    if (type !== 'must' && type !== 'not') return undefined;
    this.#at += 1;
    return type === 'not' ? 'must-not' : 'must';
  }

  #clause(fields: readonly string[]): Matches {
    const token = this.#peek();
    if (token?.type !== 'field') return this.#value(fields);
    this.#at += 1;
    if (token.name !== '_exists_') return this.#value([token.name]);
    const named = this.#peek();
    if (named?.type !== 'term') throw this.#unexpected();
    this.#at += 1;
    return exists(named.text);
  }

  #value(fields: readonly string[]): Matches {
    const token = this.#peek();
    this.#at += 1;
    switch (token?.type) {
      case 'open': {
        const matches = this.#clauses(fields);
        if (this.#peek()?.type !== 'close' && !this.#context.isSimple) throw this.#unexpected();
        this.#at += 1;
        return matches;
      }
      case 'phrase':
        return inFields(fields, (field) =>
          DATE_FIELDS.has(field) ? this.#word(field, token.text) : matchPhrase(field, token.text),
        );
      case 'term':
        return inFields(fields, (field) => this.#word(field, token.text));
      case 'range':
        return inFields(fields, (field) => this.#range(field, token));
      default:
        this.#at -= 1;
        throw this.#unexpected();
    }
  }

  #word(field: string, text: string): Matches {
    if (text === '*') return field === '*' ? () => true : exists(field);
    if (/(?<!\\)[*?]/.test(text)) {
      const pattern = wildcard(isText(field) ? text.toLowerCase() : text);
      return (document) => termsOf(document, field).some((term) => pattern.test(term));
    }
    return matchWords(field, text.replace(/\\(.)/g, '$1'), 'or', this.#context);
  }

  #range(field: string, { from, to, includesFrom, includesTo }: Extract<Token, { type: 'range' }>): Matches {
    const bound = (text: string | undefined, roundUp: boolean): Scalar | undefined => {
      if (text === undefined || text === '*') return undefined;
      if (!DATE_FIELDS.has(field)) return text;
      const time = dateOf(text, this.#context.now, roundUp);
      if (time !== undefined) return time;
      throw unreadable(this.#text, `failed to parse date field [${text}]`, this.#context);
    };
    return inRange(field, {
      ...(includesFrom ? { gte: bound(from, false) } : { gt: bound(from, true) }),
      ...(includesTo ? { lte: bound(to, true) } : { lt: bound(to, false) }),
    });
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #unexpected(): Error {
    const token = this.#peek();
    return unreadable(
      this.#text,
      token === undefined ? 'Encountered "<EOF>"' : `Encountered "${token.type}"`,
      this.#context,
    );
  }
}

function inFields(fields: readonly string[], matchesIn: (field: string) => Matches): Matches {
  return any(fields.map((field) => anyField(field, matchesIn)));
}

function together(clauses: readonly Clause[]): Matches {
  const of = (occurs: Clause['occurs']) => clauses.filter((clause) => clause.occurs === occurs);
  const [must, should, not] = [of('must'), of('should'), of('must-not')];
  return (document) =>
    must.every(({ matches }) => matches(document)) &&
    !not.some(({ matches }) => matches(document)) &&
    (must.length > 0 || should.length === 0 || should.some(({ matches }) => matches(document)));
}

function unreadable(text: string, why: string, { index }: QueryContext): Error {
  return shardProblem(`Failed to parse query [${text}]: ${why}`, index);
}

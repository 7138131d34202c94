import { lex, type Piece, ShellSyntaxError, type Token } from './lex.ts';

export type Word = readonly Piece[];

export interface Redirection {
  readonly operator: string;
  readonly target?: Word;
}

export interface Simple {
  readonly type: 'simple';
  readonly assignments: readonly { readonly name: string; readonly value: Word }[];
  readonly words: readonly Word[];
  readonly redirections: readonly Redirection[];
}

export type Command =
  | Simple
  | { readonly type: 'group'; readonly body: List; readonly redirections: readonly Redirection[] }
  | {
      readonly type: 'if';
      readonly branches: readonly { readonly test: List; readonly body: List }[];
      readonly otherwise?: List;
    }
  | { readonly type: 'while'; readonly test: List; readonly body: List; readonly until: boolean }
  | { readonly type: 'for'; readonly name: string; readonly words: readonly Word[]; readonly body: List };

export interface Pipeline {
  readonly negated: boolean;
  readonly commands: readonly Command[];
  /** What joins it to the one before it. */
  readonly after: '&&' | '||' | ';';
}

export type List = readonly Pipeline[];

const REDIRECTIONS: ReadonlySet<string> = new Set([
  '<',
  '>',
  '>>',
  '2>',
  '2>>',
  '1>',
  '&>',
  '<<<',
  '2>&1',
  '1>&2',
  '>&2',
]);
const WITHOUT_TARGET: ReadonlySet<string> = new Set(['2>&1', '1>&2', '>&2']);
const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;

/** Reads a script whole, before any of it is run. Throws ShellSyntaxError. */
export function parse(script: string): List {
  const reader = new Reader(lex(script));
  const list = reader.list([]);
  reader.end();
  return list;
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  end(): void {
    const token = this.#tokens[this.#at];
    if (token !== undefined) throw unexpected(token);
  }

  /** Up to one of the closing words, which is left. */
  list(closers: readonly string[]): List {
    const list: Pipeline[] = [];
    let after: Pipeline['after'] = ';';
    for (;;) {
      while (this.#is('\n') || (list.length > 0 && after === ';' && this.#is(';'))) this.#at += 1;
      const token = this.#tokens[this.#at];
      if (token === undefined || closers.includes(token.text)) break;
      list.push(this.#pipeline(after));
      if (this.#is('&&') || this.#is('||')) after = this.#take() as '&&' | '||';
      else if (this.#is(';') || this.#is('\n') || this.#is('&')) {
        this.#at += 1;
        after = ';';
      } else break;
    }
    return list;
  }

  #pipeline(after: Pipeline['after']): Pipeline {
    const negated = this.#is('!');
    if (negated) this.#at += 1;
    const commands = [this.#command()];
    while (this.#is('|')) {
      this.#at += 1;
      while (this.#is('\n')) this.#at += 1;
      commands.push(this.#command());
    }
    return { negated, commands, after };
  }

  #command(): Command {
    const token = this.#tokens[this.#at];
    switch (token?.text) {
      case '(':
      case '{':
        return this.#group(token.text === '(' ? ')' : '}');
      case 'if':
        return this.#if();
      case 'while':
      case 'until':
        return this.#while(token.text === 'until');
      case 'for':
        return this.#for();
      default:
        return this.#simple();
    }
  }

  #group(closer: string): Command {
    this.#at += 1;
    const body = this.list([closer]);
    this.#expect(closer);
    return { type: 'group', body, redirections: this.#redirections() };
  }

  #if(): Command {
    const branches: { test: List; body: List }[] = [];
    let otherwise: List | undefined;
    for (;;) {
      this.#at += 1;
      const test = this.list(['then']);
      this.#expect('then');
      branches.push({ test, body: this.list(['elif', 'else', 'fi']) });
      if (!this.#is('elif')) break;
    }
    if (this.#is('else')) {
      this.#at += 1;
      otherwise = this.list(['fi']);
    }
    this.#expect('fi');
    return { type: 'if', branches, ...(otherwise === undefined ? {} : { otherwise }) };
  }

  #while(until: boolean): Command {
    this.#at += 1;
    const test = this.list(['do']);
    return { type: 'while', until, test, body: this.#body() };
  }

  #for(): Command {
    this.#at += 1;
    const name = this.#take();
    const words: Word[] = [];
    if (this.#is('in')) {
      this.#at += 1;
      for (let token = this.#tokens[this.#at]; token?.type === 'word'; token = this.#tokens[this.#at]) {
        words.push(token.pieces);
        this.#at += 1;
      }
    }
    while (this.#is(';') || this.#is('\n')) this.#at += 1;
    return { type: 'for', name, words, body: this.#body() };
  }

  #body(): List {
    this.#expect('do');
    const body = this.list(['done']);
    this.#expect('done');
    return body;
  }

  #simple(): Simple {
    const assignments: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirections: Redirection[] = [];
    for (;;) {
      redirections.push(...this.#redirections());
      const token = this.#tokens[this.#at];
      if (token?.type !== 'word') break;
      const assigned = words.length === 0 ? assignment(token.pieces) : undefined;
      if (assigned === undefined) words.push(token.pieces);
      else assignments.push(assigned);
      this.#at += 1;
    }
    if (assignments.length + words.length + redirections.length === 0)
      throw unexpected(this.#tokens[this.#at]);
    return { type: 'simple', assignments, words, redirections };
  }

  #redirections(): Redirection[] {
    const found: Redirection[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token?.type !== 'operator' || !REDIRECTIONS.has(token.text)) return found;
      this.#at += 1;
      if (WITHOUT_TARGET.has(token.text)) {
        found.push({ operator: token.text });
        continue;
      }
      const target = this.#tokens[this.#at];
      if (target?.type !== 'word') throw unexpected(target);
      this.#at += 1;
      found.push({ operator: token.text, target: target.pieces });
    }
  }

  #is(text: string): boolean {
    return this.#tokens[this.#at]?.text === text;
  }

  #take(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw unexpected(token);
    this.#at += 1;
    return token.text;
  }

  #expect(text: string): void {
    if (!this.#is(text)) throw unexpected(this.#tokens[this.#at]);
    this.#at += 1;
  }
}

function assignment([first, ...rest]: Word): { name: string; value: Word } | undefined {
  if (first?.type !== 'text' || first.quoted) return undefined;
  const [, name, start] = ASSIGNMENT.exec(first.text) ?? [];
  if (name === undefined || start === undefined) return undefined;
  return { name, value: [{ type: 'text', text: start, quoted: true }, ...rest] };
}

function unexpected(token: Token | undefined): ShellSyntaxError {
  if (token === undefined) return new ShellSyntaxError('syntax error: unexpected end of file');
  const text = token.text === '\n' ? 'newline' : token.text;
  return new ShellSyntaxError(`syntax error near unexpected token \`${text}'`);
}

/** A piece of a word; quoted pieces are neither split nor globbed. */
export type Piece =
  | { readonly type: 'text'; readonly text: string; readonly quoted: boolean }
  | {
      readonly type: 'parameter';
      readonly name: string;
      readonly fallback?: string;
      readonly quoted: boolean;
    }
  | { readonly type: 'command'; readonly script: string; readonly quoted: boolean };

export type Token =
  | { readonly type: 'word'; readonly pieces: readonly Piece[]; readonly text: string }
  | { readonly type: 'operator'; readonly text: string };

/** The script cannot be read; the message is what a shell would say. */
export class ShellSyntaxError extends Error {}

const OPERATORS = [
  '2>&1',
  '1>&2',
  '>&2',
  '2>>',
  '&>',
  '2>',
  '1>',
  '&&',
  '||',
  '>>',
  '<<<',
  ';;',
  '>',
  '<',
  '|',
  ';',
  '&',
  '(',
  ')',
  '\n',
];
/** At these a word ends. */
const BREAKS = /[\s;&|<>()]/;
const NAME = /^(?:[A-Za-z_]\w*|[?#@*$!]|\d)/;

/** Splits a script into words and operators. Throws ShellSyntaxError. */
export function lex(script: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < script.length) {
    const rest = script.slice(at);
    const blank = /^(?:[ \t\r]|\\\n)+|^#[^\n]*/.exec(rest);
    if (blank !== null) {
      at += blank[0].length;
      continue;
    }
    const operator = OPERATORS.find((candidate) => rest.startsWith(candidate));
    if (operator !== undefined) {
      tokens.push({ type: 'operator', text: operator });
      at += operator.length;
      continue;
    }
    const word = readWord(script, at);
    tokens.push({ type: 'word', pieces: word.pieces, text: script.slice(at, word.end) });
    at = word.end;
  }
  return tokens;
}

function readWord(
  script: string,
  start: number,
): { readonly pieces: readonly Piece[]; readonly end: number } {
  const pieces: Piece[] = [];
  let at = start;
  while (at < script.length && !BREAKS.test(script[at] ?? '')) {
    const char = script[at] ?? '';
    if (char === "'") {
      const end = closing(script, "'", at + 1);
      pieces.push({ type: 'text', text: script.slice(at + 1, end), quoted: true });
      at = end + 1;
    } else if (char === '"') {
      at = readQuoted(script, at + 1, pieces);
    } else if (char === '\\') {
      pieces.push({ type: 'text', text: script[at + 1] ?? '', quoted: true });
      at += 2;
    } else if (char === '$' || char === '`') {
      at = readExpansion(script, at, false, pieces);
    } else {
      const plain = /^[^\s;&|<>()'"\\$`]+/.exec(script.slice(at))?.[0] ?? char;
      pieces.push({ type: 'text', text: plain, quoted: false });
      at += plain.length;
    }
  }
  return { pieces, end: at };
}

function readQuoted(script: string, start: number, pieces: Piece[]): number {
  let at = start;
  let text = '';
  const flush = () => {
    pieces.push({ type: 'text', text, quoted: true });
    text = '';
  };
  for (;;) {
    const char = script[at];
    if (char === undefined) throw new ShellSyntaxError('unexpected EOF while looking for matching `"\'');
    if (char === '"') {
      flush();
      return at + 1;
    }
    if (char === '\\' && /["\\$`\n]/.test(script[at + 1] ?? '')) {
      text += script[at + 1] === '\n' ? '' : script[at + 1];
      at += 2;
    } else if (char === '$' || char === '`') {
      flush();
      at = readExpansion(script, at, true, pieces);
    } else {
      text += char;
      at += 1;
    }
  }
}

function readExpansion(script: string, at: number, quoted: boolean, pieces: Piece[]): number {
  if (script[at] === '`') {
    const end = closing(script, '`', at + 1);
    pieces.push({ type: 'command', script: script.slice(at + 1, end), quoted });
    return end + 1;
  }
  if (script[at + 1] === '(') {
    const end = closingBracket(script, at + 2);
    pieces.push({ type: 'command', script: script.slice(at + 2, end), quoted });
    return end + 1;
  }
  if (script[at + 1] === '{') {
    const end = closing(script, '}', at + 2);
    const [, name, fallback] = /^(\w+|[?#@*])(?::?-(.*))?$/s.exec(script.slice(at + 2, end)) ?? [];
    if (name === undefined) throw new ShellSyntaxError(`${script.slice(at, end + 1)}: bad substitution`);
    pieces.push({ type: 'parameter', name, quoted, ...(fallback === undefined ? {} : { fallback }) });
    return end + 1;
  }
  const name = NAME.exec(script.slice(at + 1))?.[0];
  if (name === undefined) {
    pieces.push({ type: 'text', text: '$', quoted });
    return at + 1;
  }
  pieces.push({ type: 'parameter', name, quoted });
  return at + 1 + name.length;
}

function closing(script: string, mark: string, from: number): number {
  const end = script.indexOf(mark, from);
  if (end < 0) throw new ShellSyntaxError(`unexpected EOF while looking for matching \`${mark}'`);
  return end;
}

/** The bracket that closes a command substitution, over quotes and further ones. */
function closingBracket(script: string, from: number): number {
  let depth = 1;
  for (let at = from; at < script.length; at += 1) {
    const char = script[at];
    if (char === '\\') at += 1;
    else if (char === "'" || char === '"') at = closing(script, char, at + 1);
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    if (depth === 0) return at;
  }
  throw new ShellSyntaxError("unexpected EOF while looking for matching `)'");
}

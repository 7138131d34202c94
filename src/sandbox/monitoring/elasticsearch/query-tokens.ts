/** A piece of Lucene's query syntax. */
export type Token =
  | { readonly type: 'and' | 'or' | 'not' | 'must' | 'open' | 'close' }
  | { readonly type: 'field'; readonly name: string }
  /** Escapes are still in it. */
  | { readonly type: 'term'; readonly text: string }
  | { readonly type: 'phrase'; readonly text: string }
  | {
      readonly type: 'range';
      readonly from?: string;
      readonly to?: string;
      readonly includesFrom: boolean;
      readonly includesTo: boolean;
    };

const TERM = String.raw`(?:\\.|[^\s()"\[\]{}^~:\\/])`;
const WORDS: Readonly<Record<string, Token>> = {
  AND: { type: 'and' },
  '&&': { type: 'and' },
  OR: { type: 'or' },
  '||': { type: 'or' },
  NOT: { type: 'not' },
};
const SIGNS: Readonly<Record<string, Token>> = {
  '+': { type: 'must' },
  '-': { type: 'not' },
  '!': { type: 'not' },
  '(': { type: 'open' },
  ')': { type: 'close' },
};

type Found = { readonly token?: Token; readonly length: number };

/** The tokens of a text, or a sentence about what cannot be read. */
export function tokensOf(text: string, isSimple: boolean): readonly Token[] | string {
  const tokens: Token[] = [];
  for (let at = 0; at < text.length; ) {
    const rest = text.slice(at);
    const isFree = at === 0 || /[\s(:]/.test(text[at - 1] ?? '');
    const found = isSimple ? simple(rest, isFree) : full(rest, isFree);
    if (typeof found === 'string') return found;
    if (found.token !== undefined) tokens.push(found.token);
    at += found.length;
  }
  return tokens;
}

function full(rest: string, isFree: boolean): Found | string {
  const blank = /^\s+/.exec(rest);
  if (blank !== null) return { length: blank[0].length };
  const phrase = /^"((?:\\.|[^"\\])*)"/s.exec(rest);
  if (phrase !== null)
    return { token: { type: 'phrase', text: unescaped(phrase[1] ?? '') }, length: phrase[0].length };
  if (rest.startsWith('"')) return 'Lexical error: a quotation mark is not closed';
  const sign = SIGNS[rest[0] ?? ''];
  if (sign !== undefined && (isFree || sign.type === 'open' || sign.type === 'close'))
    return { token: sign, length: 1 };
  const word = /^(?:AND|OR|NOT|&&|\|\|)(?=[\s(]|$)/.exec(rest);
  if (word !== null) return { token: WORDS[word[0]] as Token, length: word[0].length };
  const range = /^([[{])\s*("[^"]*"|[^\s\]}]+)\s+TO\s+("[^"]*"|[^\s\]}]+)\s*([\]}])/.exec(rest);
  if (range !== null) return { token: rangeOf(range), length: range[0].length };
  const bound = new RegExp(`^(>=?|<=?)\\s*("[^"]*"|(?:${TERM}|:)+)`).exec(rest);
  if (bound !== null) return { token: boundOf(bound), length: bound[0].length };
  if (rest.startsWith('/')) return 'regular expressions are not supported by this sandbox';
  if (/^[~]/.test(rest)) return 'fuzziness and proximity (~) are not supported by this sandbox';
  const boost = /^\^\d+(?:\.\d+)?/.exec(rest);
  if (boost !== null) return { length: boost[0].length };
  const field = new RegExp(`^(${TERM}+):`).exec(rest);
  if (field !== null)
    return { token: { type: 'field', name: unescaped(field[1] ?? '') }, length: field[0].length };
  const term = new RegExp(`^${TERM}+`).exec(rest);
  return term === null
    ? `Encountered "${rest[0]}"`
    : { token: { type: 'term', text: term[0] }, length: term[0].length };
}

/** Whatever is no operator where it stands is text. */
function simple(rest: string, isFree: boolean): Found {
  const operator = /^\s*([+|])\s*/.exec(rest);
  if (operator !== null && !(isFree && rest.startsWith('+')))
    return { token: { type: operator[1] === '|' ? 'or' : 'and' }, length: operator[0].length };
  const blank = /^\s+/.exec(rest);
  if (blank !== null) return { length: blank[0].length };
  const phrase = /^"([^"]*)"/.exec(rest);
  if (phrase !== null) return { token: { type: 'phrase', text: phrase[1] ?? '' }, length: phrase[0].length };
  if (isFree && rest.startsWith('-')) return { token: { type: 'not' }, length: 1 };
  const paren = SIGNS[rest[0] ?? ''];
  if (paren?.type === 'open' || paren?.type === 'close') return { token: paren, length: 1 };
  const term = /^[^\s"()|+]+/.exec(rest);
  if (term === null) return { length: 1 };
  return { token: { type: 'term', text: term[0].replace(/[\\?]|\*(?!$)/g, '\\$&') }, length: term[0].length };
}

function rangeOf([, open, from = '', to = '', close]: RegExpExecArray): Token {
  return {
    type: 'range',
    from: unquoted(from),
    to: unquoted(to),
    includesFrom: open === '[',
    includesTo: close === ']',
  };
}

function boundOf([, sign = '', value = '']: RegExpExecArray): Token {
  const isWithin = sign.endsWith('=');
  return sign.startsWith('>')
    ? { type: 'range', from: unquoted(value), includesFrom: isWithin, includesTo: true }
    : { type: 'range', to: unquoted(value), includesFrom: true, includesTo: isWithin };
}

function unquoted(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1) : unescaped(text);
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}

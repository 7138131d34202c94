import { endOfString } from './template.ts';

const NAME = /[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*/y;
const BLANKS = /\s*/y;

export interface Dehyphenated {
  /** As long as the original, so that every position stays true. */
  readonly text: string;
  /** Where a name was changed → the name as it was written. */
  readonly names: ReadonlyMap<number, string>;
}

/**
 * CEL knows no hyphen in a name, runbooks do: `steps.switch-frontend.outputs.color`. After a dot, a hyphen that
 * stands between two characters of a name belongs to the name; a minus needs a blank before it. Names of
 * functions (`a.b-size(c)`), strings and comments are left alone.
 */
export function dehyphenate(text: string): Dehyphenated {
  const names = new Map<number, string>();
  if (!text.includes('-')) return { text, names };
  let result = '';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (char === '"' || char === "'") at = endOfString(text, at) - 1;
    else if (char === '/' && text[at + 1] === '/') at = endOfLine(text, at);
    else if (char === '.') {
      const start = skip(BLANKS, text, text[at + 1] === '?' ? at + 2 : at + 1);
      const end = skip(NAME, text, start);
      const name = text.slice(start, end);
      if (name.includes('-') && text[skip(BLANKS, text, end)] !== '(') {
        names.set(start, name);
        result += text.slice(copied, start) + name.replaceAll('-', '_');
        copied = end;
      }
      at = Math.max(at, end - 1);
    }
  }
  return { text: result + text.slice(copied), names };
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

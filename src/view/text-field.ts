import { type Row, row, span } from './text/row.ts';
import { characters, printable, width } from './text/width.ts';

/** A line being typed: characters as a person counts them, and the place of the cursor among them. */
export interface TextField {
  readonly characters: readonly string[];
  readonly cursor: number;
}

export const emptyField: TextField = { characters: [], cursor: 0 };

export function fieldOf(text: string): TextField {
  const typed = characters(printable(text));
  return { characters: typed, cursor: typed.length };
}

export function textOf(field: TextField): string {
  return field.characters.join('');
}

/** What was typed or pasted, as one line, at the cursor. */
export function insert(field: TextField, text: string): TextField {
  const before = field.characters.slice(0, field.cursor).join('') + printable(text.replace(/[\r\n]+$/, ''));
  const after = field.characters.slice(field.cursor).join('');
  return { characters: characters(before + after), cursor: characters(before).length };
}

/** An editing key; the field itself when the key edits nothing. */
export function edit(field: TextField, key: string): TextField {
  const { characters: typed, cursor } = field;
  switch (key) {
    case 'left':
    case 'ctrl+b':
      return { ...field, cursor: Math.max(0, cursor - 1) };
    case 'right':
    case 'ctrl+f':
      return { ...field, cursor: Math.min(typed.length, cursor + 1) };
    case 'home':
    case 'ctrl+a':
      return { ...field, cursor: 0 };
    case 'end':
    case 'ctrl+e':
      return { ...field, cursor: typed.length };
    case 'backspace':
    case 'ctrl+h':
      return cut(field, Math.max(0, cursor - 1), cursor);
    case 'delete':
    case 'ctrl+d':
      return cut(field, cursor, cursor + 1);
    case 'ctrl+u':
      return cut(field, 0, cursor);
    case 'ctrl+k':
      return cut(field, cursor, typed.length);
    case 'ctrl+w':
      return cut(field, wordStart(typed, cursor), cursor);
    default:
      return field;
  }
}

function cut({ characters: typed }: TextField, from: number, to: number): TextField {
  return { characters: [...typed.slice(0, from), ...typed.slice(to)], cursor: from };
}

function wordStart(typed: readonly string[], cursor: number): number {
  let at = cursor;
  while (at > 0 && typed[at - 1] === ' ') at -= 1;
  while (at > 0 && typed[at - 1] !== ' ') at -= 1;
  return at;
}

/** The field in `cells` cells, the cursor always in sight. */
export function fieldRow(field: TextField, cells: number, secret = false): Row {
  const typed = secret ? field.characters.map(() => '•') : field.characters;
  const isAtEnd = field.cursor >= typed.length;
  const under = isAtEnd ? ' ' : (typed[field.cursor] ?? ' ');
  const room = cells - width(under);
  let from = field.cursor;
  while (from > 0 && width(typed.slice(from - 1, field.cursor).join('')) <= room) from -= 1;
  const before = typed.slice(from, field.cursor).join('');
  let after = '';
  for (const character of typed.slice(field.cursor + 1)) {
    if (width(before + after + character) > room) break;
    after += character;
  }
  return row(span(before, 'strong'), span(under, 'button'), span(after, 'strong'));
}

import stringWidth from 'string-width';
import { neutralise } from '../../prose/neutralise.ts';

/** Printable ASCII, and what the screens draw with: characters of one cell each, that nothing joins. */
const SIMPLE = /^[\x20-\x7e·×‹›•…←-↓↶↷─-╿▀-▟▶▸●○◐⚠✔✖❯]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The one door to the terminal: a line without anything that a terminal would obey. */
export function printable(text: string): string {
  return neutralise(text);
}

/** Terminal cells. */
export function width(text: string): number {
  return SIMPLE.test(text) ? text.length : stringWidth(text);
}

/** What a person takes for one character. */
export function characters(text: string): readonly string[] {
  return SIMPLE.test(text) ? [...text] : Array.from(graphemes.segment(text), (part) => part.segment);
}

function head(text: string, cells: number): string {
  if (SIMPLE.test(text)) return text.slice(0, Math.max(0, cells));
  let taken = '';
  let used = 0;
  for (const character of characters(text)) {
    used += width(character);
    if (used > cells) break;
    taken += character;
  }
  return taken;
}

function tail(text: string, cells: number): string {
  if (SIMPLE.test(text)) return text.slice(Math.max(0, text.length - cells));
  let taken = '';
  let used = 0;
  for (const character of characters(text).toReversed()) {
    used += width(character);
    if (used > cells) break;
    taken = character + taken;
  }
  return taken;
}

/** Cut at the end, with a mark where it was cut. */
export function clip(text: string, cells: number, mark = '…'): string {
  if (width(text) <= cells) return text;
  return cells < width(mark) ? '' : head(text, cells - width(mark)) + mark;
}

/** Cut in the middle: for names whose end tells them apart. */
export function clipMiddle(text: string, cells: number, mark = '…'): string {
  if (width(text) <= cells) return text;
  const left = cells - width(mark);
  if (left < 2) return clip(text, cells, mark);
  const end = Math.floor(left / 2);
  return head(text, left - end) + mark + tail(text, end);
}

export function padEnd(text: string, cells: number): string {
  return text + ' '.repeat(Math.max(0, cells - width(text)));
}

export function padStart(text: string, cells: number): string {
  return ' '.repeat(Math.max(0, cells - width(text))) + text;
}

/** Lines of at most `cells`, broken at spaces where there are some; a word longer than a line is cut. */
export function wrap(text: string, cells: number): readonly string[] {
  if (cells < 1) return [];
  return text.split('\n').flatMap((paragraph) => {
    const indent = head(
      /^ */.exec(paragraph)?.[0] ?? '',
      Math.max(0, Math.min(Math.floor(cells / 2), cells - 2)),
    );
    return wrapParagraph(paragraph.trimStart(), cells - indent.length).map((line) => indent + line);
  });
}

/** Lines of exactly `cells`, cut wherever they end: for commands, whose spaces mean something. */
export function chop(text: string, cells: number): readonly string[] {
  return pieces(text, Math.max(1, cells));
}

function wrapParagraph(paragraph: string, cells: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(' ').flatMap((long) => pieces(long, cells))) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (width(joined) <= cells) {
      line = joined;
    } else {
      if (line !== '') lines.push(line);
      line = word;
    }
  }
  lines.push(line);
  return lines;
}

function pieces(word: string, cells: number): readonly string[] {
  const cut: string[] = [];
  let rest = word;
  while (width(rest) > cells) {
    const piece = head(rest, cells) || (characters(rest)[0] ?? '');
    cut.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...cut, rest];
}

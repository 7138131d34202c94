import { clip, clipMiddle, padEnd, padStart, printable, width, wrap } from './width.ts';

/** What a piece of text means; the theme decides how that looks. */
export type Tone =
  | 'plain'
  | 'muted'
  | 'strong'
  | 'accent'
  | 'good'
  | 'warn'
  | 'bad'
  | 'added'
  | 'removed'
  | 'border'
  | 'border-focus'
  | 'button'
  | 'badge-incident'
  | 'badge-drill'
  | 'badge-preview'
  | 'badge-good'
  | 'badge-warn'
  | 'badge-bad';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
  /** An address that was found to be harmless: what a click on the text opens. */
  readonly href?: string;
}

/** One line of the screen. */
export type Row = readonly Span[];

export const span = (text: string, tone: Tone = 'plain'): Span => ({ text: printable(text), tone });
export const row = (...spans: readonly (Span | string)[]): Row =>
  spans.map((part) => (typeof part === 'string' ? span(part) : part));
export const blank: Row = [];

export function rowWidth(line: Row): number {
  return line.reduce((sum, part) => sum + width(part.text), 0);
}

/** Exactly `cells` wide: cut with a mark, or padded. */
export function fitted(line: Row, cells: number): Row {
  const total = rowWidth(line);
  if (total <= cells)
    return total === cells ? line : [...line, { text: ' '.repeat(cells - total), tone: 'plain' }];
  const kept: Span[] = [];
  let left = cells;
  for (const [place, part] of line.entries()) {
    const size = width(part.text);
    const isLast = rowWidth(line.slice(place + 1)) === 0;
    if (size < left || (size === left && isLast)) {
      kept.push(part);
      left -= size;
      continue;
    }
    // Something follows that no longer fits: this span carries the mark.
    const text = clip(size <= left ? `${part.text}  ` : part.text, left);
    kept.push({ text: padEnd(text, left), tone: part.tone });
    break;
  }
  return kept;
}

/** Left and right on one line; the left gives way. */
export function spread(left: Row, right: Row, cells: number): Row {
  const room = cells - rowWidth(right);
  if (room < 4) return fitted(left, cells);
  return [...fitted(left, room), ...right];
}

export function plainText(line: Row): string {
  return line.map((part) => part.text).join('');
}

export function sameRow(a: Row, b: Row): boolean {
  return (
    a === b ||
    (a.length === b.length &&
      a.every(
        (part, place) =>
          part.text === b[place]?.text && part.tone === b[place]?.tone && part.href === b[place]?.href,
      ))
  );
}

export function sameRows(a: readonly Row[], b: readonly Row[]): boolean {
  return a === b || (a.length === b.length && a.every((line, place) => sameRow(line, b[place] ?? blank)));
}

/** Text over several rows, the following ones indented by `indent`. */
export function paragraph(text: string, cells: number, tone: Tone = 'plain', lead: Row = []): readonly Row[] {
  const indent = rowWidth(lead);
  const lines = text.split('\n').flatMap((line) => wrap(printable(line), cells - indent));
  return lines.map((line, place) => [
    ...(place === 0 ? lead : indent === 0 ? [] : [span(' '.repeat(indent))]),
    span(line, tone),
  ]);
}

export interface Column {
  readonly min?: number;
  readonly max?: number;
  readonly align?: 'left' | 'right';
  /** Where a cell is cut when it is too long. */
  readonly cut?: 'end' | 'middle';
  /** Gives way when the row is too wide, those of the highest rank first. */
  readonly gives?: number;
  /** Rather not there than cut. */
  readonly whole?: true;
}

/** Cells in columns as wide as their widest cell, two spaces between, cut down to `cells`. */
export function table(lines: readonly Row[], columns: readonly Column[], cells: number): readonly Row[] {
  const widths = columns.map((column, place) => {
    const widest = Math.max(0, ...lines.map((line) => width(line[place]?.text ?? '')));
    return Math.min(column.max ?? Number.POSITIVE_INFINITY, Math.max(column.min ?? 0, widest));
  });
  shrink(widths, columns, cells);
  return lines.map((line) =>
    columns.flatMap((column, place) => {
      const size = widths[place] ?? 0;
      if (size === 0) return [];
      const part = line[place] ?? span('');
      const text = column.cut === 'middle' ? clipMiddle(part.text, size) : clip(part.text, size);
      const isLast = widths.slice(place + 1).every((next) => next === 0);
      const padded = column.align === 'right' ? padStart(text, size) : isLast ? text : padEnd(text, size);
      return [{ text: padded, tone: part.tone }, ...(isLast ? [] : [span('  ')])];
    }),
  );
}

function shrink(widths: number[], columns: readonly Column[], cells: number): void {
  const excess = () => widths.reduce((sum, size) => sum + (size === 0 ? 0 : size + 2), -2) - cells;
  const ranks = [...new Set(columns.map((column) => column.gives ?? 0))].filter((rank) => rank > 0);
  for (const rank of ranks.toSorted((a, b) => b - a)) {
    const givers = columns.flatMap((column, place) => (column.gives === rank ? [{ column, place }] : []));
    for (const { column, place } of givers) {
      if (column.whole && excess() > 0) widths[place] = 0;
    }
    while (excess() > 0) {
      const widest = givers
        .filter(({ column, place }) => (widths[place] ?? 0) > (column.min ?? 4))
        .toSorted((a, b) => (widths[b.place] ?? 0) - (widths[a.place] ?? 0))[0];
      if (widest === undefined) break;
      widths[widest.place] = (widths[widest.place] ?? 0) - 1;
    }
  }
}

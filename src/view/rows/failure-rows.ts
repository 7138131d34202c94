import { paragraph, type Row, row, span } from '../text/row.ts';
import { glyphs } from '../theme.ts';

/** What happened, to what; and what to do next. */
export function failureRows(
  message: string,
  next: string | undefined,
  width: number,
  glyph: string = glyphs.failed,
): readonly Row[] {
  const tone = glyph === glyphs.failed ? 'bad' : 'warn';
  return [
    ...paragraph(message, width, 'strong', row(span(`${glyph} `, tone))),
    ...(next === undefined ? [] : paragraph(next, width, 'plain', row(span(`${glyphs.arrow} `, 'accent')))),
  ];
}

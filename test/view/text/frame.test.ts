import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framed, scrollMarks, topToShow, viewport } from '../../../src/view/text/frame.ts';
import {
  fitted,
  plainText,
  type Row,
  row,
  rowWidth,
  span,
  spread,
  table,
} from '../../../src/view/text/row.ts';
import { frames } from '../../../src/view/theme.ts';

const lines = (...texts: string[]): Row[] => texts.map((text) => row(text));
const anyRow = fc
  .array(fc.string({ unit: 'grapheme', maxLength: 30 }), { maxLength: 5 })
  .map((texts) => row(...texts));

describe('rows', () => {
  it('are exactly as wide as asked, whatever is in them', () => {
    fc.assert(
      fc.property(anyRow, anyRow, fc.integer({ min: 1, max: 80 }), (left, right, cells) => {
        expect(rowWidth(fitted(left, cells))).toBe(cells);
        expect(rowWidth(spread(left, right, cells))).toBe(cells);
      }),
    );
  });

  it('carry a mark where they were cut, even between two spans', () => {
    expect(plainText(fitted(row(span('12345'), span('67890')), 8))).toBe('1234567…');
    expect(plainText(fitted(row(span('12345'), span('67890')), 5))).toBe('1234…');
    expect(plainText(fitted(row(span('12345'), span('')), 5))).toBe('12345');
  });

  it('stand in columns; the highest rank gives way first, and what would be cut may go', () => {
    const cells = [
      row('frontend-green', '0/3', 'CrashLoopBackOff', '14 restarts'),
      row('db', '1/1', 'Running', ''),
    ];
    const columns = [
      { gives: 1, min: 6 },
      {},
      { gives: 2, min: 8 },
      { gives: 3, whole: true, min: 0 },
    ] as const;
    const drawn = (width: number) => table(cells, columns, width).map((line) => plainText(line).trimEnd());
    expect(drawn(60)).toEqual([
      'frontend-green  0/3  CrashLoopBackOff  14 restarts',
      'db              1/1  Running',
    ]);
    expect(drawn(34)).toEqual(['frontend-green  0/3  CrashLoopBac…', 'db              1/1  Running']);
  });
});

describe('frames', () => {
  it('are exactly as large as asked', () => {
    const sizes = fc.integer({ min: 6, max: 120 });
    fc.assert(
      fc.property(
        anyRow,
        anyRow,
        fc.array(anyRow, { maxLength: 40 }),
        sizes,
        sizes,
        (title, aside, body, width, height) => {
          const rows = framed({ title, aside, body, width, height, frame: frames.drill, foot: aside });
          expect(rows).toHaveLength(height);
          for (const line of rows) expect(rowWidth(line)).toBe(width);
        },
      ),
    );
  });

  it('show title, aside and what is out of sight', () => {
    const seen = viewport(lines('a', 'b', 'c', 'd'), 2, 1);
    const rows = framed({
      title: row('Steps'),
      aside: row('live'),
      body: seen.rows,
      width: 24,
      height: 4,
      frame: frames.incident,
      foot: scrollMarks(seen),
    });
    expect(rows.map(plainText)).toEqual([
      '╭─ Steps ─────── live ─╮',
      '│ b                    │',
      '│ c                    │',
      '╰────── ↑ 1  ↓ 1 more ─╯',
    ]);
  });

  it.each([
    [0, 10, 4, 0],
    [5, 10, 4, 3],
    [9, 10, 4, 6],
    [2, 3, 8, 0],
  ])('keep row %i of %i in sight of %i from row %i', (at, total, height, top) => {
    expect(topToShow(at, total, height)).toBe(top);
  });
});

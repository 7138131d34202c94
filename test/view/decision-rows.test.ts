import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionRows } from '../../src/view/rows/decision-rows.ts';
import type { Row } from '../../src/view/text/row.ts';

const text = (row: Row) => row.map((span) => span.text).join('');
const answers = (count: number) =>
  Array.from({ length: count }, (_, place) => ({
    value: `v${place}`,
    label: `back to version ${place}`,
    description: `It ran for ${place} days and crossed some migrations, which are named here at length.`,
  }));

describe('the answers of a decision', () => {
  it('stand with their reasons where there is room', () => {
    const rows = decisionRows('Which?', answers(2), { width: 60, height: 20, focus: 0 }).map(text);
    expect(rows.filter((line) => line.includes('It ran for'))).toHaveLength(2);
    expect(rows.at(-1)).toContain('enter gives it');
  });

  it('keep the reason of the marked one when it gets narrow', () => {
    const rows = decisionRows('Which?', answers(4), { width: 60, height: 9, focus: 2 }).map(text);
    expect(rows.filter((line) => line.includes('It ran for'))).toEqual([
      '      It ran for 2 days and crossed some migrations, which',
    ]);
    expect(rows).toHaveLength(8);
  });

  it('say how many are out of sight', () => {
    const rows = decisionRows('Which?', answers(9), { width: 60, height: 8, focus: 4 }).map(text);
    expect(rows.join('\n')).toMatch(/↑ \d more answers?.*❯ {2}5 {2}back to version 4.*↓ \d more answers?/s);
  });

  it('always have the marked one among them, and never more rows than fit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.nat(),
        fc.integer({ min: 2, max: 40 }),
        fc.string({ maxLength: 300 }),
        (count, mark, height, message) => {
          const focus = mark % count;
          const rows = decisionRows(message || 'Which?', answers(count), { width: 50, height, focus });
          expect(rows.length).toBeLessThanOrEqual(height);
          expect(rows.some((row) => text(row).includes(`${focus + 1}  back to version ${focus} `))).toBe(
            true,
          );
        },
      ),
    );
  });
});

import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import {
  characters,
  chop,
  clip,
  clipMiddle,
  padStart,
  printable,
  width,
  wrap,
} from '../../../src/view/text/width.ts';

describe('text in terminal cells', () => {
  it.each([
    ['frontend-green', 20, 'frontend-green'],
    ['frontend-green', 9, 'frontend…'],
    ['frontend-green', 0, ''],
    ['日本語のポッド', 7, '日本語…'],
  ])('clips %s to %i cells', (text, cells, expected) => {
    expect(clip(text, cells)).toBe(expected);
  });

  it.each([
    ['frontend-green-7d9c5b8f66-x2k4p', 15, 'fronten…6-x2k4p'],
    ['frontend-green', 14, 'frontend-green'],
    ['frontend-green', 2, 'f…'],
  ])('clips the middle of %s to %i cells, as its end tells it apart', (text, cells, expected) => {
    expect(clipMiddle(text, cells)).toBe(expected);
  });

  it.each([
    ['one two three', 7, ['one two', 'three']],
    ['  app: green', 40, ['  app: green']],
    ['  keeps its indent on every line', 20, ['  keeps its indent', '  on every line']],
    ['averyverylongword', 6, ['averyv', 'erylon', 'gword']],
    ['first\nsecond', 20, ['first', 'second']],
    ['', 10, ['']],
  ])('wraps %j at %i cells', (text, cells, expected) => {
    expect(wrap(text, cells)).toEqual(expected);
  });

  it('chops a command without losing a space', () => {
    expect(chop("kubectl patch -p '{a: b}'", 10).join('')).toBe("kubectl patch -p '{a: b}'");
  });

  it('never makes text wider than it may be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 60 }), (raw, cells) => {
        const text = printable(raw);
        expect(width(clip(text, cells))).toBeLessThanOrEqual(cells);
        expect(width(clipMiddle(text, cells))).toBeLessThanOrEqual(cells);
        expect(width(padStart(clip(text, cells), cells))).toBe(cells);
        // A character cannot be made narrower than it is.
        const widest = Math.max(2, ...characters(text).map(width));
        for (const line of wrap(text, cells))
          expect(width(line)).toBeLessThanOrEqual(Math.max(widest, cells));
      }),
    );
  });

  it('lets nothing through that a terminal would obey', () => {
    expect(printable('pod\u001b[2J\u001b]0;owned\u0007\nname')).toBe('pod name');
  });
});

it('knows the width of what screens are drawn with, without measuring it', () => {
  const drawn = '·×‹›•…←↑→↓↶↷─│╌╎═║╔╗╚╝╭╮╯╰┌┐└┘▁▂▃▄▅▆▇█▏░▶▸●○◐⚠✔✖❯';
  for (const character of drawn) {
    expect([character, stringWidth(character)]).toEqual([character, 1]);
    expect(stringWidth(`a${character}b`)).toBe(3);
  }
  expect(width(drawn)).toBe(stringWidth(drawn));
});

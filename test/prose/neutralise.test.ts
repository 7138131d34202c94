import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { neutralise } from '../../src/prose/neutralise.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: this is what must not be left
const DANGEROUS = /[\x00-\x1f\x7f-\x9f]|[\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        '\u001b',
        '\u001b[',
        '\u001b]0;',
        '\u0007',
        '\u009b',
        '31m',
        '\u202e',
        '\u200d',
        '👩',
        '\n',
        '\r',
        '\t',
        '\ud800',
      ),
    ),
    { maxLength: 20 },
  )
  .map((parts) => parts.join(''));

describe('neutralise', () => {
  it.each(['\u009d', '\u0090', '\u001b]', '\u001b[', '\u009b1', '\u001b '])(
    'takes %j a hundred thousand times as it comes: in a moment',
    (opening) => {
      const began = performance.now();
      expect(neutralise(opening.repeat(100_000))).not.toMatch(DANGEROUS);
      expect(performance.now() - began).toBeLessThan(1_000);
    },
  );

  it.each([
    ['colour', 'a\u001b[31;1mred\u001b[0m', 'ared'],
    ['a cleared screen', '\u001b[2J\u001b[Hgone', 'gone'],
    ['a C1 introducer', '\u009b31mred', 'red'],
    ['a window title', 'x\u001b]0;owned\u0007y', 'xy'],
    ['a hyperlink', '\u001b]8;;http://evil\u001b\\click\u001b]8;;\u001b\\', 'click'],
    ['a clipboard write', '\u001b]52;c;cm0gLXJm\u0007', ''],
    ['a device string', 'a\u001bPq#0\u001b\\b', 'ab'],
    ['a reset', '\u001bcboo', 'boo'],
    ['an unfinished sequence', 'a\u001b[31', 'a␛[31'],
    ['an unfinished title keeps its text', '\u001b]0;evidence', '␛]0;evidence'],
    ['a bell, a backspace, a delete', '\u0007\b\u007f', '␇␈␡'],
    ['a bidi override', 'user\u202etxt.exe', 'usertxt.exe'],
    ['zero-width letters', 'ad\u200bmi\u200dn\ufeff', 'admin'],
    ['tags', `pod${String.fromCodePoint(0xe0041)}`, 'pod'],
    ['lines', 'a\nb\r\nc\td', 'a b c d'],
    ['a lone surrogate', 'a\ud800', 'a\ufffd'],
    ['an emoji family stays', '👩‍👧', '👩‍👧'],
    ['other scripts stay', 'naïve 数据库 שלום', 'naïve 数据库 שלום'],
  ])('%s', (_case, text, expected) => {
    expect(neutralise(text)).toBe(expected);
  });

  it('keeps lines and tabs when asked, and takes carriage returns for lines', () => {
    expect(neutralise('a\n\tb\r\n50%\r100%\u001b[K', { multiline: true })).toBe('a\n\tb\n50%\n100%');
  });

  it('leaves nothing dangerous, whatever it is given', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(neutralise(text)).not.toMatch(DANGEROUS);
        expect(neutralise(text, { multiline: true }).replace(/[\n\t]/g, '')).not.toMatch(DANGEROUS);
      }),
      { numRuns: 500 },
    );
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const once = neutralise(text, { multiline: true });
        expect(neutralise(once, { multiline: true })).toBe(once);
      }),
      { numRuns: 500 },
    );
  });

  it('gives clean ASCII back as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(neutralise(text)).toBe(text);
      }),
    );
  });

  it('stays linear on text made to be slow', () => {
    const nasty = `${'\u001b]'.repeat(20_000)}\u001b[${';'.repeat(200_000)}${'\u200d'.repeat(50_000)}`;
    const started = performance.now();
    neutralise(nasty);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shellLine, shellQuote } from '../../src/prose/shell-quote.ts';

it.each([
  ['plain', 'plain'],
  ['--flag=a/b:c@d', '--flag=a/b:c@d'],
  ['', "''"],
  ['two words', "'two words'"],
  ["it's", "'it'\\''s'"],
  ['$HOME `id` !! *', "'$HOME `id` !! *'"],
  ['~/x', "'~/x'"],
  ['a\nb', "'a\nb'"],
])('quotes %j as %j', (word, quoted) => {
  expect(shellQuote(word)).toBe(quoted);
});

it('is read back by a real shell, whatever the words are', () => {
  const words = fc.sample(
    fc.string({ unit: 'grapheme' }).map((word) => word.replaceAll('\0', '')),
    200,
  );
  const read = execFileSync('sh', ['-c', `printf '%s\\0' ${shellLine(words)}`], { encoding: 'utf8' });
  expect(read.split('\0').slice(0, -1)).toEqual(words);
});

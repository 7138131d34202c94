import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../src/prose/duration.ts';

describe('parseDuration', () => {
  it.each([
    ['10s', 10_000],
    ['2m', 120_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1m500ms', 60_500],
    ['1.5s', 1500],
    ['0s', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });
  it.each(['', '10', 's', '30m1h', '10 s', '-1s', '1d', 'PT1M', '1h1h', '1e3s'])('"%s" is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

it('reads back what formatDuration writes', () => {
  fc.assert(
    fc.property(fc.nat(1e10), (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    }),
  );
});

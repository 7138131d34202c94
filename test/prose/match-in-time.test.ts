import { describe, expect, it } from 'vitest';
import { matchInTime } from '../../src/prose/match-in-time.ts';

describe('matching a text that someone else wrote', () => {
  it.each([
    [/"status":\s*"UP"/u, '{"status": "UP"}', true],
    [/"status":\s*"UP"/u, '{"status": "DOWN"}', false],
    [/^(a+)+$/u, `${'a'.repeat(60)}!`, undefined],
  ])('%s', (pattern, text, expected) => {
    const began = performance.now();
    expect(matchInTime(pattern, text)).toBe(expected);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

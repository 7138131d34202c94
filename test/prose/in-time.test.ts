import { describe, expect, it } from 'vitest';
import { inTime, TakesTooLong } from '../../src/prose/in-time.ts';

describe('computing over what someone else wrote', () => {
  it('gives the value, or what was thrown', () => {
    expect(inTime(() => ({ up: /UP/u.test('UP') }))).toEqual({ up: true });
    expect(() => inTime(() => BigInt('x'))).toThrow(SyntaxError);
  });

  it('gives up a pattern that would never come to an end', () => {
    const began = performance.now();
    expect(() => inTime(() => /^(a+)+$/u.test(`${'a'.repeat(60)}!`))).toThrow(TakesTooLong);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

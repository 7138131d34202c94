import { describe, expect, it } from 'vitest';
import { inputProblem } from '../../src/runbook/inputs.ts';
import type { InputSpec } from '../../src/runbook/runbook.ts';

const spec = (type: InputSpec['type'], more: Partial<InputSpec> = {}): InputSpec => ({
  name: 'one',
  type,
  required: true,
  ...more,
});

describe('an input', () => {
  it.each([
    ['pin', 'a text of at least 4 characters: a shorter secret could not be kept out of the journal'],
    ['word', undefined],
    [1234, 'a text'],
  ])('that is secret and %j expects %j', (value, expected) => {
    expect(inputProblem(value, spec('secret'))).toBe(expected);
  });

  it('that is secret has a pattern like any other', () => {
    expect(inputProblem('abcd', spec('secret', { pattern: '[0-9]+' }))).toBe('a text that matches [0-9]+');
  });
});

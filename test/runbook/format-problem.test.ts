import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../src/runbook/format-problem.ts';

const problem = { file: '/a/b.yaml', line: 3, column: 8, message: 'it is wrong', source: 'title: x' };

describe('formatProblem', () => {
  it('shows the line and the place', () => {
    expect(formatProblem({ ...problem, expected: 'a number', suggestion: 'did you mean "1"?' })).toBe(
      `/a/b.yaml:3:8: it is wrong
    3 │ title: x
      │        ^
        expected: a number
        did you mean "1"?`,
    );
  });
  it('points at the right column behind wide characters', () => {
    expect(formatProblem({ ...problem, source: '警告é: x', column: 6 }).split('\n')[2]).toBe(
      '      │        ^',
    );
  });
  it('cuts a long line around the place', () => {
    const lines = formatProblem({
      ...problem,
      source: `${'a'.repeat(500)}X${'b'.repeat(500)}`,
      column: 501,
    }).split('\n');
    expect(lines[1]).toHaveLength(110);
    expect(lines[1]?.[lines[2]?.indexOf('^') ?? 0]).toBe('X');
  });
  it('lets nothing of the file reach the terminal as a command', () => {
    const hostile = '\u001b]0;owned\u0007\u001b[2Jx';
    const text = formatProblem({
      file: hostile,
      line: 1,
      column: 1,
      message: hostile,
      source: hostile,
      expected: hostile,
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  });
  it('is the file and the sentence where no place is known', () => {
    expect(formatProblem({ file: 'x.yaml', message: 'the file is empty' })).toBe('x.yaml: the file is empty');
  });
});

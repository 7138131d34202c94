import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dehyphenate } from '../../src/runbook/hyphens.ts';

describe('dehyphenate', () => {
  it.each([
    ['steps.a-b.outputs.c-d', 'steps.a_b.outputs.c_d', ['a-b', 'c-d']],
    ['steps.a-b - 1', 'steps.a_b - 1', ['a-b']],
    ['inputs.a -1', 'inputs.a -1', []],
    ['inputs.a- 1', 'inputs.a- 1', []],
    ['size(x)-1', 'size(x)-1', []],
    ['a-b', 'a-b', []],
    ['1.5-2', '1.5-2', []],
    ['"x.a-b" + y.c-d', '"x.a-b" + y.c_d', ['c-d']],
    ["'it\\'s.a-b' == y.c-d", "'it\\'s.a-b' == y.c_d", ['c-d']],
    ['"""x " .a-b""" + y.c-d', '"""x " .a-b""" + y.c_d', ['c-d']],
    ['x.a-size(y)', 'x.a-size(y)', []],
    ['x.?a-b', 'x.?a_b', ['a-b']],
    ['x. a-b', 'x. a_b', ['a-b']],
    ['1 // x.a-b\n+ x.c-d', '1 // x.a-b\n+ x.c_d', ['c-d']],
  ])('%s', (text, plain, names) => {
    const result = dehyphenate(text);
    expect(result.text).toBe(plain);
    expect([...result.names.values()]).toEqual(names);
  });

  it('keeps every position', () => {
    const piece = fc.constantFrom(
      'steps.a-b',
      '"x.y-z"',
      '.c-d',
      ' - ',
      '1',
      "'",
      '\\',
      '// ',
      '\n',
      '(',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        const result = dehyphenate(text);
        expect(result.text).toHaveLength(text.length);
        for (const [at, name] of result.names) expect(text.slice(at, at + name.length)).toBe(name);
      }),
    );
  });
});

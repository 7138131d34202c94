import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from '../../src/runbook/parse.ts';
import { fixtureKinds } from './fixture-kinds.ts';
import { problemsOf, runbookOf, withSteps } from './problems.ts';

const valid = withSteps('  - { id: a, title: "Ä ${{ 1 + 1 }}", uses: look }');
const bytes = (...values: number[]) => new Uint8Array(values);

describe('files that are no text', () => {
  it.each<[string, Uint8Array | string, string]>([
    ['empty', '', 'the file is empty (a runbook in YAML)'],
    ['blank', ' \r\n\n', 'the file is empty (a runbook in YAML)'],
    ['binary', bytes(0x7f, 0x45, 0, 1), 'the file is binary, not text (YAML in UTF-8)'],
    ['broken UTF-8 with zeros', bytes(0xe9, 0, 1), 'the file is binary, not text (YAML in UTF-8)'],
    ['Latin-1', bytes(0x61, 0x3a, 0x20, 0xe9), 'the file is not valid UTF-8 (YAML in UTF-8)'],
    ['UTF-16', bytes(0xff, 0xfe, 0x61, 0), 'the file is UTF-16 (UTF-8)'],
    [
      'five megabytes',
      new Uint8Array(5 * 1024 * 1024),
      'the file is 5.0 MiB, more than a runbook can be (a file of at most 1 MiB)',
    ],
  ])('%s', (_name, content, problem) => {
    expect(problemsOf(content)).toEqual([problem]);
  });
});

describe('files that are written differently', () => {
  it('may begin with a byte order mark', () => {
    expect(problemsOf(`\ufeff${valid}`)).toEqual([]);
    expect(problemsOf(new TextEncoder().encode(`\ufeff${valid}`))).toEqual([]);
  });
  it('may end lines with CR LF, and places stay true', () => {
    expect(problemsOf(valid.replaceAll('\n', '\r\n'))).toEqual([]);
    expect(problemsOf(valid.replace('look', 'lock').replaceAll('\n', '\r\n'))).toEqual([
      '5:45 there is no kind of step "lock" → did you mean "look"?',
    ]);
  });
  it('may use anchors for whole values, and are told where the value stands', () => {
    const text = withSteps(
      '  - { id: a, title: A, uses: look, outputs: &o { c: result.color } }\n  - { id: b, title: B, uses: look, outputs: *o }',
    );
    expect(runbookOf(text).steps[1]?.outputs).toEqual({ c: 'result.color' });
    expect(problemsOf(text.replace('result.color', 'result.colr'))).toEqual([
      '5:60 the result has no "colr" (color or replicas) → did you mean "color"?',
      '5:60 the result has no "colr" (color or replicas) → did you mean "color"?',
    ]);
  });
});

describe('files that are hostile', () => {
  const many = 2 ** 19;
  it.each([
    ['brackets', '['.repeat(many)],
    ['braces', '{a: '.repeat(many / 4)],
    ['dashes', '- '.repeat(many / 2)],
    ['question marks', '? '.repeat(many / 2)],
    ['indentation', Array.from({ length: 900 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['commas', `[${','.repeat(many)}`],
    ['closing brackets', ']'.repeat(many)],
    ['quotes', '"'.repeat(many)],
    ['keys', Array.from({ length: 40_000 }, (_, place) => `k${place}: 1`).join('\n')],
    ['tags', '!a '.repeat(many / 4)],
    ['anchors', '&a '.repeat(many / 4)],
    ['aliases', `a: &a [x]\nb: [${'*a,'.repeat(many / 8)}]`],
    ['an expression', withSteps(`  - { id: a, title: "\${{ ${'('.repeat(many / 2)} }}", uses: look }`)],
    ['expressions', withSteps(`  - { id: a, title: "${'${{ x }}'.repeat(many / 16)}", uses: look }`)],
    [
      'vars',
      `vars:\n${Array.from({ length: 9000 }, (_, place) => `  v${place}: \${{ vars.v${place + 1} }}`).join('\n')}`,
    ],
  ])('%s: problems, soon, and not too many', (_name, text) => {
    const found = problemsOf(text);
    expect(found.length).toBeGreaterThan(0);
    expect(found.length).toBeLessThanOrEqual(101);
  });

  it('never throw, whatever the bytes', () => {
    const piece = fc.constantFrom(
      'apiVersion: rollbook/v1\n',
      'id: a\n',
      'title: T\n',
      'steps:\n',
      '  - id: a\n',
      '    title: ',
      '    uses: look\n',
      'inputs:\n',
      '  a: { type: string }\n',
      '${{ inputs.a }}',
      '${{',
      '}}',
      '\t',
      '&a ',
      '*a',
      '<<: *a',
      '{',
      '[',
      ': ',
      '- ',
      '|\n',
      '"',
      "'",
      '#',
      '\r',
      '\0',
      '\u2028',
      '---\n',
      '...\n',
      '? ',
      '!!binary ',
      '%YAML 1.1\n',
      '__proto__: 1\n',
      'null',
      '~',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join('')),
    );
    const content = fc.oneof(
      fc.uint8Array(),
      text,
      text.map((some) => valid + some),
    );
    fc.assert(
      fc.property(content, (some) => {
        const result = parse(some, '/x.yaml', { kinds: fixtureKinds });
        if (!result.ok) expect(result.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('never throw when a valid file loses or gains a piece', () => {
    const whole = withSteps(
      '  - id: a\n    title: "A ${{ inputs.x }}"\n    uses: look\n    outputs: { c: result.color }\n  - id: b\n    title: B\n    uses: write/scale\n    with: { name: b, replicas: "${{ inputs.n + 1 }}" }\n    if: steps.a.outputs.c == "blue"\n    on-failure: { undo: [a] }',
      'inputs:\n  x: { type: string, default: y }\n  n: { type: number, default: 1 }\nvars: { v: "${{ inputs.x }}" }',
    );
    expect(problemsOf(whole)).toEqual([]);
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(30), fc.string({ maxLength: 3 }), (at, length, put) => {
        const result = parse(whole.slice(0, at) + put + whole.slice(at + length), '/x.yaml', {
          kinds: fixtureKinds,
        });
        expect(result.ok || result.problems.length > 0).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/ports/json.ts';
import {
  createScope,
  ExpressionFailure,
  evaluateCondition,
  evaluateExpression,
  renderTemplate,
} from '../../src/runbook/expressions.ts';

const scope = createScope({
  inputs: { env: 'prod', 'min-ready': 2, tags: ['a', 'b'], wait: '1h30m', odd: { constructor: 'x', a: 1 } },
  vars: {
    previous: "${{ steps.detect-live.outputs.color == 'blue' ? 'green' : 'blue' }}",
    'a-list': ['${{ inputs.env }}', 2],
    'first-loop': '${{ vars.second-loop }}',
    'second-loop': '${{ vars.first-loop }}',
    absent: '${{ steps.skipped.outputs.color }}',
  },
  steps: (id) =>
    id === 'detect-live'
      ? { state: 'succeeded', outputs: { color: 'green', ready: 3, none: 0, 'a-b': 7 } }
      : undefined,
  result: { value: 0.005, items: [{ name: 'x-1' }, { name: 'y-2' }], nothing: null },
});

describe('renderTemplate', () => {
  it.each<[string, Json]>([
    ['plain', 'plain'],
    ['Send traffic to ${{ vars.previous }} now', 'Send traffic to blue now'],
    ['${{ inputs.min-ready }}', 2],
    [' ${{ inputs.min-ready }} ', 2],
    ['${{ inputs.min-ready }}/${{ steps.detect-live.outputs.ready }}', '2/3'],
    ['${{ inputs.min-ready - 1 }}', 1],
    ['${{ steps.detect-live.outputs.a-b }}', 7],
    ['${{ steps["detect-live"].state }}', 'succeeded'],
    ['${{ size(result.items)-1 }}', 1],
    ['${{ steps.detect-live.outputs.none == 0 }}', true],
    ['${{ result.value < 0.01 }}', true],
    ['${{ result.value * 100 }}', 0.5],
    ['${{ steps.detect-live.outputs.ready + 1 }}', 4],
    ['${{ steps.detect-live.outputs.ready / 2 }}', 1.5],
    ['${{ steps.detect-live.outputs.ready % 2 == 1 }}', true],
    ['${{ vars.a-list }}', ['prod', 2]],
    ['tags: ${{ inputs.tags }}', 'tags: ["a","b"]'],
    ['${{ inputs.tags.join(",") }}', 'a,b'],
    ['${{ result.items.map(i, i.name).filter(n, n.startsWith("x")) }}', ['x-1']],
    ['${{ {"a": {"b": inputs.env}} }}', { a: { b: 'prod' } }],
    ['${{ "}}" }}', '}}'],
    ["${{ '${{' }}", '${{'],
    ['${{ "it\'s a-b.c-d" }}', "it's a-b.c-d"],
    ['${{ has(steps.detect-live.outputs.a-b) }}', true],
    ['${{ has(steps.detect-live.outputs.no-such) }}', false],
    ['${{ default(steps.skipped.outputs.color, "none") }}', 'none'],
    ['${{ default(vars.absent, "none") }}', 'none'],
    ['${{ default(result.nothing, inputs.env) }}', 'prod'],
    ['${{ "a.b".replace(".", "-") }}', 'a-b'],
    ['${{ duration(inputs.wait) > duration("30m") }}', true],
    ['${{ duration("90m") }}', '1h30m'],
    ['${{ timestamp("2026-01-02T03:04:05Z") }}', '2026-01-02T03:04:05.000Z'],
    ['${{ inputs.odd.a + 1 }}', 2],
    ['${{ inputs.odd }}', { constructor: 'x', a: 1 }],
    ['${{ result.?missing }}', null],
    ['${{ inputs.env.matches("^pr") && "prod" in [inputs.env] }}', true],
  ])('%s', (template, expected) => {
    expect(renderTemplate(template, scope)).toEqual(expected);
  });

  it('renders what stands inside lists and maps, and leaves keys alone', () => {
    expect(renderTemplate({ a: ['x-${{ inputs.env }}', 1, null], '${{ b }}': true }, scope)).toEqual({
      a: ['x-prod', 1, null],
      '${{ b }}': true,
    });
  });

  it.each([
    ['${{ vars.first-loop }}', 'leads back to itself: vars.first-loop → vars.second-loop → vars.first-loop'],
    ['${{ inputs.min-ready-1 }}', 'there is no "min-ready-1" in inputs'],
    ['${{ steps.skipped.outputs.color }}', 'there is no "skipped" in steps'],
    ['${{ vars.absent }}', 'there is no "skipped" in steps'],
    ['${{ each }}', '"each" is not known here'],
    ['x ${{ result.nothing }}', 'it is null, which cannot stand inside a text'],
    ['${{ inputs.env > 3 }}', '">" does not work between a text and a number'],
    ['${{ 1 / 0 }}', 'division by zero'],
    ['${{ 1 + }}', 'the end was not expected here'],
    ['${{ (1 }}', 'expected ")", found the end'],
    ['${{ inputs.env and true }}', '"and" was not expected here'],
    ['${{ nope(1) }}', 'there is no function nope(int)'],
    ['${{ environment }}', 'nothing is called "environment"'],
    ['${{ a', 'is not closed'],
    ['${{ }}', 'it is empty'],
    [`\${{ ${'!'.repeat(7000)}true }}`, 'too long or nested too deeply'],
    [`\${{ ${'1 + '.repeat(3000)}1 }}`, 'longer than'],
    ['${{ 9007199254740993 }}', 'no number that JSON can hold'],
  ])('%.60s fails with a sentence', (template, sentence) => {
    expect(() => renderTemplate(template, scope)).toThrow(ExpressionFailure);
    expect(() => renderTemplate(template, scope)).toThrow(sentence);
  });
});

describe('evaluateCondition', () => {
  it('takes bare text and a single expression alike', () => {
    expect(evaluateCondition("inputs.env == 'prod'", scope)).toBe(true);
    expect(evaluateCondition("${{ inputs.env == 'stage' }}", scope)).toBe(false);
  });
  it('refuses what is neither true nor false', () => {
    expect(() => evaluateCondition('inputs.env', scope)).toThrow('must be true or false, this one is "prod"');
  });
});

describe('scopes', () => {
  it('evaluate a var when it is asked for, and once', () => {
    let reads = 0;
    const lazy = createScope({
      inputs: {},
      vars: { used: '${{ steps.a.outputs.n }}', unused: '${{ steps.nowhere.outputs.n }}' },
      steps() {
        reads++;
        return { state: 'succeeded', outputs: { n: 1 } };
      },
    });
    expect(reads).toBe(0);
    expect(renderTemplate('${{ vars.used + vars.used }}', lazy)).toBe(2);
    expect(reads).toBe(1);
  });

  it('give JSON back as it went in', () => {
    fc.assert(
      fc.property(
        fc.json().map((text) => JSON.parse(text) as Json),
        (value) => {
          const given = createScope({ inputs: { value } });
          expect(evaluateExpression('inputs.value', given)).toEqual(value);
        },
      ),
    );
  });

  it('never throw anything but an ExpressionFailure', () => {
    const piece = fc.constantFrom(
      '${{',
      '}}',
      'inputs.',
      'a-b',
      '"',
      "'",
      '(',
      ')',
      '.',
      '?',
      '[',
      ']',
      '{',
      '-',
      '1',
      ' && ',
      'size',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (template) => {
        try {
          renderTemplate(template, scope);
          renderTemplate(`\${{${template}}}`, scope);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionFailure);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a pattern in an expression', () => {
  const scope = createScope({
    inputs: { text: `${'a'.repeat(60)}!` },
    vars: { slow: '${{ inputs.text.matches("^(a+)+$") }}' },
  });

  it.each(['inputs.text.matches("^(a+)+$")', 'vars.slow'])(
    'is given up in %s when it would never end',
    (expression) => {
      expect(() => evaluateExpression(expression, scope)).toThrow(/takes longer than 250 ms/);
    },
  );

  it('is matched as ever otherwise, and what is missing is still told', () => {
    expect(evaluateExpression('inputs.text.matches("^a+!$")', scope)).toBe(true);
    expect(() => evaluateExpression('inputs.none.matches("a")', scope)).toThrow(
      expect.objectContaining({ fault: 'missing' }),
    );
  });
});

import { describe, expect, test } from 'vitest';
import { CommandFailure } from '../../src/cli/exit-code.ts';
import { checkInputs, parseAssignments, resolveInputs } from '../../src/cli/inputs.ts';
import type { Json } from '../../src/ports/json.ts';
import type { InputSpec } from '../../src/runbook/runbook.ts';
import { buildRunbook } from '../engine/fixtures/build-runbook.ts';

const input = (given: Partial<InputSpec>): InputSpec => ({
  name: 'x',
  type: 'string',
  required: true,
  ...given,
});

function resolve(specs: readonly InputSpec[], given: Readonly<Record<string, Json>>) {
  return resolveInputs(
    buildRunbook([{ id: 'a', uses: 'task' }], { inputs: specs }),
    new Map(Object.entries(given)),
  );
}

function failureOf(act: () => unknown): CommandFailure {
  try {
    act();
  } catch (error) {
    if (error instanceof CommandFailure) return error;
    throw error;
  }
  throw new Error('Nothing was thrown');
}

describe('a value', () => {
  test.each<[Partial<InputSpec>, Json, Json]>([
    [{ type: 'string' }, 'a=b', 'a=b'],
    [{ type: 'number' }, ' 0.01 ', 0.01],
    [{ type: 'number' }, 3, 3],
    [{ type: 'boolean' }, 'false', false],
    [{ type: 'duration' }, '1h30m', '1h30m'],
    [{ type: 'list' }, 'a, b,,c', ['a', 'b', 'c']],
    [{ type: 'list' }, ['a'], ['a']],
    [{ type: 'choice', choices: ['blue', 'green'] }, 'blue', 'blue'],
    [{ pattern: '[a-z]+' }, 'abc', 'abc'],
    [{ default: 'kept' }, 'typed', 'typed'],
  ])('%j takes %j', (spec, given, taken) => {
    expect(resolve([input(spec)], { x: given }).inputs).toEqual({ x: taken });
  });

  test.each<[Partial<InputSpec>, Json, RegExp]>([
    [{ type: 'number' }, 'many', /^Input x: many is not a number\.$/],
    [{ type: 'number' }, '', /is not a number/],
    [{ type: 'boolean' }, 'yes', /yes is not true or false/],
    [{ type: 'duration' }, 'soon', /soon is not a duration such as/],
    [{ type: 'choice', choices: ['blue', 'green'] }, 'red', /red is not blue or green/],
    [{ pattern: '[a-z]+' }, 'a1', /a1 is not a text that matches \[a-z\]\+/],
  ])('%j refuses %j', (spec, given, says) => {
    expect(failureOf(() => resolve([input(spec)], { x: given }))).toMatchObject({
      message: expect.stringMatching(says),
      exitCode: 2,
    });
  });
});

test('all problems are told at once, with what was probably meant', () => {
  const specs = [
    input({ name: 'window', type: 'duration' }),
    input({ name: 'namespace', description: 'Where' }),
  ];
  const { message } = failureOf(() => resolve(specs, { windw: '1s', window: 'soon' }));
  expect(message.split('\n')).toEqual([
    'test has no input windw. Did you mean window?',
    'Input window: soon is not a duration such as 10s, 2m, 1h30m or 500ms.',
    'Input namespace is needed (Where): -i namespace=…',
  ]);
});

test('a default stands in, and what is not required may be absent', () => {
  const specs = [input({ name: 'a', default: 'd' }), input({ name: 'b', required: false })];
  expect(resolve(specs, {})).toEqual({ inputs: { a: 'd' }, secrets: {} });
});

test('a secret is kept apart, and not repeated when it is wrong', () => {
  const specs = [input({ type: 'secret', pattern: 'glpat-.+' })];
  expect(resolve(specs, { x: 'glpat-1' })).toEqual({ inputs: {}, secrets: { x: 'glpat-1' } });
  const { message } = failureOf(() => resolve(specs, { x: 'hunter2' }));
  expect(message).toBe('Input x: the value is not a text that matches glpat-.+.');
});

test('before any world is asked, what is missing is no problem yet', () => {
  const runbook = buildRunbook([{ id: 'a', uses: 'task' }], { inputs: [input({})] });
  expect(() => checkInputs(runbook, new Map())).not.toThrow();
  expect(() => checkInputs(runbook, new Map([['y', '1']]))).toThrow('no input y');
});

test('assignments: the value may hold equals signs, the name may not be missing', () => {
  expect(parseAssignments(['a=b=c', 'd='], '-i')).toEqual(
    new Map([
      ['a', 'b=c'],
      ['d', ''],
    ]),
  );
  for (const pair of ['a', '=b', ''])
    expect(failureOf(() => parseAssignments([pair], '-i'))).toMatchObject({ exitCode: 2 });
});

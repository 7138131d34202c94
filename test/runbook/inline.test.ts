import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { inShort, parseFiles, runbookOf } from './problems.ts';

const head = (id: string) => `apiVersion: rollbook/v1\nid: ${id}\ntitle: ${id}\n`;

const restore = `${head('restore')}inputs:
  file: { type: string }
  keep: { type: boolean, default: true }
vars: { name: "db-\${{ inputs.file }}" }
sections:
  - title: Check
    steps:
      - { id: inspect, title: "Inspect \${{ vars.name }}", uses: look }
      - id: fork
        title: Which way?
        uses: decision
        with: { options: [{ value: swap, go-to: swap }, { value: stop, go-to: end }] }
  - id: swap
    title: Swap
    if: inputs.keep
    steps:
      - id: rename
        title: Rename
        if: steps.inspect.outputs.replicas == 0
        uses: write/scale
        with: { name: db, replicas: 1 }
        on-failure: { undo: [rename, inspect] }
outputs: { replicas: "\${{ steps.inspect.outputs.replicas }}" }
`;

const main = `${head('main')}sections:
  - title: Before
    if: inputs.go
    steps:
      - { id: first, title: First, uses: look, on-failure: { go-to: during } }
      - id: restore
        title: Restore
        if: steps.first.state == "succeeded"
        uses: runbook
        with: { runbook: lib/restore.yaml, inputs: { file: "\${{ inputs.dump }}" } }
      - id: last
        title: "Last \${{ steps.restore.outputs.replicas }}"
        uses: look
        on-failure: { undo: [restore, first] }
  - id: during
    title: During
    steps:
      - { id: again, title: Again, uses: runbook, with: { runbook: lib/restore.yaml, inputs: { file: x } } }
inputs:
  go: { type: boolean, default: true }
  dump: { type: string }
`;

const files = { 'main.yaml': main, 'lib/restore.yaml': restore };

describe('a runbook that calls another', () => {
  const runbook = runbookOf(files);
  const step = (id: string) => runbook.steps.find((one) => one.id === id);

  it('has the steps of both, in order, and each once', () => {
    expect(runbook.steps.map(({ id, section }) => `${section}: ${id}`)).toEqual([
      'before: first',
      'restore/check: restore/inspect',
      'restore/check: restore/fork',
      'restore/swap: restore/rename',
      'before-2: last',
      'again/check: again/inspect',
      'again/check: again/fork',
      'again/swap: again/rename',
    ]);
    expect(runbook.sections.flatMap((section) => section.stepIds)).toEqual(runbook.steps.map(({ id }) => id));
  });

  it('applies the conditions of the call, each in its own scope', () => {
    expect(step('restore/rename')?.conditions).toEqual([
      { scope: '', expression: 'inputs.go' },
      { scope: '', expression: 'steps.first.state == "succeeded"' },
      { scope: 'restore', expression: 'inputs.keep' },
      { scope: 'restore', expression: 'steps.inspect.outputs.replicas == 0' },
    ]);
  });

  it('keeps scopes apart', () => {
    expect(Object.keys(runbook.scopes)).toEqual(['', 'restore', 'again']);
    expect(runbook.scopes.restore).toMatchObject({
      parent: '',
      runbookId: 'restore',
      inputTemplates: { file: '${{ inputs.dump }}' },
      vars: { name: 'db-${{ inputs.file }}' },
    });
    expect(runbook.sections.find(({ id }) => id === 'restore/swap')?.scope).toBe('restore');
  });

  it('renames what undo and go-to lead to', () => {
    expect(step('restore/rename')?.onFailure).toEqual({
      action: 'undo',
      steps: ['restore/rename', 'restore/inspect'],
    });
    expect(step('last')?.onFailure).toEqual({
      action: 'undo',
      steps: ['restore/rename', 'restore/fork', 'restore/inspect', 'first'],
    });
  });

  it('knows where the sections of each file begin, for options that an expression makes', () => {
    expect(runbook.scopes['']?.sections).toEqual({ before: 'before', during: 'again/check' });
    expect(runbook.scopes.again?.sections).toEqual({
      check: 'again/check',
      swap: 'again/swap',
      end: 'end',
    });
  });

  it('lets the caller go on where a called runbook ends early', () => {
    expect(runbook.scopes['']?.sections).not.toHaveProperty('end');
    const next = runbook.scopes.restore?.sections?.end;
    expect(runbook.sections.find(({ id }) => id === next)?.stepIds).toEqual(['last']);
  });

  it('leads to the first called step where a section begins with a call', () => {
    expect(step('first')?.onFailure).toEqual({ action: 'go-to', section: 'again/check' });
  });

  it('is identified by all of its files', () => {
    const hash = createHash('sha256').update(main).update(restore).digest('hex');
    expect(runbook.sha256).toBe(hash);
  });

  it('cannot be changed', () => {
    expect(() => Object.assign(runbook.steps[0] ?? {}, { title: 'x' })).toThrow(TypeError);
  });
});

it('puts the steps of a short runbook into the section of the call', () => {
  const short = `${head('short')}steps:\n  - { id: a, title: A, uses: look }\n`;
  const caller = `${head('main')}steps:\n  - { id: x, title: X, uses: look }\n  - { id: c, title: C, uses: runbook, with: { runbook: ./short.yaml } }\n  - { id: y, title: Y, uses: look }\n`;
  const runbook = runbookOf({ 'main.yaml': caller, 'short.yaml': short });
  expect(runbook.sections).toEqual([{ id: 'steps', title: 'main', stepIds: ['x', 'c/a', 'y'] }]);
});

describe('calls that cannot be', () => {
  const call = (to: string, more = '') =>
    `steps:\n  - { id: c, title: C, uses: runbook, with: { runbook: ${to}${more} } }\n`;
  const problems = (given: Readonly<Record<string, string>>) => {
    const result = parseFiles(given);
    return result.ok ? [] : result.problems.map((one) => `${one.file} ${inShort(one)}`);
  };

  it('of runbooks that call each other', () => {
    expect(
      problems({
        'main.yaml': head('a') + call('b.yaml'),
        'b.yaml': head('b') + call('c.yaml'),
        'c.yaml': head('c') + call('main.yaml'),
      }),
    ).toEqual([
      '/books/main.yaml 5:56 the called runbook has problems of its own: /books/b.yaml',
      '/books/b.yaml 5:56 the called runbook has problems of its own: /books/c.yaml',
      '/books/c.yaml 5:56 the runbooks call each other: a → b → c → a',
    ]);
  });

  it('with inputs that do not fit', () => {
    expect(
      problems({
        'main.yaml': head('main') + call('lib/restore.yaml', ', inputs: { fiel: x, keep: maybe }'),
        'lib/restore.yaml': restore,
      }),
    ).toEqual([
      '/books/main.yaml 5:82 the input "file" of "restore" is not given',
      '/books/main.yaml 5:84 the runbook "restore" has no input "fiel" (file or keep) → did you mean "file"?',
      '/books/main.yaml 5:99 the input "keep" does not fit (true or false)',
    ]);
  });

  it('that name an output which is not there', () => {
    expect(problems({ ...files, 'main.yaml': main.replace('outputs.replicas', 'outputs.replica') })).toEqual([
      '/books/main.yaml 15:48 the step "restore" has no output "replica" (replicas) → did you mean "replicas"?',
    ]);
  });

  it('that multiply without end', () => {
    const books = Object.fromEntries(
      Array.from({ length: 12 }, (_, level) => [
        level === 0 ? 'main.yaml' : `b${level}.yaml`,
        `${head(`b${level}`)}steps:\n${
          level === 11
            ? '  - { id: a, title: A, uses: look }\n'
            : Array.from(
                { length: 10 },
                (_, place) =>
                  `  - { id: c${place}, title: C, uses: runbook, with: { runbook: b${level + 1}.yaml } }\n`,
              ).join('')
        }`,
      ]),
    );
    expect(problems(books).some((one) => one.includes('more than 50000 steps'))).toBe(true);
  });
});

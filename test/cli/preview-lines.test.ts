import { expect, test } from 'vitest';
import { previewLines } from '../../src/cli/preview-lines.ts';
import type { PreviewStep } from '../../src/engine/preview.ts';
import type { Question } from '../../src/steps/step-kind.ts';

const none = { writes: 0, dangerous: 0, missingPermissions: 0, unknown: 0, failing: 0, unavailable: 0 };

const reading: PreviewStep = {
  id: 'look',
  title: 'Look',
  section: 'Before',
  uses: 'test/get',
  label: 'reads',
  risk: 'safe',
};

function asking(question: Question, facts: readonly string[] = []): PreviewStep {
  const plan = {
    summary: '',
    effects: [],
    risk: 'safe',
    preconditions: [],
    permissions: [],
    warnings: [],
  } as const;
  return {
    ...reading,
    id: 'ask',
    title: 'Ask',
    label: 'human',
    plan: { ...plan, facts, question, data: {} },
  };
}

const linesOf = (steps: readonly PreviewStep[], totals = none) =>
  previewLines({
    world: { mode: 'preview', context: 'prod' },
    runbook: { id: 'x', title: 'X' },
    steps,
    totals,
  });

/** What stands below the step's own line. */
const below = (step: PreviewStep) => linesOf([step]).slice(5, -2);

test('a decision shows what is asked, every option by the value that answers it, and what is known', () => {
  const options = [
    { value: 'd568c16a', label: 'back to d568c16a', description: 'Ran for 7 days.' },
    { value: 'forward', label: 'forward', goTo: 'later' },
    { value: 'stop', label: 'Stop here', goTo: 'end' },
  ];
  const question = {
    type: 'decision',
    message: 'Which way?\nNobody knows.',
    options,
    default: 'forward',
  } as const;
  expect(below(asking(question, ['two versions are known']))).toEqual([
    '      Which way?',
    '      Nobody knows.',
    '      - d568c16a: back to d568c16a',
    '        Ran for 7 days.',
    '      - forward (offered; goes on with later)',
    '      - stop: Stop here (goes to the end)',
    '      two versions are known',
  ]);
});

test.each<[Question, readonly string[]]>([
  [{ type: 'task', instructions: 'Call them:\n\n1. Ann\n' }, ['      Call them:', '', '      1. Ann']],
  [{ type: 'prompt', message: 'Who?' }, ['      Who?']],
  [
    { type: 'prompt', message: 'Who?', pattern: '.{3,}', default: 'Ann' },
    ['      Who?', '      the answer matches .{3,}', '      offered: Ann'],
  ],
  [{ type: 'prompt', message: 'Password?', secret: true, default: 'x' }, ['      Password?']],
])('%j', (question, lines) => {
  expect(below(asking(question))).toEqual(lines);
});

test('a reason that several steps share stands once', () => {
  const off = (id: string, reason: string) => ({ ...reading, id, label: 'not-needed', reason }) as const;
  const lines = linesOf([off('a', 'not taken'), off('b', 'not taken'), reading, off('c', 'not taken')]);
  expect(lines.filter((line) => line.includes('not taken'))).toHaveLength(2);
});

test('what would fail is counted apart from what is merely not so yet', () => {
  const failing = { ...reading, failure: { message: 'no', phase: 'plan' } } as const;
  const notYet = { ...reading, found: { summary: '17 %', evidence: [], holds: false } };
  expect(linesOf([failing, notYet, notYet], { ...none, writes: 1, failing: 3 }).at(-1)).toBe(
    '1 step writes, 0 dangerous, 0 missing permissions, 0 unknown, 0 not available, 1 would fail as things are, 2 not so now. Nothing was changed.',
  );
});

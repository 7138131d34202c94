import { expect, test } from 'vitest';
import { checkSteps, consentOf } from '../../src/cli/consent.ts';
import { buildRunbook } from '../engine/fixtures/build-runbook.ts';

const runbook = buildRunbook([
  { id: 'park-frontend', uses: 'test/set' },
  { id: 'each', uses: 'test/set' },
]);
const flags = { confirm: [], answer: [] };

test('no flag, no consent', () => {
  expect(consentOf(flags)).toEqual({ yes: false, confirm: new Set(), answers: new Map(), auto: false });
});

test.each([['park-frontend'], ['each'], ['each[2]']])('%s is a step', (id) => {
  expect(() => checkSteps(consentOf({ ...flags, confirm: [id] }), runbook)).not.toThrow();
});

test('a step that is not there is told at once, for each flag', () => {
  const consent = consentOf({ confirm: ['park-fronted'], answer: ['who=me'] });
  expect(() => checkSteps(consent, runbook)).toThrow(
    expect.objectContaining({
      exitCode: 2,
      message:
        '--confirm park-fronted: test has no such step. Did you mean park-frontend?\n' +
        '--answer who: test has no such step.',
    }),
  );
});

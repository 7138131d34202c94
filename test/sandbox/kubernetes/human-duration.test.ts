import { expect, test } from 'vitest';
import { ageSince, humanDuration } from '../../../src/sandbox/kubernetes/table/age.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  [0, '0s'],
  [119 * SECOND, '119s'],
  [120 * SECOND, '2m'],
  [3 * MINUTE + 20 * SECOND, '3m20s'],
  [10 * MINUTE + 20 * SECOND, '10m'],
  [179 * MINUTE, '179m'],
  [3 * HOUR + 5 * MINUTE, '3h5m'],
  [9 * HOUR + 5 * MINUTE, '9h'],
  [47 * HOUR, '47h'],
  [3 * DAY + 2 * HOUR, '3d2h'],
  [90 * DAY, '90d'],
  [800 * DAY, '2y70d'],
  [-500, '0s'],
  [-5 * SECOND, '<invalid>'],
])('%i ms is %s', (milliseconds, expected) => {
  expect(humanDuration(milliseconds)).toBe(expected);
});

test('an age without a start is unknown', () => {
  expect(ageSince(undefined, 0)).toBe('<unknown>');
});

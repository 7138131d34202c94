import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asJsonLine, jsonLine } from '../../src/cli/json-lines.ts';
import { plainLines } from '../../src/cli/plain-lines.ts';
import type { Event } from '../../src/engine/event.ts';
import { reduce } from '../../src/engine/reduce.ts';
import { buildRunbook } from '../engine/fixtures/build-runbook.ts';

const HOSTILE = 'red \u001b[31m, \u009b2J, \u202e, \u0007, \u2028 and\nnext';
// biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\p{Cf}]/u;

const stamp = { seq: 1, time: '2026-01-02T03:04:05.678Z' };
const started: Event = {
  ...stamp,
  type: 'session-started',
  session: 's1',
  runbook: buildRunbook([{ id: 'look', uses: 'test/get' }]),
  inputs: { namespace: 'banking-app' },
  world: { mode: 'incident', context: 'prod' },
  version: '1',
};
const state = reduce(undefined, started);

test('any value is one line of JSON that a terminal can print and that reads back the same', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
      const line = asJsonLine({ value, text });
      expect(line).not.toMatch(UNSAFE);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify({ value, text })));
    }),
  );
});

test('a session begins with what it is about, not with the whole runbook', () => {
  const { runbook, ...rest } = JSON.parse(jsonLine(started));
  expect(runbook).toEqual({ id: 'test', title: 'Test', file: 'test.yaml', sha256: '0'.repeat(64) });
  expect(rest).toMatchObject({ type: 'session-started', time: stamp.time, world: { context: 'prod' } });
});

test.each<[Event, readonly string[]]>([
  [started, ['03:04:05  session  s1  INCIDENT prod', '03:04:05  runbook  Test (test)']],
  [{ ...stamp, type: 'session-resumed', host: 'pid 1', runbookChanged: false }, ['03:04:05  resumed']],
  [
    { ...stamp, type: 'step-skipped', step: 'look', reason: 'no time', by: 'operator' },
    ['03:04:05  look  skipped  no time'],
  ],
  [
    {
      ...stamp,
      type: 'step-failed',
      step: 'look',
      failure: { message: 'It is gone.', next: 'Look elsewhere.', reason: 'not-found', phase: 'run' },
    },
    ['03:04:05  look  failed  It is gone.', '03:04:05  look    next  Look elsewhere.'],
  ],
  [
    {
      ...stamp,
      type: 'threshold-crossed',
      step: 'look',
      figure: 'errors',
      source: 'prometheus',
      value: 0.38,
      unit: 'percent',
      limit: 0.05,
      side: 'above',
    },
    ['03:04:05  look  critical  errors 38 %, above 5 %'],
  ],
  [
    {
      ...stamp,
      type: 'threshold-cleared',
      figure: 'error log',
      source: 'elasticsearch',
      value: 2,
      unit: 'per-minute',
    },
    ['03:04:05  no longer critical  error log 2/min'],
  ],
  [
    { ...stamp, type: 'session-ended', outcome: 'succeeded', summary: '1 of 1 steps done' },
    ['03:04:05  succeeded  1 of 1 steps done'],
  ],
  [{ ...stamp, type: 'texts-rendered', titles: {}, descriptions: {} }, []],
])('$type as plain lines', (event, lines) => {
  expect(plainLines(event, state)).toEqual(lines);
});

test('nothing in a plain line acts on the terminal', () => {
  const events: readonly Event[] = [
    { ...stamp, type: 'note-added', text: HOSTILE },
    { ...stamp, type: 'step-output', step: 'look', text: HOSTILE, bytes: 1 },
    { ...stamp, type: 'session-paused', reason: HOSTILE },
  ];
  const lines = events.flatMap((event) => plainLines(event, state));
  expect(lines.length).toBeGreaterThanOrEqual(4);
  for (const line of lines) expect(line).not.toMatch(UNSAFE);
});

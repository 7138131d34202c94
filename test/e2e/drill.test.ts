import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { newPlace, RUNBOOK, rollbook } from './rollbook.ts';

const TYPES = new Set([
  'session-started',
  'step-planned',
  'step-confirmed',
  'step-started',
  'step-output',
  'step-verified',
  'step-succeeded',
  'step-failed',
  'step-skipped',
  'step-undone',
  'step-interrupted',
  'session-paused',
  'session-ended',
]);
/** More than the documented types; a reader passes over those it does not know. */
const MORE = new Set([
  'texts-rendered',
  'threshold-crossed',
  'threshold-cleared',
  'step-verifying',
  'step-observed',
  'step-stale',
  'undo-requested',
  'undo-planned',
  'undo-started',
  'abort-chosen',
  'drill-ended',
]);

interface Line {
  readonly time: string;
  readonly type: string;
  readonly step?: string;
}

const folderOf = (place: { readonly folder: string }) =>
  readdirSync(place.folder).filter((name) => name.startsWith('rollbook-'));

describe('a drill that plays itself', () => {
  test('as the README begins: without a terminal, score 100', async () => {
    const place = newPlace();
    const { code, lines, err } = await rollbook(place, 'drill', RUNBOOK);
    expect(err).toBe('');
    expect(lines).toContain('Drill straight: score 100 of 100');
    expect(lines.filter((line) => line.includes('✖'))).toEqual([]);
    expect(code).toBe(0);
    expect(folderOf(place), 'temporary folders').toEqual([]);
  });

  test.each([
    {
      scenario: 'straight',
      outcome: 'succeeded',
      exact: ['switch-frontend', 'park-backend'],
      ends: 'step-succeeded',
    },
    { scenario: 'blue-not-ready', outcome: 'failed', exact: ['wake-frontend'], ends: 'step-failed' },
    { scenario: 'second-switch-refused', outcome: 'failed', exact: ['switch-frontend'], ends: 'step-undone' },
  ])('$scenario, as JSON lines', async ({ scenario, outcome, exact, ends }) => {
    const place = newPlace();
    const flags = ['--scenario', scenario, '--auto', '--json'];
    const { code, lines } = await rollbook(place, 'drill', RUNBOOK, ...flags, '-i', 'max-error-rate=1');
    const events = lines.map((line) => JSON.parse(line) as Line);
    expect(events.filter(({ type }) => !TYPES.has(type) && !MORE.has(type))).toEqual([]);
    expect(events.filter(({ time }) => Number.isNaN(Date.parse(time)))).toEqual([]);
    expect(events.filter(({ type, step }) => type.startsWith('step-') && step === undefined)).toEqual([]);
    for (const { effects, risk } of events.filter(({ type }) => type === 'step-planned') as never[])
      expect({ effects, risk }).toEqual({ effects: expect.any(Array), risk: expect.any(String) });
    expect(events.at(0)).toMatchObject({ type: 'session-started', runbook: { id: RUNBOOK } });
    expect(events.at(-2)).toMatchObject({ type: 'session-ended', outcome });
    expect(events.at(-1)).toMatchObject({ type: 'drill-ended', scenario, score: 100 });
    for (const step of exact)
      expect(events.filter((event) => event.type === ends && event.step === step)).toHaveLength(1);
    // the failing colour fills the log; nobody has to look for it
    expect(events).toContainEqual(
      expect.objectContaining({
        type: 'threshold-crossed',
        figure: 'error log',
        source: 'elasticsearch',
        unit: 'per-minute',
        side: 'above',
        limit: 60,
      }),
    );
    const { expectations } = events.at(-1) as unknown as { expectations: { held: boolean }[] };
    expect(expectations.filter(({ held }) => !held)).toEqual([]);
    expect(code).toBe(0);
    expect(existsSync(path.join(place.folder, 'state/drills'))).toBe(true);
    expect(folderOf(place), 'temporary folders').toEqual([]);
  });
});

import { appendFileSync, chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Draft } from '../../src/engine/event.ts';
import { isSessionId, sessionId } from '../../src/journal/session-id.ts';
import {
  createSession,
  findSessions,
  listSessions,
  outputFile,
  sessionFolders,
  stateFolder,
} from '../../src/journal/sessions.ts';
import { note, started } from './events.ts';
import { openAt, temporaryFolder } from './folder.ts';

const noon = Date.parse('2026-11-22T12:00:00Z');

describe('sessionId', () => {
  it('is short, begins with the day, and sorts by time', () => {
    expect(sessionId(noon)).toBe('261122-g00');
    const time = fc.integer({ min: Date.parse('2026-01-01'), max: Date.parse('2090-01-01') });
    fc.assert(
      fc.property(time, time, (a, b) => {
        expect(isSessionId(sessionId(a))).toBe(true);
        if (a < b) expect(sessionId(a) <= sessionId(b)).toBe(true);
      }),
    );
  });

  it('goes over to the next day', () => {
    const night = Date.parse('2026-12-31T23:59:59.999Z');
    expect([sessionId(night), sessionId(night, 1)]).toEqual(['261231-zzz', '270101-000']);
  });
});

describe('stateFolder', () => {
  it.each([
    [{ ROLLBOOK_STATE_DIR: '/state', XDG_STATE_HOME: '/xdg' }, '/state'],
    [{ XDG_STATE_HOME: '/xdg' }, '/xdg/rollbook'],
    [{ XDG_STATE_HOME: 'relative' }, '/home/op/.local/state/rollbook'],
    [{ ROLLBOOK_STATE_DIR: '' }, '/home/op/.local/state/rollbook'],
  ])('%o', (env, expected) => {
    expect(stateFolder(env, '/home/op')).toBe(expected);
  });
});

describe('sessions', () => {
  it('have private folders of their own, also when they start at the same moment', () => {
    const state = path.join(temporaryFolder(), 'deep', 'state');
    const made = [createSession(state, 'drill', noon), createSession(state, 'drill', noon)];
    expect(made.map(({ id }) => id)).toEqual(['261122-g00', '261122-g01']);
    for (const folder of [state, ...made.map((session) => session.folder)])
      expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('of incidents and drills are kept apart', () => {
    const state = temporaryFolder();
    const drill = createSession(state, 'drill', noon);
    const incident = createSession(state, 'incident', noon);
    expect(path.dirname(drill.folder)).not.toBe(path.dirname(incident.folder));
    expect(sessionFolders(state, ['incident'])).toEqual([incident]);
  });

  it('are found by what one remembers of the id', () => {
    const state = temporaryFolder();
    const [a, b] = [createSession(state, 'drill', noon), createSession(state, 'incident', noon + 86_400_000)];
    expect(findSessions(state, '261122-g00')).toEqual([a]);
    expect(findSessions(state, '261123')).toEqual([b]);
    expect(findSessions(state, 'G00')).toEqual([b, a]);
    expect(findSessions(state, '')).toEqual([]);
    expect(findSessions(state, '../..')).toEqual([]);
  });

  it('say how to help when the state folder cannot be used', () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(() => createSession(file, 'drill', noon)).toThrow(/ROLLBOOK_STATE_DIR/);
  });

  it('are listed with where they stand, newest first, whatever else lies about', () => {
    const state = temporaryFolder();
    const session = (at: number, ...drafts: Draft[]) => {
      const made = createSession(state, 'drill', at);
      const journal = openAt(made.folder, undefined, () => at);
      for (const draft of drafts) journal.append([draft]);
      journal.close();
      return made;
    };
    session(noon, started, note('ü'.repeat(30_000)), {
      type: 'session-ended',
      outcome: 'succeeded',
      summary: 'Blue.',
    });
    session(
      noon + 60_000,
      { ...started, inputs: { long: 'x'.repeat(50_000) } },
      {
        type: 'session-paused',
        reason: 'No screen was attached for 30 minutes',
        waitingFor: 'switch-frontend',
      },
    );
    const open = session(noon + 120_000, started, { type: 'step-retried', step: 'check', by: 'operator' });
    appendFileSync(path.join(open.folder, 'journal.jsonl'), '{"seq":3,"ti');
    mkdirSync(path.join(state, 'drills', '261122-zzz'));
    mkdirSync(path.join(state, 'drills', 'lost+found'));
    expect(
      listSessions(state).map(({ folder: _, runbook, world: __, ...rest }) => ({
        ...rest,
        runbook: runbook.id,
      })),
    ).toEqual([
      {
        id: '261122-g1d',
        runbook: 'banking-app/application-rollback',
        startedAt: '2026-11-22T12:02:00.000Z',
        lastEventAt: '2026-11-22T12:02:00.000Z',
        events: 2,
        status: 'open',
        step: 'check',
      },
      {
        id: '261122-g0p',
        runbook: 'banking-app/application-rollback',
        startedAt: '2026-11-22T12:01:00.000Z',
        lastEventAt: '2026-11-22T12:01:00.000Z',
        events: 2,
        status: 'paused',
        note: 'No screen was attached for 30 minutes',
        step: 'switch-frontend',
      },
      {
        id: '261122-g00',
        runbook: 'banking-app/application-rollback',
        startedAt: '2026-11-22T12:00:00.000Z',
        lastEventAt: '2026-11-22T12:00:00.000Z',
        events: 3,
        status: 'ended',
        outcome: 'succeeded',
        note: 'Blue.',
      },
    ]);
  });

  it('are none where nothing was ever run', () => {
    expect(listSessions(path.join(temporaryFolder(), 'nothing'))).toEqual([]);
  });
});

describe('outputFile', () => {
  it('is in a private folder, one for each attempt, and stays in its folder', () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o700);
    const names = ['switch-frontend', 'pods[2]', 'app/check', '../../etc/passwd', '.'].map((step) =>
      outputFile(folder, step, 2),
    );
    expect(names.map((file) => path.relative(folder, file))).toEqual([
      'outputs/switch-frontend.2.log',
      'outputs/pods[2].2.log',
      'outputs/app%2fcheck.2.log',
      'outputs/%2e.%2f..%2fetc%2fpasswd.2.log',
      'outputs/%2e.2.log',
    ]);
    expect(statSync(path.join(folder, 'outputs')).mode & 0o777).toBe(0o700);
  });
});

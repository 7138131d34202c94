import { expect, test } from 'vitest';
import { type InboxExpectation, type Inboxes, inboxCheck } from '../../src/drill/inbox-check.ts';

const mail: Inboxes = {
  slack: [
    { ts: '1', text: 'It is in trouble' },
    { ts: '2', thread_ts: '1', text: 'We roll back' },
    { ts: '3', text: 'Something else' },
  ],
  teams: [{ card: { body: [{ text: 'It is in trouble' }] } }],
  statuspage: {
    incidents: [{ status: 'resolved', incident_updates: [{ body: 'It is over' }, { body: 'We look' }] }],
  },
};

test.each<[InboxExpectation, boolean, string]>([
  [{ inbox: 'slack', messages: 3, threads: 2, saying: ['trouble', 'roll back'] }, true, '3 in 2 threads'],
  [{ inbox: 'slack', messages: 3, saying: [] }, true, '3 in 2 threads'],
  [{ inbox: 'slack', messages: 4, saying: [] }, false, '3 in 2 threads'],
  [{ inbox: 'slack', messages: 3, threads: 1, saying: [] }, false, '3 in 2 threads'],
  [
    { inbox: 'slack', messages: 3, saying: ['roll back', 'trouble'] },
    false,
    '3 in 2 threads; nothing says "trouble" at its place',
  ],
  [{ inbox: 'teams', messages: 1, saying: ['trouble'] }, true, '1'],
  [{ inbox: 'teams', messages: 0, saying: [] }, false, '1'],
  [
    { inbox: 'statuspage', incidents: 1, updates: 2, status: 'resolved', saying: ['We look', 'over'] },
    true,
    '1 with 2 updates, resolved',
  ],
  [
    { inbox: 'statuspage', incidents: 1, updates: 2, status: 'monitoring', saying: [] },
    false,
    '1 with 2 updates, resolved',
  ],
  [{ inbox: 'statuspage', incidents: 0, updates: 0, saying: [] }, false, '1 with 2 updates, resolved'],
])('%j: %s', async (wanted, held, found) => {
  expect(await inboxCheck(async () => mail, wanted)).toMatchObject({ held, found });
});

test('a sandbox that is gone is said so', async () => {
  const gone = async () => {
    throw new Error('The sandbox is gone.');
  };
  expect(await inboxCheck(gone, { inbox: 'teams', messages: 0, saying: [] })).toMatchObject({
    held: false,
    found: 'The sandbox is gone.',
  });
});

import { expect, it } from 'vitest';
import { createFeed } from '../../src/host/feed.ts';
import { localClient } from '../../src/host/local-client.ts';
import { asked, note, started } from '../journal/events.ts';
import { openAt, temporaryFolder } from '../journal/folder.ts';
import { scriptedRunner } from './scripted-runner.ts';
import { heard } from './served.ts';

function local() {
  const folder = temporaryFolder();
  const journal = openAt(folder);
  const feed = createFeed();
  const events = journal.append([started, asked]);
  const runner = scriptedRunner({ ...journal, events }, feed);
  const client = localClient({ folder, session: '261122-04k', version: '0.1.0', events, runner, feed });
  return { client, runner, feed, journal };
}

it('tells what a socket would tell', async () => {
  const { client, runner, feed } = local();
  runner.append(note('before anyone listened'));
  const screen = heard(client);
  feed.output('look', 'text');
  expect(await client.send({ intent: { type: 'add-note', text: 'mine' }, by: 'operator' })).toEqual({
    ok: true,
  });
  expect(screen.messages.map((message) => message.type)).toEqual([
    'hello',
    'events',
    'events',
    'output',
    'events',
  ]);
  expect(screen.events.map((event) => event.seq)).toEqual([1, 2, 3, 4]);
  runner.finish();
  expect(await client.closed).toBe('ended');
});

it('knows a pause from an end, and a detach from both', async () => {
  const paused = local();
  await paused.runner.stop('enough');
  expect(await paused.client.closed).toBe('paused');
  const left = local();
  left.client.detach();
  expect(await left.client.closed).toBe('detached');
});

it('says why the session cannot go on', async () => {
  const { client, runner, journal } = local();
  const screen = heard(client);
  journal.close();
  expect(await client.send({ intent: { type: 'add-note', text: 'x' }, by: 'operator' })).toMatchObject({
    ok: false,
    message: expect.stringContaining('cannot be written'),
  });
  runner.fail(new Error('The journal cannot be written'));
  expect(await client.closed).toBe('lost');
  expect(screen.messages.at(-1)).toEqual({ type: 'failed', message: 'The journal cannot be written' });
});

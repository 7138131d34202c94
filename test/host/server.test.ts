import { rmSync, statSync, writeFileSync } from 'node:fs';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LiveSnapshot } from '../../src/cluster/live.ts';
import { replay } from '../../src/engine/reduce.ts';
import { connect, NoHost } from '../../src/host/client.ts';
import type { SessionClient } from '../../src/host/protocol.ts';
import { readJournal } from '../../src/journal/replay.ts';
import { note } from '../journal/events.ts';
import { temporaryFolder } from '../journal/folder.ts';
import { heard, served } from './served.ts';

const addNote = (text: string) => ({ intent: { type: 'add-note', text }, by: 'operator' }) as const;
const snapshot = (podCount: number): LiveSnapshot => ({
  freshness: { state: 'live', heardAt: 0 },
  namespace: 'banking-app',
  workloads: [],
  services: [],
  pods: [],
  podCount,
  podsReady: 0,
  events: [],
  metrics: [],
  logs: [],
  links: [],
  gaps: [],
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function memoryInUse(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** A client that speaks for itself, and reads only when told to. */
async function raw(socketPath: string): Promise<Socket> {
  const socket = connectSocket(socketPath);
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.destroy();
  });
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()));

describe('a screen', () => {
  it('of another version says so, and does not stay', async () => {
    const folder = temporaryFolder();
    const socket = path.join(folder, 'host.sock');
    const left = new Promise<void>((resolve) => {
      const host = createServer((screen) => {
        screen.on('close', resolve).on('error', () => undefined);
        screen.write('{"type":"hello","protocol":2,"version":"9.0.0"}\n');
      });
      host.listen(socket);
      onTestFinished(() => void host.close());
    });
    writeFileSync(path.join(folder, 'host.json'), JSON.stringify({ pid: 1, since: '', socket }));
    await expect(connect(folder)).rejects.toThrow('another version (9.0.0)');
    await left;
  });

  it('speaks for a person: one that claims a flag’s consent is hung up on', async () => {
    const { socketPath, folder } = await served();
    const socket = await raw(socketPath);
    const asked = { intent: { type: 'add-note', text: 'mine' }, by: '--confirm' };
    socket.write(`${JSON.stringify({ type: 'intent', id: 1, asked })}\n`);
    socket.resume();
    await closed(socket);
    expect(readJournal(folder).events).toHaveLength(2);
  });

  it('gets the greeting, the whole journal, then what happens, and comes to the same state', async () => {
    const { folder, runner } = await served();
    const client = await connect(folder);
    const screen = heard(client);
    runner.append(note('while it watched'));
    await screen.until(() => screen.events.length === 3);
    expect(screen.messages[0]).toEqual({
      type: 'hello',
      protocol: 1,
      session: '261122-04k',
      version: '0.1.0',
      folder,
    });
    expect(screen.events).toEqual(readJournal(folder).events);
    expect(replay(screen.events)).toEqual(runner.state);
    client.detach();
    expect(await client.closed).toBe('detached');
  });

  it('asks, and is answered after the events that its intent caused', async () => {
    const { folder, runner } = await served();
    const client = await connect(folder);
    const screen = heard(client);
    expect(await client.send(addNote('hello'))).toEqual({ ok: true });
    expect(screen.events.at(-1)).toMatchObject({ type: 'note-added', text: 'hello' });
    expect(await client.send({ intent: { type: 'retry-step', step: 'look' }, by: 'operator' })).toEqual({
      ok: false,
      message: 'Only notes are taken here.',
    });
    expect(runner.asked).toHaveLength(2);
    client.detach();
  });

  it('is one of several, each told everything', async () => {
    const { folder, server } = await served();
    const clients = await Promise.all([connect(folder), connect(folder), connect(folder)]);
    const screens = clients.map(heard);
    await clients[0]?.send(addNote('from the first'));
    await Promise.all(screens.map((screen) => screen.until(() => screen.events.length === 3)));
    expect(server.screens).toBe(3);
    for (const client of clients) client.detach();
    await Promise.all(clients.map((client) => client.closed));
  });

  it('that comes late is shown the cluster as it was last seen', async () => {
    const { folder, feed } = await served();
    feed.live(snapshot(1));
    feed.live(snapshot(2));
    const client = await connect(folder);
    const screen = heard(client);
    await screen.until(() => screen.messages.some((message) => message.type === 'live'));
    expect(screen.messages.filter((message) => message.type === 'live')).toEqual([
      { type: 'live', snapshot: snapshot(2) },
    ]);
    client.detach();
  });

  it.each([
    ['ended', { type: 'session-ended', outcome: 'failed', summary: 'No.' }],
    ['paused', { type: 'session-paused', reason: 'told to' }],
    ['lost', note('not the end')],
  ] as const)('knows when the session was %s', async (how, last) => {
    const { folder, runner, server } = await served();
    const client = await connect(folder);
    const screen = heard(client);
    runner.append(last);
    await server.close();
    expect(await client.closed).toBe(how);
    expect(screen.events).toHaveLength(3);
    expect(await client.send(addNote('too late'))).toMatchObject({ ok: false });
  });

  it('is told when the host cannot go on', async () => {
    const { folder, server } = await served();
    const client = await connect(folder);
    const screen = heard(client);
    server.broadcast({ type: 'failed', message: 'The disk is full.' });
    await screen.until(() => screen.messages.some((message) => message.type === 'failed'));
    client.detach();
  });
});

/** Counts events and keeps none. */
function counted(client: SessionClient) {
  let count = 0;
  let wanted = 0;
  let reached: () => void = () => undefined;
  client.subscribe((message) => {
    if (message.type === 'events') count += message.events.length;
    if (count >= wanted) reached();
  });
  return {
    events(number: number): Promise<void> {
      wanted = number;
      return new Promise((resolve) => {
        reached = resolve;
        if (count >= wanted) resolve();
      });
    },
  };
}

describe('a screen that stops reading', () => {
  it('neither stops the others nor costs memory, and has missed no event when it comes back', async () => {
    const { folder, runner, feed, socketPath } = await served();
    const stalled = await raw(socketPath);
    const client = await connect(folder);
    const seen = counted(client);
    const before = memoryInUse();
    for (let round = 0; round < 200; round += 1) {
      runner.append(...Array.from({ length: 20 }, (_, at) => note(`${round}.${at} ${'x'.repeat(1_000)}`)));
      feed.output('look', 'y'.repeat(500_000));
      feed.live(snapshot(round));
      await seen.events(2 + (round + 1) * 20);
    }
    // A hundred megabytes went by.
    expect(memoryInUse() - before).toBeLessThan(20_000_000);

    let text = '';
    stalled.setEncoding('utf8');
    stalled.on('data', (chunk) => {
      text += chunk;
    });
    await new Promise<void>((resolve) => {
      stalled.on('data', () => {
        if (text.includes('"podCount":199')) resolve();
      });
    });
    const messages = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const events = messages.flatMap((message) => (message.type === 'events' ? message.events : []));
    expect(events).toEqual(readJournal(folder).events);
    expect(messages.filter((message) => message.type === 'live').length).toBeLessThan(20);
    const output = messages
      .filter((message) => message.type === 'output')
      .map((message) => message.text as string);
    expect(output.join('').length).toBeLessThan(2_000_000);
    expect(output.join('')).toMatch(/… \d+ characters are not shown here; the step's output file has all/);
    client.detach();
  }, 60_000);
});

describe('whoever speaks something else', () => {
  it.each([
    ['no JSON', 'GET / HTTP/1.1\r\n\r\n'],
    ['another message', '{"type":"shutdown"}\n'],
    ['an intent that is none', '{"type":"intent","id":1,"asked":{"intent":{"type":"rm"},"by":"operator"}}\n'],
    [
      'an intent with more in it',
      '{"type":"intent","id":1,"asked":{"intent":{"type":"add-note","text":"x","seq":9},"by":"operator"}}\n',
    ],
    [
      'an intent of nobody',
      '{"type":"intent","id":1,"asked":{"intent":{"type":"add-note","text":"x"},"by":"root"}}\n',
    ],
    ['a line without end', 'x'.repeat(1_100_000)],
    ['null', 'null\n'],
  ])('is hung up on, and nobody else is: %s', async (_, text) => {
    const { folder, runner, socketPath } = await served();
    const client = await connect(folder);
    const stranger = await raw(socketPath);
    stranger.resume();
    const gone = closed(stranger);
    stranger.write(text);
    await gone;
    expect(runner.asked).toEqual([]);
    expect(await client.send(addNote('still here'))).toEqual({ ok: true });
    client.detach();
  });

  it('may be cut off in the middle of a line', async () => {
    const { server, socketPath, runner } = await served();
    const stranger = await raw(socketPath);
    const left = new Promise<void>((resolve) => server.onScreens((screens) => screens === 0 && resolve()));
    stranger.write('{"type":"intent"', () => stranger.destroy());
    await left;
    expect(runner.asked).toEqual([]);
  });
});

describe('the socket', () => {
  it('is for its owner alone, and gone afterwards', async () => {
    const { server, socketPath } = await served();
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    await server.close();
    expect(() => statSync(socketPath)).toThrow(/ENOENT/);
  });

  it('of nobody is no session', async () => {
    const { folder, server } = await served();
    await server.close();
    await expect(connect(folder)).rejects.toThrow(NoHost);
    rmSync(path.join(folder, 'host.json'));
    await expect(connect(folder)).rejects.toThrow(/rollbook resume/);
    await expect(connect(temporaryFolder())).rejects.toThrow(NoHost);
  });
});

import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, NoHost } from '../../src/host/client.ts';
import { type Holder, sessionHolder } from '../../src/host/lock.ts';
import { startHost } from '../../src/host/spawn.ts';
import { readJournal } from '../../src/journal/replay.ts';
import { temporaryFolder } from '../journal/folder.ts';
import { heard } from './served.ts';

const program = path.resolve(import.meta.dirname, 'fixtures/host.ts');
const addNote = (text: string) => ({ intent: { type: 'add-note', text }, by: 'operator' }) as const;

function start(folder: string, request: Record<string, string | number> = {}, patienceMs = 30_000) {
  const stateFolder = path.join(folder, 'state');
  return startHost({ program, stateFolder, env: process.env, request: { folder, ...request }, patienceMs });
}

/** Starts a host, and ends it when the test is over, however that went. */
async function host(folder: string, request: Record<string, string | number> = {}) {
  const greeting = await start(folder, request);
  expect(greeting).toEqual({ ready: true, folder });
  const { pid } = sessionHolder(folder) as Holder;
  onTestFinished(() => {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It is gone already, as it should.
    }
  });
  return { pid, client: await connect(folder) };
}

describe('a session host', () => {
  it('is started, served, told to stop, and leaves the session resumable', async () => {
    const folder = temporaryFolder();
    const { pid, client } = await host(folder);
    const screen = heard(client);
    expect(pid).not.toBe(process.pid);
    expect(await client.send(addNote('first'))).toEqual({ ok: true });
    process.kill(pid, 'SIGTERM');
    expect(await client.closed).toBe('paused');
    expect(screen.events.at(-1)).toMatchObject({
      type: 'session-paused',
      reason: expect.stringContaining('SIGTERM'),
    });
    const again = await host(folder);
    heard(again.client);
    await again.client.send(addNote('second'));
    expect(readJournal(folder).events.map((event) => event.type)).toEqual([
      'session-started',
      'step-planned',
      'note-added',
      'session-paused',
      'session-resumed',
      'note-added',
    ]);
    expect(existsSync(path.join(folder, 'left-well'))).toBe(true);
  });

  it('keeps its log with the session, and passes nothing of its start on to its children', async () => {
    const folder = temporaryFolder();
    await host(folder);
    expect(readFileSync(path.join(folder, 'host.log'), 'utf8')).toBe('leaked: \n');
    expect(statSync(path.join(folder, 'host.log')).mode & 0o777).toBe(0o600);
    expect(readdirSync(path.join(folder, 'state'))).toEqual([]);
  });

  it('that is killed loses nothing that a screen was shown, and can be followed at once', async () => {
    const folder = temporaryFolder();
    const { pid, client } = await host(folder);
    const screen = heard(client);
    for (let count = 0; count < 20; count += 1) await client.send(addNote(`note ${count}`));
    const unanswered = client.send(addNote('while it dies'));
    process.kill(pid, 'SIGKILL');
    expect(await client.closed).toBe('lost');
    await unanswered;
    const { events } = readJournal(folder);
    expect(events.slice(0, screen.events.length)).toEqual(screen.events);
    await expect(connect(folder)).rejects.toThrow(NoHost);
    const again = await host(folder);
    expect(await again.client.send(addNote('after'))).toEqual({ ok: true });
  });

  it('is the only one for its session', async () => {
    const folder = temporaryFolder();
    const { pid, client } = await host(folder);
    expect(await start(folder)).toMatchObject({
      ready: false,
      problems: [expect.any(String), expect.stringContaining(`already being run by process ${pid}`)],
    });
    expect(await client.send(addNote('undisturbed'))).toEqual({ ok: true });
  });

  it('leaves by itself when nobody comes', async () => {
    const folder = temporaryFolder();
    const { client } = await host(folder, { idleMs: 50 });
    const screen = heard(client);
    client.detach();
    await client.closed;
    await expect
      .poll(() => existsSync(path.join(folder, 'left-well')), { interval: 10, timeout: 10_000 })
      .toBe(true);
    expect(screen.events.length).toBeGreaterThan(0);
    expect(readJournal(folder).events.at(-1)).toMatchObject({ type: 'session-paused' });
  });

  it('is reached when its folder is too deep for a socket', async () => {
    const folder = path.join(temporaryFolder(), 'x'.repeat(100));
    mkdirSync(folder, { mode: 0o700 });
    const { client } = await host(folder);
    expect(await client.send(addNote('deep'))).toEqual({ ok: true });
    const { socket } = sessionHolder(folder) as Holder;
    expect(Buffer.byteLength(socket ?? '')).toBeLessThanOrEqual(100);
    expect(statSync(path.dirname(socket ?? '')).mode & 0o777).toBe(0o700);
  });
});

describe('a host that does not come up', () => {
  it('says why', async () => {
    const folder = temporaryFolder();
    expect(await start(folder, { behave: 'refuse' })).toEqual({
      ready: false,
      problems: ['The runbook is not valid.', 'Twice.'],
      exitCode: 2,
    });
    expect(readdirSync(path.join(folder, 'state'))).toEqual([]);
  });

  it('is reported with its last words when it crashed', async () => {
    expect(await start(temporaryFolder(), { behave: 'crash' })).toMatchObject({
      ready: false,
      problems: [
        'The session host ended before it was ready (exit code 1).',
        expect.stringContaining('a bug in the host'),
      ],
    });
  });

  it('is ended when it says nothing', async () => {
    expect(await start(temporaryFolder(), { behave: 'hang' }, 300)).toMatchObject({
      ready: false,
      problems: [expect.stringContaining('said nothing')],
    });
  });
});

import path from 'node:path';
import { onTestFinished } from 'vitest';
import type { Draft, Event } from '../../src/engine/event.ts';
import { createFeed } from '../../src/host/feed.ts';
import { lockSession } from '../../src/host/lock.ts';
import type { FromHost, SessionClient } from '../../src/host/protocol.ts';
import { serveSocket } from '../../src/host/server.ts';
import { asked, started } from '../journal/events.ts';
import { openAt, temporaryFolder } from '../journal/folder.ts';
import { scriptedRunner } from './scripted-runner.ts';

/** A session that waits at its question, on a real socket. */
export async function served(first: readonly Draft[] = [started, asked]) {
  const folder = temporaryFolder();
  const journal = openAt(folder);
  const feed = createFeed();
  const runner = scriptedRunner(journal, feed);
  runner.append(...first);
  const lock = lockSession(folder);
  const socketPath = path.join(folder, 'host.sock');
  const server = await serveSocket({
    folder,
    session: '261122-04k',
    version: '0.1.0',
    runner,
    journal,
    feed,
    socketPath,
  });
  lock.describe({ pid: process.pid, since: '2026-11-22T12:00:00Z', socket: socketPath });
  onTestFinished(async () => {
    await server.close(0);
    lock.release();
    journal.close();
  });
  return { folder, journal, feed, runner, server, socketPath };
}

/** What a client was told, and a way to wait for more. */
export function heard(client: Pick<SessionClient, 'subscribe'>) {
  const messages: FromHost[] = [];
  const waiting = new Set<() => void>();
  client.subscribe((message) => {
    messages.push(message);
    for (const look of waiting) look();
  });
  return {
    messages,
    get events(): readonly Event[] {
      return messages.flatMap((message) => (message.type === 'events' ? message.events : []));
    },
    until(holds: () => boolean): Promise<void> {
      return new Promise((resolve) => {
        const look = () => {
          if (!holds()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    },
  };
}

import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import type { Runner } from '../engine/runner.ts';
import type { Journal } from '../journal/journal.ts';
import { openJournalTail } from '../journal/tail.ts';
import type { Feed } from './feed.ts';
import { createLineReader } from './lines.ts';
import { parseToHost } from './messages.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import type { FromHost, ToHost } from './protocol.ts';

export interface ServerOptions {
  readonly folder: string;
  readonly session: string;
  readonly version: string;
  readonly runner: Pick<Runner, 'ask'>;
  readonly journal: Pick<Journal, 'size'>;
  readonly feed: Feed;
  readonly socketPath: string;
}

export interface SessionServer {
  /** Screens that are attached. */
  readonly screens: number;
  onScreens(listener: (screens: number) => void): void;
  /** Tells every screen something, whatever else is in their mail. */
  broadcast(message: FromHost): void;
  /** Gives screens a moment to take the last of their mail, then hangs up. */
  close(graceMs?: number): Promise<void>;
}

const LONGEST_LINE = 1_000_000;
const GRACE_MS = 2_000;

/** Serves a session to screens on a local socket that only its owner may open. */
export async function serveSocket(options: ServerOptions): Promise<SessionServer> {
  const { feed, socketPath, folder, session, version } = options;
  const tail = openJournalTail(folder);
  const journal = { read: (offset: number) => tail.read(offset, options.journal.size) };
  const screens = new Map<Socket, Outbox>();
  const listeners = new Set<(screens: number) => void>();
  const announce = () => {
    for (const listener of listeners) listener(screens.size);
  };

  const server = createServer((socket) => {
    const outbox = createOutbox(socket, journal);
    screens.set(socket, outbox);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      screens.delete(socket);
      announce();
    });
    listen(socket, (message) => answer(options.runner, socket, outbox, message));
    const hello: FromHost = { type: 'hello', protocol: 1, session, version, folder };
    socket.write(`${JSON.stringify(hello)}\n`);
    outbox.pump();
    if (feed.lastLive) outbox.live(feed.lastLive);
    announce();
  });

  const stopListening = feed.listen({
    events: () => {
      for (const outbox of screens.values()) outbox.pump();
    },
    output: (step, text) => {
      for (const outbox of screens.values()) outbox.output(step, text);
    },
    live: (snapshot) => {
      for (const outbox of screens.values()) outbox.live(snapshot);
    },
  });

  // The lock is ours, so a socket that is there was left by a host that died.
  rmSync(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });
  chmodSync(socketPath, 0o600);

  let closing: Promise<void> | undefined;
  async function close(graceMs: number): Promise<void> {
    stopListening();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const outbox of screens.values()) outbox.end();
    const hangUp = setTimeout(() => {
      for (const socket of screens.keys()) socket.destroy();
    }, graceMs);
    await closed;
    clearTimeout(hangUp);
    tail.close();
    rmSync(socketPath, { force: true });
  }

  return {
    get screens() {
      return screens.size;
    },
    onScreens: (listener) => listeners.add(listener),
    broadcast(message) {
      for (const outbox of screens.values()) outbox.reply(message);
    },
    close: (graceMs = GRACE_MS) => {
      closing ??= close(graceMs);
      return closing;
    },
  };
}

function listen(socket: Socket, take: (message: ToHost) => void): void {
  const lines = createLineReader(LONGEST_LINE);
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    try {
      for (const line of lines.push(text)) {
        const message = parseToHost(line);
        // Whoever speaks something else is not one of our screens.
        if (message === undefined) return socket.destroy();
        take(message);
      }
    } catch (error) {
      if (error instanceof RangeError) socket.destroy();
      else throw error;
    }
    return undefined;
  });
}

function answer(runner: Pick<Runner, 'ask'>, socket: Socket, outbox: Outbox, message: ToHost): void {
  if (message.type === 'detach') {
    socket.end();
    return;
  }
  const { id } = message;
  try {
    const answered = runner.ask(message.asked);
    outbox.reply(answered.ok ? { type: 'accepted', id } : { type: 'refused', id, message: answered.message });
  } catch (error) {
    // The journal cannot be written: nothing was done, and the runner says so by its own end.
    outbox.reply({ type: 'refused', id, message: error instanceof Error ? error.message : String(error) });
  }
}

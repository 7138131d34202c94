import { readFileSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import path from 'node:path';
import { createLineReader } from './lines.ts';
import type { Closed, FromHost, SessionClient, ToHost } from './protocol.ts';
import { createSubscribers } from './subscribers.ts';

/** No host serves the session. */
export class NoHost extends Error {
  constructor(session: string, cause?: unknown) {
    super(
      `Session ${session} is not being run by any process. To go on with it: rollbook resume ${session}`,
      {
        cause,
      },
    );
    this.name = 'NoHost';
  }
}

type Answer = Awaited<ReturnType<SessionClient['send']>>;

const HELLO_WITHIN_MS = 10_000;

/** Joins the session whose host has this folder. Throws NoHost. */
export async function connect(folder: string): Promise<SessionClient> {
  const session = path.basename(folder);
  const socket = await dial(folder, session);
  const subscribers = createSubscribers();
  const waiting = new Map<number, (answer: Answer) => void>();
  let asked = 0;
  let leaving = false;
  let closedAs: Closed = 'lost';

  const closed = new Promise<Closed>((resolve) => {
    socket.on('close', () => {
      const gone = `The session's host went away before it answered. To go on: rollbook resume ${session}`;
      for (const answer of waiting.values()) answer({ ok: false, message: gone });
      waiting.clear();
      resolve(leaving ? 'detached' : closedAs);
    });
  });

  function take(message: FromHost): void {
    if (message.type === 'accepted') settle(message.id, { ok: true });
    if (message.type === 'refused') settle(message.id, { ok: false, message: message.message });
    if (message.type === 'events') closedAs = howItStands(message, closedAs);
    subscribers.give(message);
  }

  function settle(id: number, answer: Answer): void {
    waiting.get(id)?.(answer);
    waiting.delete(id);
  }

  const write = (message: ToHost): void => {
    if (socket.writable) socket.write(`${JSON.stringify(message)}\n`);
  };

  await helloFrom(socket, session, take);
  return {
    folder,
    closed,
    subscribe: subscribers.add,
    send(wanted) {
      asked += 1;
      const id = asked;
      if (!socket.writable)
        return Promise.resolve({ ok: false, message: 'The session is over, or its host is gone.' });
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        write({ type: 'intent', id, asked: wanted });
      });
    },
    detach() {
      leaving = true;
      write({ type: 'detach' });
      socket.end();
    },
  };
}

/** What the host's going away means after these events. */
function howItStands(message: Extract<FromHost, { type: 'events' }>, before: Closed): Closed {
  const last = message.events.at(-1);
  if (last === undefined) return before;
  if (last.type === 'session-ended' || before === 'ended') return 'ended';
  return last.type === 'session-paused' ? 'paused' : 'lost';
}

async function dial(folder: string, session: string): Promise<Socket> {
  const socket = connectSocket(socketOf(folder, session));
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', (error) => reject(new NoHost(session, error)));
  });
  // What goes wrong from here on ends in 'close'.
  socket.on('error', () => undefined);
  return socket;
}

function socketOf(folder: string, session: string): string {
  try {
    const holder = JSON.parse(readFileSync(path.join(folder, 'host.json'), 'utf8')) as { socket?: string };
    if (holder.socket !== undefined) return holder.socket;
  } catch (error) {
    throw new NoHost(session, error);
  }
  throw new NoHost(session);
}

/** Resolves once the host has introduced itself. */
function helloFrom(socket: Socket, session: string, take: (message: FromHost) => void): Promise<void> {
  const lines = createLineReader();
  socket.setEncoding('utf8');
  return new Promise((resolve, reject) => {
    const giveUp = setTimeout(() => {
      reject(
        new Error(`The host of session ${session} does not answer. Is it stopped (Ctrl-Z, kill -STOP)?`),
      );
      socket.destroy();
    }, HELLO_WITHIN_MS);
    socket.once('close', () => {
      clearTimeout(giveUp);
      reject(new NoHost(session));
    });
    socket.on('data', (text: string) => {
      for (const line of lines.push(text)) {
        const message = parse(line);
        if (message === undefined) return socket.destroy();
        if (message.type === 'hello') {
          clearTimeout(giveUp);
          if (message.protocol !== 1) {
            reject(
              new Error(`Session ${session} is run by another version (${message.version}) of rollbook.`),
            );
            return socket.destroy();
          }
          resolve();
        }
        take(message);
      }
      return undefined;
    });
  });
}

function parse(line: string): FromHost | undefined {
  try {
    return JSON.parse(line) as FromHost;
  } catch {
    return undefined;
  }
}

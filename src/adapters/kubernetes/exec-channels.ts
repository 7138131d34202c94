import type { WebSocket } from 'ws';
import type { Clock } from '../../ports/clock.ts';
import { type Ending, endingIn } from './exec-end.ts';

/** How a silent connection is watched, in milliseconds. */
export interface ExecRhythm {
  /** Between two pings. */
  readonly pingMs: number;
  /** How long the server may take to close the connection once it told how the program ended. */
  readonly closeMs: number;
}

export const EXEC_RHYTHM: ExecRhythm = { pingMs: 10_000, closeMs: 2_000 };

/** So many pings without a sign of life mean that nobody is there; a count, for this process may have been asleep. */
const PINGS_UNANSWERED = 3;
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const ENDING = 3;
const CLOSE_CHANNEL = 255;
/** What tells of an ending at greater length is not understood. */
const MAX_ENDING_BYTES = 1024 * 1024;
const STDIN_PIECE = 32 * 1024;
/** So much may wait to be kept before the server is held back. */
const MAX_WAITING_BYTES = 1024 * 1024;

export interface Conversation {
  readonly clock: Clock;
  readonly rhythm: ExecRhythm;
  /** Sent, and its channel closed after it; only under v5. */
  readonly stdin: string | undefined;
  /** Resolves once the piece is kept. */
  readonly onStdout: (piece: Buffer) => Promise<void>;
  readonly onStderr: (piece: Buffer) => Promise<void>;
}

/** The connection ended, and nobody said how the program did; the message says how it ended. */
export class ConversationLost extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'ConversationLost';
  }
}

/**
 * Follows a program over the channels of one WebSocket to its end; resolves to how it ended. Rejects with
 * ConversationLost, or with the signal's reason.
 */
export async function converse(
  socket: WebSocket,
  conversation: Conversation,
  signal: AbortSignal,
): Promise<Ending> {
  const over = new AbortController();
  try {
    return await new Promise<Ending>((resolve, reject) => {
      const state = listen(socket, conversation, over.signal, resolve, reject);
      const abort = () => reject(signal.reason);
      signal.addEventListener('abort', abort, { once: true, signal: over.signal });
      if (signal.aborted) abort();
      void watch(socket, conversation, state, over.signal);
      if (conversation.stdin !== undefined) sendStdin(socket, conversation.stdin);
      socket.resume();
    });
  } finally {
    over.abort();
    socket.terminate();
  }
}

interface Life {
  /** Pings since anything was heard. */
  unanswered: number;
  waiting: number;
  why: string | undefined;
}

function listen(
  socket: WebSocket,
  { clock, rhythm, onStdout, onStderr }: Conversation,
  over: AbortSignal,
  resolve: (ending: Ending) => void,
  reject: (error: unknown) => void,
): Life {
  const life: Life = { unanswered: 0, waiting: 0, why: undefined };
  let bytes = Buffer.alloc(0);
  let ending: Ending | undefined;
  let kept = Promise.resolve();

  const take = (piece: Buffer, keep: (piece: Buffer) => Promise<void>) => {
    if (piece.length === 0) return;
    life.waiting += piece.length;
    if (life.waiting > MAX_WAITING_BYTES) socket.pause();
    kept = keep(piece).then(() => {
      life.waiting -= piece.length;
      if (life.waiting <= MAX_WAITING_BYTES && socket.isPaused) socket.resume();
    });
    kept.catch(reject);
  };
  const takeEnding = (piece: Buffer) => {
    if (ending !== undefined || piece.length === 0 || bytes.length > MAX_ENDING_BYTES) return;
    bytes = Buffer.concat([bytes, piece]);
    ending = endingIn(bytes);
    if (ending !== undefined) clock.sleep(rhythm.closeMs, over).then(conclude, () => undefined);
  };
  const conclude = () => {
    const told = ending;
    if (told === undefined) reject(new ConversationLost(life.why ?? 'The connection was closed.'));
    else kept.then(() => resolve(told), reject);
  };

  socket.on('message', (data: Buffer) => {
    life.unanswered = 0;
    const piece = data.subarray(1);
    switch (data[0]) {
      case STDOUT:
        return take(piece, onStdout);
      case STDERR:
        return take(piece, onStderr);
      case ENDING:
        return takeEnding(piece);
    }
  });
  const alive = () => {
    life.unanswered = 0;
  };
  socket.on('pong', alive);
  socket.on('ping', alive);
  socket.on('error', (error) => {
    life.why ??= `The connection broke: ${error.message}.`;
  });
  socket.once('close', (code: number) => {
    life.why ??= code === 1006 ? 'The connection broke off.' : `The connection was closed with code ${code}.`;
    conclude();
  });
  return life;
}

/** A connection that a firewall forgot is never closed: only pings tell. */
async function watch(
  socket: WebSocket,
  { clock, rhythm }: Conversation,
  life: Life,
  over: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      await clock.sleep(rhythm.pingMs, over);
      // held back by us, nothing can be heard
      if (socket.isPaused) life.unanswered = 0;
      if (life.unanswered >= PINGS_UNANSWERED) {
        life.why = 'Nothing was heard from the server any more.';
        socket.terminate();
        return;
      }
      life.unanswered += 1;
      if (socket.readyState === socket.OPEN) socket.ping();
    }
  } catch {
    // it is over
  }
}

function sendStdin(socket: WebSocket, stdin: string): void {
  const bytes = Buffer.from(stdin);
  for (let at = 0; at < bytes.length; at += STDIN_PIECE)
    socket.send(Buffer.concat([Buffer.of(STDIN), bytes.subarray(at, at + STDIN_PIECE)]));
  socket.send(Buffer.of(CLOSE_CHANNEL, STDIN));
}

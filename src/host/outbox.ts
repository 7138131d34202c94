import type { Writable } from 'node:stream';
import type { LiveSnapshot } from '../cluster/live.ts';
import type { FromHost } from './protocol.ts';

/** The journal's events as JSON, from a byte on. */
export interface JournalReader {
  /** Undefined at the end. */
  read(offset: number): { readonly events: readonly string[]; readonly next: number } | undefined;
}

/** One screen's mail. A screen that stops reading costs no memory: events are read from the journal when it comes back. */
export interface Outbox {
  /** Sends what there is and what the screen can take. */
  pump(): void;
  reply(message: FromHost): void;
  output(step: string, text: string): void;
  live(snapshot: LiveSnapshot): void;
  /** Hangs up once everything was taken. */
  end(): void;
}

const OUTPUT_KEPT = 64 * 1024;
/** Intents sent by a screen that reads no answers. */
const MOST_REPLIES = 1_000;

interface PendingOutput {
  text: string;
  lost: number;
}

export function createOutbox(socket: Writable, journal: JournalReader): Outbox {
  const replies: FromHost[] = [];
  const outputs = new Map<string, PendingOutput>();
  let snapshot: LiveSnapshot | undefined;
  let offset = 0;
  let full = false;
  let ending = false;

  function nextMessage(): string | undefined {
    const read = journal.read(offset);
    if (read !== undefined) {
      offset = read.next;
      return `{"type":"events","events":[${read.events.join(',')}]}`;
    }
    const reply = replies.shift();
    if (reply !== undefined) return JSON.stringify(reply);
    for (const [step, { text, lost }] of outputs) {
      outputs.delete(step);
      const missing =
        lost > 0 ? `… ${lost} characters are not shown here; the step's output file has all\n` : '';
      return JSON.stringify({ type: 'output', step, text: missing + text } satisfies FromHost);
    }
    if (snapshot === undefined) return undefined;
    const live: FromHost = { type: 'live', snapshot };
    snapshot = undefined;
    return JSON.stringify(live);
  }

  function pump(): void {
    while (!full && socket.writable) {
      const message = nextMessage();
      if (message === undefined) {
        if (ending) socket.end();
        return;
      }
      full = !socket.write(`${message}\n`);
    }
  }

  socket.on('drain', () => {
    full = false;
    pump();
  });

  return {
    pump,
    reply(message) {
      replies.push(message);
      if (replies.length > MOST_REPLIES) socket.destroy();
      else pump();
    },
    output(step, text) {
      const before = outputs.get(step) ?? { text: '', lost: 0 };
      const all = before.text + text;
      const cut = Math.max(0, all.length - OUTPUT_KEPT);
      outputs.set(step, { text: all.slice(cut), lost: before.lost + cut });
      pump();
    },
    live(latest) {
      snapshot = latest;
      pump();
    },
    end() {
      ending = true;
      pump();
    },
  };
}

import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { Event } from '../engine/event.ts';
import { beforeFirst, FIRST_HASH, hashBefore, readLine } from './line.ts';

export const JOURNAL_FILE = 'journal.jsonl';

/** Small enough to stay in the processor's cache. */
const CHUNK_BYTES = 1 << 17;
const NEWLINE = 10;

/** Where a journal stops being true. Nothing after that line is read. */
export class JournalDamaged extends Error {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  constructor(file: string, line: number, reason: string) {
    super(
      `${file}:${line}: ${reason}. The session is not resumed from a journal that cannot be trusted; \`rollbook show\` still draws what comes before.`,
    );
    this.name = 'JournalDamaged';
    this.file = file;
    this.line = line;
  }
}

/** How a journal ends. */
export interface JournalEnd {
  readonly seq: number;
  readonly hash: string;
  /** Bytes of whole lines. */
  readonly size: number;
  /** Bytes after them: a line that a crash cut short, or one that is being written right now. */
  readonly tornBytes: number;
}

/** The events of a session's folder, each checked against the one before. Throws JournalDamaged. */
function* replayJournal(folder: string): Generator<Event, JournalEnd> {
  const file = path.join(folder, JOURNAL_FILE);
  const end = { seq: 0, hash: FIRST_HASH, size: 0, tornBytes: 0 };
  const before = beforeFirst().length;
  for (const bytes of wholeLines(file)) {
    let start = before;
    for (let at = bytes.indexOf(NEWLINE, start); at !== -1; at = bytes.indexOf(NEWLINE, start)) {
      const read = readLine(bytes, start, at, end.seq + 1);
      if (typeof read === 'string') throw new JournalDamaged(file, end.seq + 1, read);
      end.seq += 1;
      end.size += at + 1 - start;
      start = at + 1;
      yield read;
    }
    end.hash = hashBefore(bytes, start);
    end.tornBytes = bytes.length - start;
  }
  return end;
}

/** All events and how the journal ends. */
export function readJournal(folder: string): { readonly events: readonly Event[]; readonly end: JournalEnd } {
  const events: Event[] = [];
  const replaying = replayJournal(folder);
  for (;;) {
    const { done, value } = replaying.next();
    if (done) return { events, end: value };
    events.push(value);
  }
}

/** What can be trusted of a journal: all of it, or the events before the damage. */
export function readTrusted(folder: string): {
  readonly events: readonly Event[];
  readonly damage?: JournalDamaged;
  readonly end?: JournalEnd;
} {
  const events: Event[] = [];
  const replaying = replayJournal(folder);
  try {
    for (;;) {
      const { done, value } = replaying.next();
      if (done) return { events, end: value };
      events.push(value);
    }
  } catch (error) {
    if (error instanceof JournalDamaged) return { events, damage: error };
    throw error;
  }
}

/** Chunks of a file, each beginning with the end of the last whole line of the one before; a large file is never in memory as a whole. */
function* wholeLines(file: string): Generator<Buffer> {
  const descriptor = openSync(file, 'r');
  try {
    let held: Buffer = beforeFirst();
    const overlap = held.length;
    for (;;) {
      const chunk = Buffer.allocUnsafe(held.length + CHUNK_BYTES);
      held.copy(chunk);
      const count = readSync(descriptor, chunk, held.length, CHUNK_BYTES, null);
      if (count === 0) return;
      const bytes = chunk.subarray(0, held.length + count);
      const whole = bytes.lastIndexOf(NEWLINE) + 1;
      held = Buffer.from(bytes.subarray(whole - overlap));
      yield bytes;
    }
  } finally {
    closeSync(descriptor);
  }
}

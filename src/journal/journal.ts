import { closeSync, constants, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { Draft, Event } from '../engine/event.ts';
import { writeLine } from './line.ts';
import type { Redactor } from './redact.ts';
import { JOURNAL_FILE, type JournalEnd, readJournal } from './replay.ts';
import { seal } from './seal.ts';

/** The disk refused. Nothing that was to follow has been done. */
export class JournalUnwritable extends Error {
  constructor(file: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(
      `The journal ${file} cannot be written (${reason}), so nothing more is done. Make it writable again, then resume the session.`,
      { cause },
    );
    this.name = 'JournalUnwritable';
  }
}

export interface Journal {
  /** What it held when it was opened. */
  readonly events: readonly Event[];
  /** Bytes of a cut line that were put aside in journal.torn; 0 as a rule. */
  readonly tornBytes: number;
  /** Stamps, redacts, neutralises and writes; the events are on the disk when it returns. Throws JournalUnwritable. */
  append(drafts: readonly Draft[]): readonly Event[];
  /** Bytes written, all of whole lines. */
  readonly size: number;
  close(): void;
}

export interface JournalOptions {
  /** Exists already, with mode 0700. */
  readonly folder: string;
  /** Milliseconds since the epoch. */
  now(): number;
  readonly redactor: Redactor;
}

const { O_RDWR, O_CREAT, O_APPEND, O_DSYNC = 0, O_NOFOLLOW = 0 } = constants;

/** Opens a journal to write on: a new one, or one to go on with. A line that a crash cut short is put aside. */
export function openJournal(options: JournalOptions): Journal {
  const file = path.join(options.folder, JOURNAL_FILE);
  const descriptor = attempt(file, () =>
    // Synchronous writes cost a third less than a separate flush.
    openSync(file, O_RDWR | O_CREAT | O_APPEND | O_DSYNC | O_NOFOLLOW, 0o600),
  );
  try {
    const { events, end } = readJournal(options.folder);
    attempt(file, () => {
      if (end.tornBytes > 0) putAside(options.folder, descriptor, end);
      syncFolder(options.folder);
    });
    return writer(options, file, descriptor, events, end);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function writer(
  { now, redactor }: JournalOptions,
  file: string,
  descriptor: number,
  events: readonly Event[],
  end: JournalEnd,
): Journal {
  let { seq, hash, size } = end;
  let broken: JournalUnwritable | undefined;

  function append(drafts: readonly Draft[]): readonly Event[] {
    if (broken) throw broken;
    const time = new Date(now()).toISOString();
    const stamped = drafts.map(
      (draft, at) => ({ seq: seq + at + 1, time, ...seal(draft, redactor) }) as Event,
    );
    let last = hash;
    let text = '';
    for (const event of stamped) {
      const written = writeLine(event, last);
      last = written.hash;
      text += `${written.line}\n`;
    }
    const bytes = Buffer.from(text);
    try {
      writeAll(descriptor, bytes);
    } catch (error) {
      broken = new JournalUnwritable(file, error);
      cutBack(descriptor, size);
      throw broken;
    }
    seq += stamped.length;
    hash = last;
    size += bytes.length;
    return stamped;
  }

  return {
    events,
    tornBytes: end.tornBytes,
    append,
    get size() {
      return size;
    },
    close: () => closeSync(descriptor),
  };
}

function attempt<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new JournalUnwritable(file, error);
  }
}

/** A full disk may take a part only. */
function writeAll(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at);
  if (O_DSYNC === 0) fsyncSync(descriptor);
}

/** Half a line is taken back where the disk still allows it; where not, it is put aside when the session is resumed. */
function cutBack(descriptor: number, size: number): void {
  try {
    ftruncateSync(descriptor, size);
  } catch {
    // A disk that refuses this as well leaves a line cut short, which the next start puts aside.
  }
}

function putAside(folder: string, descriptor: number, end: JournalEnd): void {
  const torn = Buffer.alloc(end.tornBytes);
  readSync(descriptor, torn, 0, torn.length, end.size);
  const aside = openSync(path.join(folder, 'journal.torn'), 'a', 0o600);
  writeAll(aside, Buffer.concat([torn, Buffer.from('\n')]));
  fsyncSync(aside);
  closeSync(aside);
  ftruncateSync(descriptor, end.size);
  fsyncSync(descriptor);
}

/** A new file is only sure to be there when its folder was flushed too. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

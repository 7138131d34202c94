import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import { eventOf } from './line.ts';
import { JOURNAL_FILE } from './replay.ts';

/** Reads a journal's events by place, for those that follow it while it grows. */
export interface JournalTail {
  /** Events as JSON, from byte `offset` up to byte `size`, some 64 KiB at a time; undefined when there are none. */
  read(
    offset: number,
    size: number,
  ): { readonly events: readonly string[]; readonly next: number } | undefined;
  close(): void;
}

const CHUNK_BYTES = 65_536;

export function openJournalTail(folder: string): JournalTail {
  const descriptor = openSync(path.join(folder, JOURNAL_FILE), 'r');
  return {
    read(offset, size) {
      for (let length = CHUNK_BYTES; offset < size; length *= 4) {
        const bytes = Buffer.allocUnsafe(Math.min(length, size - offset));
        const count = readSync(descriptor, bytes, 0, bytes.length, offset);
        const end = bytes.subarray(0, count).lastIndexOf('\n');
        if (end !== -1)
          return { events: bytes.toString('utf8', 0, end).split('\n').map(eventOf), next: offset + end + 1 };
        if (offset + length >= size) return undefined;
      }
      return undefined;
    },
    close: () => closeSync(descriptor),
  };
}

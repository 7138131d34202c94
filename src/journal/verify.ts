import { JournalDamaged, readJournal } from './replay.ts';

export type Verdict =
  | {
      readonly ok: true;
      readonly events: number;
      /** Noted somewhere else, it also proves later that nothing was taken off the end. */
      readonly hash: string;
      /** Bytes of a line cut short at the end. */
      readonly tornBytes: number;
    }
  | { readonly ok: false; readonly line: number; readonly message: string };

/** Proves that a journal is as it was written: every line stands where it stood and says what it said. */
export function verifyJournal(folder: string): Verdict {
  try {
    const { events, end } = readJournal(folder);
    return { ok: true, events: events.length, hash: end.hash, tornBytes: end.tornBytes };
  } catch (error) {
    if (error instanceof JournalDamaged) return { ok: false, line: error.line, message: error.message };
    throw error;
  }
}

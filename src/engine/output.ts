import type { Desk } from './desk.ts';

const EVERY_MS = 1_000;
const KEPT = 4 * 1024;

/** Passes output on at once, and journals its tail at most once a second: a flood must not flood the journal. */
export function outputCollector(desk: Desk, step: string) {
  let pending = '';
  let bytes = 0;
  let journalledAt = desk.options.clock.elapsed();
  let closed = false;
  const filter = desk.options.outputFilter?.();
  const take = (text: string) => {
    if (text === '') return;
    pending = (pending + text).slice(-KEPT);
    desk.options.onOutput(step, text);
  };
  const flush = () => {
    if (pending === '') return;
    const text = pending;
    pending = '';
    journalledAt = desk.options.clock.elapsed();
    desk.append({ type: 'step-output', step, text, bytes });
  };
  return {
    emit(chunk: string) {
      // What a child that was let go still says belongs to no attempt.
      if (closed) return;
      bytes += Buffer.byteLength(chunk);
      take(filter === undefined ? chunk : filter.push(chunk));
      if (desk.options.clock.elapsed() - journalledAt < EVERY_MS) return;
      try {
        flush();
      } catch {
        // A stream's callback is no place to throw: the runner knows, and stops at its next event.
      }
    },
    close() {
      closed = true;
      if (filter !== undefined) take(filter.end());
      flush();
    },
  };
}

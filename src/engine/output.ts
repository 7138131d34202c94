import type { Desk } from './desk.ts';

const EVERY_MS = 1_000;
const KEPT = 4 * 1024;

/** Passes output on at once, and journals its tail at most once a second: a flood must not flood the journal. */
export function outputCollector(desk: Desk, step: string) {
  let pending = '';
  let bytes = 0;
  let journalledAt = desk.options.clock.now();
  const flush = () => {
    if (pending === '') return;
    desk.append({ type: 'step-output', step, text: pending, bytes });
    pending = '';
    journalledAt = desk.options.clock.now();
  };
  const emit = (chunk: string) => {
    bytes += Buffer.byteLength(chunk);
    pending = (pending + chunk).slice(-KEPT);
    desk.options.onOutput(step, chunk);
    if (desk.options.clock.now() - journalledAt >= EVERY_MS) flush();
  };
  return { emit, flush };
}

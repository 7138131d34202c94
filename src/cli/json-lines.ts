import type { Event } from '../engine/event.ts';

/** Control characters above ASCII, format characters and line separators: JSON lets them through, terminals act on them. */
const UNSEEN = /[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu;

/** Any value as one line of JSON that is safe to print; it reads back as the same value. */
export function asJsonLine(value: unknown): string {
  return JSON.stringify(value).replace(UNSEEN, escaped);
}

function escaped(text: string): string {
  return Array.from(
    { length: text.length },
    (_, at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
}

/** One event as a line of JSON for programs. The runbook itself stays out: `rollbook show` has it. */
export function jsonLine(event: Event): string {
  if (event.type !== 'session-started') return asJsonLine(event);
  const { runbook, ...rest } = event;
  return asJsonLine({
    ...rest,
    runbook: { id: runbook.id, title: runbook.title, file: runbook.file, sha256: runbook.sha256 },
  });
}

import type { Event } from '../engine/event.ts';

/** One event as a line of JSON for programs. The runbook itself stays out: `rollbook show` has it. */
export function jsonLine(event: Event): string {
  if (event.type !== 'session-started') return JSON.stringify(event);
  const { runbook, ...rest } = event;
  return JSON.stringify({
    ...rest,
    runbook: { id: runbook.id, title: runbook.title, file: runbook.file, sha256: runbook.sha256 },
  });
}

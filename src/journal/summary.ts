import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { Event, SessionEnd, World } from '../engine/event.ts';
import { JOURNAL_FILE } from './replay.ts';

/** A session at a glance. */
export interface SessionSummary {
  readonly id: string;
  readonly folder: string;
  readonly runbook: { readonly id: string; readonly title: string };
  readonly world: World;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly lastEventAt: string;
  readonly events: number;
  /** `open`: neither paused nor ended; its host is at work, or died. */
  readonly status: 'open' | 'paused' | 'ended';
  readonly outcome?: SessionEnd;
  /** How it ended, or why it was paused, in a sentence. */
  readonly note?: string;
  /** The step that the last event is about, or that is waited for. */
  readonly step?: string;
}

/** Undefined when there is no journal, or not one whole event in it. */
export function summarise({ id, folder }: Pick<SessionSummary, 'id' | 'folder'>): SessionSummary | undefined {
  const ends = firstAndLast(path.join(folder, JOURNAL_FILE));
  if (ends?.first.type !== 'session-started') return undefined;
  const { first, last } = ends;
  return {
    id,
    folder,
    runbook: { id: first.runbook.id, title: first.runbook.title },
    world: first.world,
    startedAt: first.time,
    lastEventAt: last.time,
    events: last.seq,
    ...stand(last),
  };
}

function stand(last: Event): Pick<SessionSummary, 'status' | 'outcome' | 'note' | 'step'> {
  if (last.type === 'session-ended') return { status: 'ended', outcome: last.outcome, note: last.summary };
  if (last.type === 'session-paused')
    return {
      status: 'paused',
      note: last.reason,
      ...(last.waitingFor === undefined ? {} : { step: last.waitingFor }),
    };
  return { status: 'open', ...('step' in last && last.step !== undefined ? { step: last.step } : {}) };
}

function firstAndLast(file: string): { readonly first: Event; readonly last: Event } | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size } = fstatSync(descriptor);
    const first = event(firstLine(descriptor, size));
    const last = event(lastLine(descriptor, size));
    return first === undefined || last === undefined ? undefined : { first, last };
  } finally {
    closeSync(descriptor);
  }
}

function event(line: string | undefined): Event | undefined {
  try {
    return line === undefined ? undefined : (JSON.parse(line) as Event);
  } catch {
    return undefined;
  }
}

const GLANCE_BYTES = 16_384;

/** The first holds the runbook, and may be long. */
function firstLine(descriptor: number, size: number): string | undefined {
  for (let length = GLANCE_BYTES; ; length *= 4) {
    const bytes = read(descriptor, 0, Math.min(length, size));
    const end = bytes.indexOf('\n');
    if (end !== -1) return bytes.toString('utf8', 0, end);
    if (length >= size) return undefined;
  }
}

/** The last whole one: bytes after the last newline are a line being written, or cut short. */
function lastLine(descriptor: number, size: number): string | undefined {
  for (let length = GLANCE_BYTES; ; length *= 4) {
    const start = Math.max(0, size - length);
    const bytes = read(descriptor, start, size - start);
    const end = bytes.lastIndexOf('\n');
    const before = end > 0 ? bytes.lastIndexOf('\n', end - 1) : -1;
    if (end !== -1 && (before !== -1 || start === 0)) return bytes.toString('utf8', before + 1, end);
    if (start === 0) return undefined;
  }
}

function read(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, position));
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import type { Event } from '../../src/engine/event.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
export const PROGRAM = path.join(ROOT, 'bin/rollbook.cjs');
export const RUNBOOK = 'banking-app/application-rollback';

/** A machine of its own for each test: its state, its home, its temporary files. */
export interface Place {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

export function newPlace(given: Readonly<Record<string, string>> = {}): Place {
  const folder = mkdtempSync(path.join(tmpdir(), 'e2e-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return {
    folder,
    env: {
      PATH: process.env.PATH ?? '',
      HOME: folder,
      TMPDIR: folder,
      ROLLBOOK_STATE_DIR: path.join(folder, 'state'),
      ...given,
    },
  };
}

export interface Running {
  readonly process: ChildProcess;
  /** Standard output so far, in lines. */
  readonly lines: readonly string[];
  readonly finished: Promise<Finished>;
  /** Resolves with the first line that fits. */
  line(fits: (line: string) => boolean): Promise<string>;
}

export interface Finished {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
  readonly lines: readonly string[];
}

/** Starts the built program without a terminal. */
export function start(place: Place, args: readonly string[]): Running {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: place.folder,
    env: place.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const waiting = new Set<(line: string) => void>();
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look(line);
  });
  const finished = new Promise<Finished>((resolve) => {
    child.once('close', (code, signal) => resolve({ code, signal, out: lines.join('\n'), err, lines }));
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  // A world that ends before its test does is the first thing to know when the test fails.
  if (args[0] === 'sandbox')
    void finished.then(({ code, signal }) => {
      if (signal !== 'SIGKILL') console.log(`The sandbox ended with ${code ?? signal}: ${err}`);
    });
  return {
    process: child,
    lines,
    finished,
    line: (fits) =>
      new Promise((resolve, reject) => {
        const found = lines.find(fits);
        if (found !== undefined) return resolve(found);
        const look = (line: string) => {
          if (!fits(line)) return;
          waiting.delete(look);
          resolve(line);
        };
        waiting.add(look);
        void finished.then(() =>
          reject(new Error(`It ended without that line:\n${lines.join('\n')}\n${err}`)),
        );
      }),
  };
}

export const rollbook = (place: Place, ...args: readonly string[]): Promise<Finished> =>
  start(place, args).finished;

/** The lines of `--json`, read. */
export const eventsOf = (lines: readonly string[]): readonly Event[] =>
  lines.map((line) => JSON.parse(line) as Event);

export function sessionOf(events: readonly Event[]): string {
  const begun = events.find((event) => event.type === 'session-started');
  if (begun?.type !== 'session-started') throw new Error('No session was started');
  return begun.session;
}

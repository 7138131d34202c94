import { tmpdir } from 'node:os';
import type { Runner } from '../engine/runner.ts';
import type { Journal } from '../journal/journal.ts';
import type { Clock } from '../ports/clock.ts';
import type { Feed } from './feed.ts';
import type { Starter } from './handshake.ts';
import { liveUntilOver } from './lifecycle.ts';
import type { SessionLock } from './lock.ts';
import { serveSocket } from './server.ts';
import { socketPath } from './socket-path.ts';

export interface HostOptions {
  readonly folder: string;
  readonly session: string;
  readonly version: string;
  /** Already taken for the folder; released at the end. */
  readonly lock: SessionLock;
  readonly journal: Journal;
  /** Its onEvents and onOutput speak into `feed`, and so does the live watch. */
  readonly runner: Runner;
  readonly feed: Feed;
  readonly clock: Clock;
  readonly starter: Starter;
  /** How long a question waits with no screen attached, in milliseconds; half an hour by default. */
  readonly idleMs?: number;
}

const IDLE_MS = 30 * 60_000;
/** Systems give a process some seconds between SIGTERM and SIGKILL. */
const STOP_GRACE_MS = 5_000;

/**
 * Serves a session to its screens until it is over, or paused to be resumed.
 * Resolves when every screen has the last event; rejects when the journal cannot be written, after saying so.
 */
export async function serveSession(options: HostOptions): Promise<void> {
  const { runner, journal, lock } = options;
  // It may fail before anyone waits for it.
  runner.done.catch(() => undefined);
  try {
    await serve(options);
  } finally {
    journal.close();
    lock.release();
  }
}

async function serve(options: HostOptions): Promise<void> {
  const { folder, runner, feed, clock } = options;
  const socket = socketPath(folder, {
    runtimeDir: process.env.XDG_RUNTIME_DIR,
    tmpDir: tmpdir(),
    uid: process.getuid?.() ?? 0,
  });
  const server = await serveSocket({ ...options, socketPath: socket });
  try {
    const since = new Date(clock.now()).toISOString();
    options.lock.describe({ pid: process.pid, since, socket });
    options.starter.greet({ ready: true, folder });
    await liveUntilOver({
      runner,
      feed,
      server,
      clock,
      idleMs: options.idleMs ?? IDLE_MS,
      graceMs: STOP_GRACE_MS,
      signals: process,
    });
  } catch (error) {
    server.broadcast({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    throw error;
  } finally {
    await server.close();
  }
}

import type { EventEmitter } from 'node:events';
import type { Runner } from '../engine/runner.ts';
import { currentQuestion } from '../engine/select.ts';
import type { Clock } from '../ports/clock.ts';
import type { Feed } from './feed.ts';
import type { SessionServer } from './server.ts';

export interface LifecycleOptions {
  readonly runner: Runner;
  readonly feed: Feed;
  readonly server: Pick<SessionServer, 'screens' | 'onScreens'>;
  readonly clock: Clock;
  /** How long a question waits with no screen attached, in milliseconds. */
  readonly idleMs: number;
  /** How long a step in flight may go on after the system asked to stop, in milliseconds. */
  readonly graceMs: number;
  /** The process, whose signals are listened to. */
  readonly signals: Pick<EventEmitter, 'on' | 'removeListener'>;
}

const STOPPING = ['SIGTERM', 'SIGHUP'] as const;

/**
 * Lives until the session is over or is to be left resumable. Screens come and go; the session goes on without any
 * until it has to ask, and waits there for a while. Rejects when the journal cannot be written.
 */
export async function liveUntilOver(options: LifecycleOptions): Promise<void> {
  const { runner, feed, server, clock, signals } = options;
  let stopped: Promise<void> | undefined;
  const stop = (reason: string, cancel = false): void => {
    const stopping = runner.stop(reason, { cancel });
    stopped ??= stopping;
    // Its failure is the runner's own, which is awaited below.
    stopping.catch(() => undefined);
  };
  const idle = idleTimer(clock, options.idleMs, () =>
    stop(`No screen was attached for ${inWords(options.idleMs)}`),
  );

  const look = (): void => {
    const unattended = server.screens === 0 && currentQuestion(runner.state) !== undefined;
    if (unattended) idle.start();
    else idle.stop();
  };

  const grace = new AbortController();
  const onSignal = (signal: string): void => {
    if (stopped !== undefined) {
      stop(`The session host was told twice to stop (${signal})`, true);
      return;
    }
    stop(`The session host was told to stop (${signal})`);
    clock.sleep(options.graceMs, grace.signal).then(
      () => stop('The session host had to stop before the step was over', true),
      () => undefined,
    );
  };
  // Ctrl-C belongs to the screen, which asks; the host hears it only by accident.
  const ignore = (): void => undefined;

  for (const name of STOPPING) signals.on(name, onSignal);
  signals.on('SIGINT', ignore);
  const stopListening = feed.listen({ events: look });
  server.onScreens(look);
  look();
  try {
    await runner.done;
    await stopped;
  } finally {
    grace.abort();
    idle.stop();
    stopListening();
    for (const name of STOPPING) signals.removeListener(name, onSignal);
    signals.removeListener('SIGINT', ignore);
  }
}

/** Starting a running timer lets it run on. */
function idleTimer(clock: Clock, ms: number, elapsed: () => void) {
  let running: AbortController | undefined;
  return {
    start(): void {
      if (running !== undefined) return;
      const current = new AbortController();
      running = current;
      clock.sleep(ms, current.signal).then(elapsed, () => undefined);
    },
    stop(): void {
      running?.abort();
      running = undefined;
    },
  };
}

function inWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return `${Math.round(ms / 1000)} seconds`;
  return minutes === 1 ? 'a minute' : `${minutes} minutes`;
}

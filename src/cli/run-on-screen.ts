import path from 'node:path';
import { systemClock } from '../adapters/clock.ts';
import { connect } from '../host/client.ts';
import { sessionHolder } from '../host/lock.ts';
import { startHost } from '../host/spawn.ts';
import { summarise } from '../journal/summary.ts';
import type { JsonObject } from '../ports/json.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { sessionsFolder } from './find-session.ts';
import type { Io } from './io.ts';
import { packageRoot } from './package-root.ts';
import { drillLines, readScorecard } from './scorecard-file.ts';
import type { SessionRequest } from './session-request.ts';
import { drawSkeleton } from './skeleton.ts';

/** Starts a host for the session and draws it here. */
export async function runOnScreen(request: SessionRequest, io: Io): Promise<ExitCode> {
  io.takeScreen?.();
  const skeleton = drawSkeleton(process.stdout, worldOf(request), whatStarts(request));
  // Ink is loaded while the host starts.
  const screen = import('../view/run-screen.tsx');
  const greeting = await startHost({
    program: path.join(packageRoot(), 'dist', 'host.js'),
    request: request as unknown as JsonObject,
    stateFolder: sessionsFolder(),
    env: process.env,
  });
  await screen;
  if (greeting.ready) skeleton.handOver();
  else {
    skeleton.leave();
    for (const [at, line] of greeting.problems.entries()) io.err(at === 0 ? `rollbook: ${line}` : line);
    return greeting.exitCode as ExitCode;
  }
  return screenFor(greeting.folder, io);
}

function worldOf(request: SessionRequest): string {
  if (request.command === 'resume') return request.session.mode.toUpperCase();
  return request.mode.toUpperCase();
}

function whatStarts(request: SessionRequest): string {
  if (request.command === 'resume') return `taking up session ${request.session.id} …`;
  return request.mode === 'drill' ? 'starting the sandbox and the session …' : 'starting the session …';
}

/** Draws a session that a host serves, until it is over or the operator leaves; then says how it stands. */
export async function screenFor(folder: string, io: Io): Promise<ExitCode> {
  const id = path.basename(folder);
  const [client, { runScreen }] = await Promise.all([connect(folder), import('../view/run-screen.tsx')]);
  const { reason } = await runScreen({ client });
  if (reason === 'detached') {
    io.out(`Session ${id} goes on without this screen. Back to it: rollbook attach ${id}`);
    return EXIT.succeeded;
  }
  if (reason !== 'ended') {
    io.out(
      `Session ${id} ${reason === 'paused' ? 'is paused' : 'lost its host'}. To go on: rollbook resume ${id}`,
    );
    return EXIT.paused;
  }
  await hostIsGone(folder);
  const outcome = summarise({ id, folder });
  io.out(`Session ${id} ${outcome?.outcome ?? 'ended'}: ${outcome?.note ?? ''}`);
  const scorecard = readScorecard(folder);
  if (scorecard !== undefined) for (const line of drillLines(scorecard, false)) io.out(line);
  io.out(`What happened, line by line: rollbook show ${id}`);
  return outcome?.outcome === 'succeeded' ? EXIT.succeeded : EXIT.failed;
}

const PATIENCE_MS = 10_000;

/** A drill is judged by its host after the last event; the lock goes when all is written. */
async function hostIsGone(folder: string): Promise<void> {
  const until = systemClock.now() + PATIENCE_MS;
  while (sessionHolder(folder) !== undefined && systemClock.now() < until) await systemClock.sleep(50);
}

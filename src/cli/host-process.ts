import { systemClock } from '../adapters/clock.ts';
import { createFeed } from '../host/feed.ts';
import { readRequest, starterOf } from '../host/handshake.ts';
import { serveSession } from '../host/host.ts';
import { concludeDrill } from './conclude-drill.ts';
import { explain } from './explain.ts';
import { startLive } from './live.ts';
import { openRequested, type SessionRequest } from './session-request.ts';
import { VERSION } from './version.ts';

/** The session host: the engine, the journal and every client, in a process that no terminal can stop. */
async function main(): Promise<void> {
  const starter = starterOf(process.env);
  const request = (await readRequest(process.stdin)) as unknown as SessionRequest;
  const { opened, world } = await openRequested(request).catch((error: unknown) => {
    const { lines, exitCode } = explain(error);
    starter.greet({ ready: false, problems: lines, exitCode });
    process.exit(exitCode);
  });
  const feed = createFeed();
  const runner = opened.start({
    onEvents: (events) => feed.events(events),
    onOutput: (step, text) => feed.output(step, text),
  });
  const live = startLive(opened, runner, (snapshot) => feed.live(snapshot));
  try {
    const { id: session, folder, lock, journal } = opened;
    await serveSession({
      session,
      folder,
      version: VERSION,
      lock,
      journal,
      runner,
      feed,
      clock: systemClock,
      starter,
    });
  } finally {
    live.abort();
    await opened.leaveNamespace();
    // A paused drill is resumed in the same world, which ends by itself when nobody comes back.
    if (runner.state.status === 'ended')
      await concludeDrill(opened, runner.state).finally(() => world?.stop());
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    // Standard error is the session's host.log.
    console.error(error);
    process.exit(1);
  },
);

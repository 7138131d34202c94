import { systemClock } from '../adapters/clock.ts';
import type { KubernetesLooks } from '../adapters/kubernetes/looks.ts';
import type { LiveSnapshot } from '../cluster/live.ts';
import { startLiveFeed } from '../cluster/live-feed.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import type { Io } from './io.ts';
import type { StatusFlags } from './status.ts';
import { statusLines } from './status-lines.ts';

/** The namespace as it changes: on the screen until it is left, or as lines until interrupted. */
export async function followStatus(
  reads: KubernetesLooks,
  flags: StatusFlags,
  isScreen: boolean,
  io: Io,
): Promise<ExitCode> {
  const over = new AbortController();
  const { namespace, name: context } = reads.context;
  const follow = (onSnapshot: (snapshot: LiveSnapshot) => void): void =>
    startLiveFeed({
      reads,
      spec: { events: true, ...(flags.selector === undefined ? {} : { pods: flags.selector }) },
      namespace,
      clock: systemClock,
      onSnapshot,
      signal: over.signal,
    });
  try {
    if (isScreen) {
      const { runStatus } = await import('../view/run-status.tsx');
      io.takeScreen?.();
      await runStatus({ context, namespace, follow });
    } else await untilInterrupted(follow, context, flags.json === true, io);
  } finally {
    over.abort();
  }
  return EXIT.succeeded;
}

const LINES_EVERY_MS = 1_000;

/** With --json each picture as a line, else the table again; at most one a second. */
async function untilInterrupted(
  follow: (onSnapshot: (snapshot: LiveSnapshot) => void) => void,
  context: string,
  json: boolean,
  io: Io,
): Promise<void> {
  let latest: LiveSnapshot | undefined;
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    if (latest === undefined) return;
    const readAt = new Date(systemClock.now()).toISOString();
    if (json) io.out(JSON.stringify({ context, readAt, ...latest }));
    else io.out(`${statusLines({ context, readAt, ...latest }, systemClock.now()).join('\n')}\n`);
  };
  follow((snapshot) => {
    if (snapshot.freshness.state === 'connecting') return;
    latest = snapshot;
    timer ??= setTimeout(tell, LINES_EVERY_MS);
  });
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
  });
  clearTimeout(timer);
}

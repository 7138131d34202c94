import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import { StepFailure } from '../step-kind.ts';

/** How long the cluster may be unreachable in one piece before the wait is given up. */
const PATIENCE_MS = 60_000;
const EVERY_MS = 1_000;

/**
 * A program in the pod goes on when the connection to it is lost: waits until it has ended.
 * Throws the error itself when it is another one, or when nothing can be seen for too long.
 */
export async function afterLostConnection(
  error: unknown,
  stillRuns: () => Promise<boolean>,
  clock: Clock,
  signal: AbortSignal,
  withinMs: number,
): Promise<void> {
  if (signal.aborted || !isConnectionLost(error)) throw error;
  const begin = clock.elapsed();
  let seenAt = begin;
  for (;;) {
    try {
      if (!(await stillRuns())) return;
      seenAt = clock.elapsed();
    } catch (failure) {
      if (!(failure instanceof PortFailure) || clock.elapsed() - seenAt > PATIENCE_MS) throw error;
    }
    if (clock.elapsed() - begin > withinMs)
      throw new StepFailure('The connection was lost, and what was started still runs after its time.', {
        next: 'Look at the sessions of the database before anything is tried again.',
      });
    await clock.sleep(EVERY_MS, signal);
  }
}

/** The program may go on without us. */
function isConnectionLost(error: unknown): boolean {
  return error instanceof PortFailure && error.reason === 'disconnected';
}

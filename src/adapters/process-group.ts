import { setTimeout as delay } from 'node:timers/promises';

/** Asks a process group to end, and ends it by force when it has not within the grace period. */
export async function endGroup(leader: number, graceMs: number, ended: PromiseLike<unknown>): Promise<void> {
  signalGroup(leader, 'SIGTERM');
  const waiting = new AbortController();
  const gone = Promise.resolve(ended).then(() => waiting.abort());
  await delay(graceMs, undefined, { signal: waiting.signal }).catch(() => undefined);
  // children may outlive their leader and hold its output open
  signalGroup(leader, 'SIGKILL');
  await gone;
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    // nobody is left in it, or only what has changed its user
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}

import { setTimeout as delay } from 'node:timers/promises';

/** What a program that was killed has said last is read within this. */
const LAST_WORDS_MS = 1_000;

/** Asks a process group to end, and ends it by force when it has not within the grace period. Resolves when nothing more can be done. */
export async function endGroup(leader: number, graceMs: number, ended: PromiseLike<unknown>): Promise<void> {
  signalGroup(leader, 'SIGTERM');
  const waiting = new AbortController();
  const stopWaiting = () => waiting.abort();
  Promise.resolve(ended).then(stopWaiting, stopWaiting);
  const wait = (ms: number) => delay(ms, undefined, { signal: waiting.signal }).catch(() => undefined);
  await wait(graceMs);
  // children may outlive their leader and hold its output open
  signalGroup(leader, 'SIGKILL');
  await wait(LAST_WORDS_MS);
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

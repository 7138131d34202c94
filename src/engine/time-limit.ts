import type { Clock } from '../ports/clock.ts';

/** Lets go of a read as soon as it is no longer wanted, even when it does not listen to its signal. */
export function abandonable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abandon = () => reject(signal.reason);
    if (signal.aborted) abandon();
    else signal.addEventListener('abort', abandon, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abandon));
  });
}

/** Does the work with a signal that is aborted after `ms`, or with `signal`; when it was too late, `late` is thrown. */
export async function withinTime<T>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  late: Error,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const timeout = new AbortController();
  const done = new AbortController();
  const timer = clock.sleep(ms, done.signal).then(
    () => timeout.abort(late),
    () => undefined,
  );
  try {
    return await work(AbortSignal.any([signal, timeout.signal]));
  } catch (error) {
    throw timeout.signal.aborted ? late : error;
  } finally {
    done.abort();
    await timer;
  }
}

import { PortFailure } from '../../ports/failure.ts';
import type { PlanContext, RunContext } from '../step-kind.ts';

const MOST_MS = 50_000;
/** A wait of ten minutes is looked at half a minute more rarely. */
const SHARE = 20;

/** Looks ever more rarely the longer it has been waiting, and as long as GitLab asks for when it is too much for it. */
export async function politely<T>(
  plannedAt: number,
  { ports, signal }: PlanContext,
  look: () => Promise<T>,
): Promise<T> {
  const { clock } = ports;
  const waited = Math.max(0, clock.now() - plannedAt);
  const pause = Math.min(MOST_MS, Math.floor(waited / SHARE));
  if (pause >= 1_000) await clock.sleep(pause, signal);
  try {
    return await look();
  } catch (error) {
    const asked =
      error instanceof PortFailure && error.reason === 'throttled' ? error.retryAfterMs : undefined;
    if (asked === undefined) throw error;
    await clock.sleep(asked, signal);
    return look();
  }
}

const REFUSALS = 5;
/** Where GitLab does not say how long to wait. */
const UNTOLD_MS = 10_000;

/** Sends a write, and sends it again only where GitLab refused it for being too busy: then surely nothing happened. */
export async function onceAdmitted<T>({ ports, signal }: RunContext, send: () => Promise<T>): Promise<T> {
  for (let refusals = 1; ; refusals++) {
    try {
      return await send();
    } catch (error) {
      const isBusy = error instanceof PortFailure && error.reason === 'throttled';
      if (!isBusy || refusals === REFUSALS) throw error;
      await ports.clock.sleep(error.retryAfterMs ?? UNTOLD_MS, signal);
    }
  }
}

import type { Clock } from '../ports/clock.ts';
import { PortFailure } from '../ports/failure.ts';
import type { Observation, Window } from '../steps/step-kind.ts';
import { StepFailure } from '../steps/step-kind.ts';
import { mayPass } from './failure.ts';
import { abandonable, withinTime } from './time-limit.ts';

/** One look gets at least this long, in milliseconds, even at the end of a window. */
const LOOK_MS = 30_000;
const DEFAULT_WINDOW: Window = { forMs: 0, withinMs: 120_000, everyMs: 1_000 };

export function windowFrom(...layers: readonly (Partial<Window> | undefined)[]): Window {
  const merged = { ...DEFAULT_WINDOW };
  for (const layer of layers) {
    if (layer?.forMs !== undefined) merged.forMs = layer.forMs;
    if (layer?.withinMs !== undefined) merged.withinMs = layer.withinMs;
    if (layer?.everyMs !== undefined) merged.everyMs = layer.everyMs;
  }
  // A window must be long enough for what it asks to hold.
  return { ...merged, withinMs: Math.max(merged.withinMs, merged.forMs) };
}

/**
 * Looks again and again until it has held for `window.forMs` without a break.
 * Throws StepFailure when the window closes first or waiting is hopeless; what cannot pass is thrown on.
 */
export async function observeThrough(
  look: (signal: AbortSignal) => Promise<Observation>,
  window: Window,
  clock: Clock,
  signal: AbortSignal,
  onChange: (observation: { readonly summary: string; readonly holds: boolean }) => void,
): Promise<Observation> {
  const begin = clock.elapsed();
  let heldSince: number | undefined;
  let last = '';
  for (;;) {
    signal.throwIfAborted();
    const left = begin + window.withinMs - clock.elapsed();
    const observation = await lookOnce(look, Math.max(left, LOOK_MS), clock, signal);
    signal.throwIfAborted();
    if (observation.hopeless !== undefined)
      throw new StepFailure(observation.hopeless, { next: 'Waiting longer will not help.' });
    const said = `${observation.holds} ${observation.summary}`;
    if (said !== last) onChange({ summary: observation.summary, holds: observation.holds });
    last = said;
    const now = clock.elapsed();
    if (observation.holds) {
      heldSince ??= now;
      if (now - heldSince >= window.forMs) return observation;
    } else {
      heldSince = undefined;
    }
    // Something that holds already is given the time it needs to prove it.
    const deadline = begin + window.withinMs + (heldSince === undefined ? 0 : window.forMs);
    if (now >= deadline) {
      const what = observation.holds
        ? `${observation.summary}, but not for long enough`
        : observation.summary;
      throw new StepFailure(`Not reached within ${Math.round(window.withinMs / 1000)} s: ${what}`);
    }
    await clock.sleep(Math.min(window.everyMs, Math.max(1, deadline - now)), signal);
  }
}

async function lookOnce(
  look: (signal: AbortSignal) => Promise<Observation>,
  ms: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<Observation> {
  const late = new PortFailure(`No answer within ${Math.round(ms / 1000)} s`, { reason: 'timeout' });
  try {
    return await withinTime(clock, ms, signal, late, (bounded) => abandonable(look(bounded), bounded));
  } catch (error) {
    if (!mayPass(error)) throw error;
    return { holds: false, summary: error.message, evidence: [], outputs: {} };
  }
}

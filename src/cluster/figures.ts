import { neutralise } from '../prose/neutralise.ts';
import type { Alarm, Level, Limits } from './live.ts';

/** How bad a figure is. Without one there is nothing to say. */
export function levelOf(value: number | undefined, limits: Limits): Level {
  if (value === undefined) return 'unknown';
  if (crossed(value, limits) !== undefined) return 'critical';
  const { warnAbove, warnBelow } = limits;
  return exceeds(value, warnAbove, warnBelow) ? 'warning' : 'normal';
}

/** The critical limit that the value is beyond. */
export function crossed(
  value: number,
  { criticalAbove, criticalBelow }: Limits,
): Pick<Alarm, 'limit' | 'side'> | undefined {
  if (criticalAbove !== undefined && value > criticalAbove) return { limit: criticalAbove, side: 'above' };
  if (criticalBelow !== undefined && value < criticalBelow) return { limit: criticalBelow, side: 'below' };
  return undefined;
}

function exceeds(value: number, above: number | undefined, below: number | undefined): boolean {
  return (above !== undefined && value > above) || (below !== undefined && value < below);
}

/** A figure that hops over its limit and back is one alarm: over only when it was fine this many times in a row. */
const FINE_IN_A_ROW = 3;

/** Tells a crossing from its being over. `isOpen`: as the session had it when it was taken up. */
export function createAlarmWatch(isOpen: boolean): (level: Level) => 'crossed' | 'cleared' | undefined {
  let open = isOpen;
  let fine = 0;
  return (level) => {
    if (level === 'unknown') return undefined;
    if (level === 'critical') {
      fine = 0;
      if (open) return undefined;
      open = true;
      return 'crossed';
    }
    fine += 1;
    if (!open || fine < FINE_IN_A_ROW) return undefined;
    open = false;
    return 'cleared';
  };
}

/** Why a source cannot be asked at all; undefined when it can. */
export function whyNone(source: object | undefined, name: string): string | undefined {
  if (source === undefined) return `No ${name} is configured.`;
  return source instanceof Error ? neutralise(source.message) : undefined;
}

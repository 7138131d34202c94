import type { FigureUnit } from '../../cluster/live.ts';
import { sparks } from '../theme.ts';

/** A figure as a person reads it. */
export function figure(value: number, unit: FigureUnit): string {
  switch (unit) {
    // A share: 0.38 is 38 %.
    case 'percent':
      return `${short(value * 100)} %`;
    case 'seconds':
      return Math.abs(value) < 1 ? `${Math.round(value * 1000)} ms` : `${short(value)} s`;
    case 'count':
      return counted(value);
    case 'per-minute':
      return `${counted(value)}/min`;
  }
}

function counted(value: number): string {
  return Math.abs(value) >= 10_000 ? `${Math.round(value / 1000)}k` : short(value);
}

function short(number: number): string {
  if (Math.abs(number) >= 10) return number.toFixed(0);
  return Number.isInteger(number) ? String(number) : number.toFixed(Math.abs(number) < 0.1 ? 2 : 1);
}

/**
 * The newest points, as many as there are cells. The scale begins at zero and holds at least `atLeast`, so that what is
 * far below its limit looks small; a gap is empty.
 */
export function sparkline(points: readonly (number | null)[], cells: number, atLeast = 0): string {
  const seen = points.slice(-cells);
  const highest = Math.max(...seen.map((point) => point ?? 0), atLeast, Number.MIN_VALUE);
  return seen.map((point) => (point === null ? ' ' : bar(Math.max(0, point) / highest))).join('');
}

function bar(share: number): string {
  return sparks[Math.min(sparks.length - 1, Math.floor(share * (sparks.length - 0.01)))] ?? ' ';
}

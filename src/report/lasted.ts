import { formatDuration } from '../prose/duration.ts';

/** How long something took, as precisely as a reader cares. */
export function lasted(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  return formatDuration(ms < 10_000 ? Math.round(ms / 100) * 100 : Math.round(ms / 1000) * 1000)
    .replace(/(\d+)s(\d+)ms$/, (_, seconds: string, rest: string) => `${seconds}.${rest.charAt(0)} s`)
    .replace(/(\d)(h|m|s)(?=\d|$)/g, '$1 $2 ')
    .trim();
}

/** Hours, minutes, seconds and milliseconds, in this order, at least one of them. */
export const DURATION_PATTERN =
  /^(?=\d)(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;
const UNITS = [
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1000, 's'],
  [1, 'ms'],
] as const;

/** Milliseconds of '10s', '2m', '1h30m' or '500ms' (hours, minutes, seconds, milliseconds, in this order); undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION_PATTERN.exec(text);
  if (match === null) return undefined;
  const ms = UNITS.reduce((sum, [unit], place) => sum + Number(match[place + 1] ?? 0) * unit, 0);
  return Number.isFinite(ms) ? ms : undefined;
}

/** The shortest text that `parseDuration` reads back: 5400000 is '1h30m', 0 is '0s'. Whole milliseconds, not negative. */
export function formatDuration(ms: number): string {
  let rest = Math.max(0, Math.round(ms));
  let text = '';
  for (const [unit, name] of UNITS) {
    const count = Math.floor(rest / unit);
    if (count > 0) text += `${count}${name}`;
    rest -= count * unit;
  }
  return text === '' ? '0s' : text;
}

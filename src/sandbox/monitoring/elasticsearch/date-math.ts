const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  H: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Milliseconds since the epoch of 'now-15m', 'now/d', '2026-11-02T03:00:00Z||+1h' or a time; undefined for anything else. */
export function dateOf(value: unknown, now: number, roundUp = false): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const [anchor, rest] = split(value);
  const start = anchor === 'now' ? now : absolute(anchor);
  return start === undefined ? undefined : applied(rest, start, roundUp);
}

function split(text: string): readonly [string, string] {
  if (text.startsWith('now')) return ['now', text.slice(3)];
  const at = text.indexOf('||');
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 2)];
}

function absolute(text: string): number | undefined {
  if (/^-?\d{5,}$/.test(text)) return Number(text);
  if (!/^\d{4}(?:-\d\d(?:-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:?\d\d)?)?)?)?$/.test(text)) return undefined;
  // without a zone Elasticsearch takes UTC
  const time = Date.parse(/T[\d:.]+$/.test(text) ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}

function applied(math: string, start: number, roundUp: boolean): number | undefined {
  let time = start;
  let left = math;
  while (left !== '') {
    const match = /^(?:([+-])(\d+)|\/)([smhHdwMy])/.exec(left);
    if (match === null) return undefined;
    const [all, sign, count, unit = ''] = match;
    time = sign === undefined ? rounded(time, unit, roundUp) : shifted(time, Number(`${sign}${count}`), unit);
    left = left.slice(all.length);
  }
  return time;
}

function shifted(time: number, count: number, unit: string): number {
  const length = UNITS[unit];
  if (length !== undefined) return time + count * length;
  const date = new Date(time);
  if (unit === 'M') date.setUTCMonth(date.getUTCMonth() + count);
  else date.setUTCFullYear(date.getUTCFullYear() + count);
  return date.getTime();
}

function rounded(time: number, unit: string, up: boolean): number {
  const date = new Date(time);
  const floor =
    unit === 'M'
      ? Date.UTC(date.getUTCFullYear(), date.getUTCMonth())
      : unit === 'y'
        ? Date.UTC(date.getUTCFullYear(), 0)
        : unit === 'w'
          ? Math.floor((time - 4 * 86_400_000) / 604_800_000) * 604_800_000 + 4 * 86_400_000
          : Math.floor(time / (UNITS[unit] ?? 1)) * (UNITS[unit] ?? 1);
  return up ? shifted(floor, 1, unit) - 1 : floor;
}

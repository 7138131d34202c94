import type { Environment, KasSpec } from './kas-spec.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

export interface PlannedPromotion {
  readonly environment: Environment;
  /** Which release, counted from the oldest. */
  readonly release: number;
  readonly time: number;
}

export interface Schedule {
  readonly from: number;
  /** When each release's last commit was made, oldest first. */
  readonly releases: readonly number[];
  /** Oldest first. The first two bring each environment to release 0. */
  readonly promotions: readonly PlannedPromotion[];
}

/** When what was released and promoted, from the beginning until `now`. */
export function schedule(spec: KasSpec, now: number, random: () => number): Schedule {
  const from = now - spec.years * YEAR;
  const newest = now - spec.promotedMinutesAgo * MINUTE;
  const toProduction = recent(spec, newest);
  const toStage = toProduction.map((time) => time - (spec.badReleases > 1 ? 19 * HOUR : 3 * DAY + 5 * HOUR));
  if (spec.bad === 'stage') toStage[0] = newest;
  if (spec.bad === 'both') toStage[0] = newest - 20 * MINUTE;
  // Backwards from the newest, about once a week.
  for (let time = toStage.at(-1) ?? newest; ; ) {
    time = workingHours(time - (5 + random() * 4) * DAY, random);
    if (time < from + 20 * DAY) break;
    toStage.push(time);
  }
  const stage = toStage.reverse();
  const last = stage.length - 1;
  const promotions: PlannedPromotion[] = stage.map((time, release) => ({
    environment: 'stage',
    release,
    time,
  }));
  toProduction.forEach((time, index) => {
    const release = last - index;
    if (spec.bad !== 'stage' || index > 0) promotions.push({ environment: 'production', release, time });
  });
  for (let release = last - toProduction.length; release >= 0; release -= random() < 0.35 ? 2 : 1) {
    const next = stage[release + 1] ?? newest;
    const staged = stage[release] ?? 0;
    // A weekend moves it to the Friday before, which may be the day of the stage promotion.
    const wanted = Math.max(workingHours(staged + (2 + random() * 3) * DAY, random), staged + 20 * HOUR);
    const time = Math.min(wanted, next - HOUR);
    promotions.push({ environment: 'production', release, time });
  }
  if (!promotions.some((item) => item.environment === 'production' && item.release === 0)) {
    promotions.push({ environment: 'production', release: 0, time: (stage[0] ?? from) + DAY });
  }
  promotions.sort((a, b) => a.time - b.time);
  return { from, releases: stage.map((time) => time - (1 + random() * 3) * HOUR), promotions };
}

/** The newest promotions to production, newest first: as many as misbehave and the one before them. */
function recent(spec: KasSpec, newest: number): number[] {
  const bad = Array.from({ length: spec.badReleases }, (_item, index) => newest - index * 26 * HOUR);
  return [...bad, (bad.at(-1) ?? newest) - 8 * DAY];
}

/** Moves a time into a European working day. */
function workingHours(time: number, random: () => number): number {
  const midnight = Math.floor(time / DAY) * DAY;
  const weekday = new Date(midnight).getUTCDay();
  const shift = weekday === 0 ? -2 : weekday === 6 ? -1 : 0;
  return midnight + shift * DAY + Math.floor((8 + random() * 9) * HOUR);
}

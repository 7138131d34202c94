/** Without letters that are mistaken for digits. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const DAY_MS = 86_400_000;
/** Three letters of 32 divide a day into slots of 2.6 seconds. */
const SLOTS = 32 ** 3;

/**
 * The id of a session that starts at `ms` (UTC): '261122-04k'. Ids sort by time; the three letters are mostly enough to type.
 * `later` gives the id so many slots further on, for when an earlier one is taken.
 */
export function sessionId(ms: number, later = 0): string {
  const slot = Math.floor((ms / DAY_MS) * SLOTS) + later;
  const day = new Date(Math.floor(slot / SLOTS) * DAY_MS).toISOString();
  const letters = [1024, 32, 1].map((unit) => ALPHABET[Math.floor((slot % SLOTS) / unit) % 32]);
  return `${day.slice(2, 4)}${day.slice(5, 7)}${day.slice(8, 10)}-${letters.join('')}`;
}

export function isSessionId(text: string): boolean {
  return /^\d{6}-[0-9a-hjkmnp-tv-z]{3}$/.test(text);
}

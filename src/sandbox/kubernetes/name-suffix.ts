import { randomInt } from 'node:crypto';

/** Without vowels and look-alikes, so that no suffix spells a word. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** Five characters, as generateName appends them. */
export function nameSuffix(): string {
  return Array.from({ length: 5 }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

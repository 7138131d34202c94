/** What stands where a secret was. */
export const REDACTED = '•••';

/** A shorter secret is found in ordinary words: it cannot be told from them, and so not be kept out of anything. */
export const SHORTEST_SECRET = 4;

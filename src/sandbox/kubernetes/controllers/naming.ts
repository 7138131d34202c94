/** The letters Kubernetes uses in generated names: no vowels, no look-alikes. */
const ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const SUFFIX_LENGTH = 5;

/** The `-x7k2p` of a generated name. `random` yields 0 ≤ x < 1. */
export function randomSuffix(random: () => number): string {
  let suffix = '';
  for (let i = 0; i < SUFFIX_LENGTH; i += 1) suffix += ALPHABET[Math.floor(random() * ALPHABET.length)];
  return suffix;
}

/** JSON with sorted fields, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_field, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

function fnv32a(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

/** The pod-template-hash: looks as in a real cluster, `7d9c8f6b54`, and depends on the template alone. */
export function templateHash(template: unknown, collisions = 0): string {
  const text = canonicalJson(template) + (collisions === 0 ? '' : `#${collisions}`);
  return [...String(fnv32a(text))].map((digit) => ALPHABET[digit.charCodeAt(0) % ALPHABET.length]).join('');
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/**
 * Cuts a list's JSON into its items without parsing it, so that a large one can be parsed a bit at a time.
 * Returns the text around them, with an empty list in their place.
 */
export function* itemsOf(body: Buffer, field = 'items'): Generator<Buffer, string> {
  const wanted = Buffer.from(field);
  let depth = 0;
  let key: readonly [number, number] = [0, 0];
  let list: readonly [number, number] | undefined;
  let listStart = -1;
  let itemStart = -1;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] as number;
    if (byte === QUOTE) {
      const end = endOfString(body, at);
      if (depth === 1) key = [at + 1, end];
      at = end;
    } else if (OPEN.has(byte)) {
      depth += 1;
      if (depth === 2 && byte === 0x5b && list === undefined && wanted.equals(body.subarray(...key)))
        listStart = at;
      else if (depth === 3 && listStart >= 0) itemStart = at;
    } else if (CLOSE.has(byte)) {
      if (depth === 3 && listStart >= 0) yield body.subarray(itemStart, at + 1);
      if (depth === 2 && listStart >= 0) {
        list = [listStart, at + 1];
        listStart = -1;
      }
      depth -= 1;
    }
  }
  if (list === undefined) return body.toString('utf8');
  return `${body.toString('utf8', 0, list[0])}[]${body.toString('utf8', list[1])}`;
}

/** Index of the closing quote; the end of the text when there is none. */
function endOfString(body: Buffer, start: number): number {
  let at = start + 1;
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1;
  return at;
}

import { hash } from 'node:crypto';
import type { Event } from '../engine/event.ts';

/** The hash before the first line. */
export const FIRST_HASH = '0'.repeat(64);

const OPENING = ',"hash":"';
const CLOSING = '"}';
const HASH_BYTES = 64;
const SUFFIX_BYTES = OPENING.length + HASH_BYTES + CLOSING.length;
/** A line's hash covers the end of the line before, from its hash on: in a file the two stand side by side. */
const COVERED_BYTES = HASH_BYTES + CLOSING.length + 1;

const PLAIN = /^[\x20-\x7e]*$/;
/** JSON leaves these as they are, and a terminal that shows the file would obey them. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu;

const escaped = (found: string): string =>
  Array.from(
    { length: found.length },
    (_, at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');

/** An event as its line, without newline; `previous` is the hash of the line before. */
export function writeLine(event: Event, previous: string): { readonly line: string; readonly hash: string } {
  const json = JSON.stringify(event);
  const body = (PLAIN.test(json) ? json : json.replace(UNSAFE, escaped)).slice(0, -1);
  const own = hash('sha256', `${previous}${CLOSING}\n${body}`);
  return { line: `${body}${OPENING}${own}${CLOSING}`, hash: own };
}

/** The event of a line, still as JSON. */
export function eventOf(line: string): string {
  return `${line.slice(0, -SUFFIX_BYTES)}}`;
}

/** What stands before the first line, so that it is read as every other. */
export function beforeFirst(): Buffer {
  return Buffer.from(`${FIRST_HASH}${CLOSING}\n`);
}

/** The hash of the line that ends at `start`. */
export function hashBefore(bytes: Buffer, start: number): string {
  return bytes.toString('latin1', start - COVERED_BYTES, start - COVERED_BYTES + HASH_BYTES);
}

/**
 * Reads the line in `bytes` from `start` to `end` (its newline), number `seq`; the line before it must end at `start`.
 * Returns what is wrong as a sentence. The bytes are used up: they are changed while reading.
 */
export function readLine(bytes: Buffer, start: number, end: number, seq: number): Event | string {
  const bodyEnd = end - SUFFIX_BYTES;
  const suffix = bodyEnd > start ? bytes.toString('latin1', bodyEnd, end) : '';
  if (!suffix.startsWith(OPENING) || !suffix.endsWith(CLOSING)) return 'this is not a line of a journal';
  const own = suffix.slice(OPENING.length, -CLOSING.length);
  if (hash('sha256', bytes.subarray(start - COVERED_BYTES, bodyEnd)) !== own)
    return `${numbering(bytes, start, seq)}the hash is not that of this line after the one before it`;
  bytes[bodyEnd] = 0x7d;
  const event = parse(bytes.toString('utf8', start, bodyEnd + 1));
  if (event === undefined) return 'this is not a line of a journal';
  return event.seq === seq ? event : `event ${seq} was expected here and this is ${event.seq}`;
}

/** Lines that were taken out or put in are told from lines that were changed. */
function numbering(bytes: Buffer, start: number, seq: number): string {
  const number = /^\{"seq":(\d+),/.exec(bytes.toString('latin1', start, start + 30))?.[1];
  return number === undefined || Number(number) === seq
    ? 'this line, or the one before it, was changed after it was written: '
    : `event ${seq} was expected here and this is ${number}: `;
}

function parse(json: string): Event | undefined {
  try {
    return JSON.parse(json) as Event;
  } catch {
    return undefined;
  }
}

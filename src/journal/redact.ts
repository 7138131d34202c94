import { StringDecoder } from 'node:string_decoder';
import { REDACTED, SHORTEST_SECRET } from '../prose/redacted.ts';

export { REDACTED } from '../prose/redacted.ts';

/** A line of a longer secret (a key in PEM form) is one by itself, as programs print them line by line. */
const SHORTEST_LINE = 16;
/** Fewer characters of base64 than this are found in ordinary text. */
const SHORTEST_BASE64 = 8;

/** Replaces secret values wherever they stand, in the forms in which they travel. */
export interface Redactor {
  /** Takes a value into the register; values under four characters are left out. */
  add(secret: string): void;
  redact(text: string): string;
  /** For text that comes in pieces: a secret may be cut by the seam. */
  stream(): StreamRedactor;
  /** For bytes that come in pieces. Where no secret is known they stay as they are, text or not. */
  byteStream(): ByteRedactor;
}

export interface ByteRedactor {
  push(piece: Buffer): Buffer;
  end(): Buffer;
}

export interface StreamRedactor {
  /** What can be shown by now; an end that may be the beginning of a secret is held back. */
  push(piece: string): string;
  /** What was held back. */
  end(): string;
}

export function createRedactor(secrets: readonly string[] = []): Redactor {
  const forms = new Set<string>();
  let pattern: RegExp | undefined;
  const add = (secret: string): void => {
    for (const form of formsOf(secret)) forms.add(form);
    const longestFirst = [...forms].sort((a, b) => b.length - a.length);
    pattern = longestFirst.length > 0 ? new RegExp(longestFirst.map(literally).join('|'), 'g') : undefined;
  };
  secrets.forEach(add);
  const redact = (text: string): string => (pattern === undefined ? text : text.replace(pattern, REDACTED));

  function stream(): StreamRedactor {
    let held = '';
    return {
      push(piece) {
        const text = redact(held + piece);
        const safe = text.slice(0, text.length - openEnd(text, forms));
        held = text.slice(safe.length);
        return safe;
      },
      end() {
        const rest = redact(held);
        held = '';
        return rest;
      },
    };
  }

  function byteStream(): ByteRedactor {
    const text = stream();
    const decoder = new StringDecoder('utf8');
    return {
      push: (piece) => (forms.size === 0 ? piece : Buffer.from(text.push(decoder.write(piece)))),
      end: () => Buffer.from(text.push(decoder.end()) + text.end()),
    };
  }
  return { add, redact, stream, byteStream };
}

/** Length of the longest end of the text with which a secret begins. */
function openEnd(text: string, forms: ReadonlySet<string>): number {
  const longest = Math.max(0, ...[...forms].map((form) => form.length - 1));
  for (let length = Math.min(longest, text.length); length > 0; length -= 1) {
    const end = text.slice(-length);
    for (const form of forms) if (form.length > length && form.startsWith(end)) return length;
  }
  return 0;
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** As it is, and as it stands in a URL, in JSON, in shell text, in base64 (alone or inside something longer). */
function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const values = [
    secret,
    secret.trim(),
    ...(lines.length > 1 ? lines.filter((line) => line.length >= SHORTEST_LINE) : []),
  ];
  return values
    .filter((value) => value.length >= SHORTEST_SECRET)
    .flatMap((value) => {
      const url = encodeURIComponent(value.toWellFormed());
      return [
        value,
        url,
        url.replaceAll('%20', '+'),
        JSON.stringify(value).slice(1, -1),
        value.replaceAll("'", `'\\''`),
        ...base64Forms(value),
      ];
    });
}

/** Base64 works in groups of three bytes, so a value inside a longer one has three faces; their edges depend on the neighbours. */
function base64Forms(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const inside = [0, 1, 2].map((before) => {
    const encoded = Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .replaceAll('=', '');
    const known = Math.floor(((before + bytes.length) * 8) / 6);
    return encoded.slice(Math.ceil((before * 8) / 6), known);
  });
  return [bytes.toString('base64').replaceAll('=', ''), ...inside]
    .filter((form) => form.length >= SHORTEST_BASE64)
    .flatMap((form) => [form, form.replaceAll('+', '-').replaceAll('/', '_')]);
}

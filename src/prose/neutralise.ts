/** Printable ASCII alone: nearly everything a cluster says, and nothing to do. */
const CLEAN_LINE = /^[\x20-\x7e]*$/;
const CLEAN_LINES = /^[\x20-\x7e\n\t]*$/;

/**
 * Whole escape sequences, as a terminal would swallow them: CSI, strings up to their terminator, two-byte escapes.
 * A string holds no control character, so that thousands of its openings cost no more than one.
 */
const ESCAPE_SEQUENCES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this file is about
  /(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x00-\x1f\x7f-\x9f]*(?:\x07|\x1b\\|\x9c)|\x1b[\x20-\x2f]*[\x30-\x5a\x5c\x60-\x7e]/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this file is about
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Format characters (bidi overrides, zero-width, tags, soft hyphen), invisible letters and extra variation selectors. */
const INVISIBLE = /\p{Cf}|[\u115f\u1160\u3164\uffa0]|[\u17b4\u17b5]|[\u{e0100}-\u{e01ef}]/gu;
const JOINER = '\u200d';
const BEFORE_JOINER = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)$/u;
const AFTER_JOINER = /^\p{Extended_Pictographic}/u;

export interface NeutraliseOptions {
  /** Newlines and tabs stay; without it the result is one line, and each of them is a space. */
  readonly multiline?: boolean;
}

/**
 * Makes any string safe to draw: no control or escape sequence, no reordering and nothing invisible is left.
 * Escape sequences vanish, as they would on a screen; a lone control character is shown as its picture (␛).
 */
export function neutralise(text: string, options: NeutraliseOptions = {}): string {
  const multiline = options.multiline ?? false;
  if ((multiline ? CLEAN_LINES : CLEAN_LINE).test(text)) return text;
  const plain = text
    .toWellFormed()
    .replace(ESCAPE_SEQUENCES, '')
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(CONTROLS, picture)
    .replace(INVISIBLE, keepEmojiJoiner);
  return multiline ? plain : plain.replace(/[\n\t]/g, ' ');
}

function picture(control: string): string {
  const code = control.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : '\ufffd';
}

/** A joiner between two pictographs makes one emoji; anywhere else it only hides. */
function keepEmojiJoiner(found: string, offset: number, whole: string): string {
  if (found !== JOINER) return '';
  const before = whole.slice(Math.max(0, offset - 2), offset);
  return BEFORE_JOINER.test(before) && AFTER_JOINER.test(whole.slice(offset + 1, offset + 3)) ? JOINER : '';
}

/** Cuts a stream of text into lines. */
export interface LineReader {
  /** Returns the lines that are complete by now. Throws RangeError when one grows over the limit. */
  push(text: string): readonly string[];
}

export function createLineReader(longest = Number.POSITIVE_INFINITY): LineReader {
  let parts: string[] = [];
  let length = 0;
  return {
    push(text) {
      const lines: string[] = [];
      let start = 0;
      for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
        parts.push(text.slice(start, end));
        lines.push(parts.join(''));
        parts = [];
        length = 0;
        start = end + 1;
      }
      if (start < text.length) parts.push(text.slice(start));
      length += text.length - start;
      if (length > longest || lines.some((line) => line.length > longest))
        throw new RangeError(`A line is longer than ${longest} characters`);
      return lines;
    },
  };
}

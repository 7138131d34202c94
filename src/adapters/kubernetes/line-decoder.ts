import { PortFailure } from '../../ports/failure.ts';

const NEWLINE = 0x0a;
const MAX_LINE_BYTES = 16 * 1024 * 1024;

/** Bytes as they come → whole lines of text, without the empty ones. What is after the last newline waits for more. */
export function createLineDecoder(maxLineBytes = MAX_LINE_BYTES): (chunk: Buffer) => Generator<string> {
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  return function* decode(chunk) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const last = chunk.subarray(start, end);
      const line =
        waitingBytes === 0 ? last.toString('utf8') : Buffer.concat([...waiting, last]).toString('utf8');
      waiting = [];
      waitingBytes = 0;
      start = end + 1;
      if (line.trim() !== '') yield line;
    }
    if (start === chunk.length) return;
    waiting.push(chunk.subarray(start));
    waitingBytes += chunk.length - start;
    if (waitingBytes > maxLineBytes) {
      throw new PortFailure(`A single watch event is larger than ${maxLineBytes} bytes.`, {
        reason: 'unexpected',
      });
    }
  };
}

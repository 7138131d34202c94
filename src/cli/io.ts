import { neutralise } from '../prose/neutralise.ts';

/** Where a command writes; lines without their newline. */
export interface Io {
  out(line: string): void;
  err(line: string): void;
}

/** Arguments, file names and contexts come back in sentences: whatever they hold, a terminal must not obey it. */
export function ioOver(
  out: Pick<NodeJS.WritableStream, 'write'>,
  err: Pick<NodeJS.WritableStream, 'write'>,
): Io {
  const lineTo = (stream: Pick<NodeJS.WritableStream, 'write'>) => (line: string) =>
    void stream.write(`${neutralise(line, { multiline: true })}\n`);
  return { out: lineTo(out), err: lineTo(err) };
}

export const standardIo: Io = ioOver(process.stdout, process.stderr);

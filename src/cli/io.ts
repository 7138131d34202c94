import { neutralise } from '../prose/neutralise.ts';

/** Where a command writes; lines without their newline. */
export interface Io {
  out(line: string): void;
  err(line: string): void;
  /** What is drawn from here on is drawn over what the launcher drew first. */
  takeScreen?(): void;
}

/** What the launcher drew before anything was loaded. */
export interface FirstFrame {
  /** The terminal as it was. */
  leave(): void;
  takeOver(): void;
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

/** Lines on standard output and error; the first of them takes away what the launcher drew. */
export function standardIo(frame: FirstFrame | undefined): Io {
  const { out, err } = ioOver(process.stdout, process.stderr);
  if (frame === undefined) return { out, err };
  const afterIt = (say: (line: string) => void) => (line: string) => {
    frame.leave();
    say(line);
  };
  return { out: afterIt(out), err: afterIt(err), takeScreen: frame.takeOver };
}

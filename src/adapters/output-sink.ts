import { type FileHandle, open } from 'node:fs/promises';
import { PortFailure } from '../ports/failure.ts';
import { OutputBatches, OutputTail } from './output-tail.ts';

/** What output goes through, piece by piece, before anything shows or keeps it. */
export interface OutputGuard {
  push(piece: Buffer): Buffer;
  /** What was held back. */
  end(): Buffer;
}

export const UNGUARDED: OutputGuard = { push: (piece) => piece, end: () => Buffer.alloc(0) };

/** So much may wait for the disk. */
const ROOM_BYTES = 1024 * 1024;

export interface OutputSinkOptions {
  /** Created if absent, appended to. */
  readonly outputFile?: string | undefined;
  readonly onOutput?: ((chunk: string) => void) | undefined;
  /** One for each stream. */
  readonly guard: () => OutputGuard;
}

/** One of the streams of a program. */
export interface OutputStream {
  /** Resolves when there is room for more: whoever waits for it holds back the program instead of filling our memory. */
  push(piece: Buffer): Promise<void> | undefined;
  /** Takes what was held back. */
  end(): Promise<void>;
}

/** All output of one program: to a file in order of arrival, in batches to whoever looks on, its last bytes in memory. */
export class OutputSink {
  /** The last bytes of both streams. */
  readonly tail = new OutputTail();
  readonly #options: OutputSinkOptions;
  readonly #batches: OutputBatches | undefined;
  #file: FileHandle | undefined;
  /** What has come while something was being written: it is written together. */
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #writing: Promise<void> | undefined;

  private constructor(options: OutputSinkOptions, file: FileHandle | undefined) {
    this.#options = options;
    this.#file = file;
    this.#batches = options.onOutput && new OutputBatches(options.onOutput);
  }

  /** Throws PortFailure when the file cannot be written. */
  static async open(options: OutputSinkOptions): Promise<OutputSink> {
    const { outputFile } = options;
    return new OutputSink(options, outputFile === undefined ? undefined : await openOutput(outputFile));
  }

  /** A stream whose last bytes are kept in `own`, too. */
  stream(own?: OutputTail): OutputStream {
    const guard = this.#options.guard();
    const pass = (chunk: Buffer) => {
      if (chunk.length === 0) return undefined;
      this.tail.push(chunk);
      own?.push(chunk);
      this.#batches?.push(chunk);
      this.#keep(chunk);
      return this.#waitingBytes > ROOM_BYTES ? this.#writing : undefined;
    };
    return { push: (piece) => pass(guard.push(piece)), end: async () => pass(guard.end()) };
  }

  async close(): Promise<void> {
    this.#batches?.end();
    await this.#writing;
    await this.#file?.close();
    this.#file = undefined;
  }

  #keep(chunk: Buffer): void {
    if (this.#file === undefined) return;
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const all = this.#waiting;
      this.#waiting = [];
      this.#waitingBytes = 0;
      await this.#write(all);
    }
  }

  /** A full disk is no reason to end a restore half-way; it is said where the output is read. */
  async #write(pieces: readonly Buffer[]): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    try {
      await writeWhole(file, pieces);
    } catch (error) {
      this.#file = undefined;
      const { code } = error as NodeJS.ErrnoException;
      this.tail.push(Buffer.from(`\n[the output from here on is not kept: ${code}]\n`));
      await file.close();
    }
  }
}

/** A full disk may take a part only. */
async function writeWhole(file: FileHandle, pieces: readonly Buffer[]): Promise<void> {
  const { bytesWritten } = await file.writev(pieces);
  const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (bytesWritten < size) await file.writeFile(Buffer.concat(pieces).subarray(bytesWritten));
}

async function openOutput(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'a', 0o600);
  } catch (error) {
    throw new PortFailure(
      `The output file ${path} cannot be written (${(error as NodeJS.ErrnoException).code}).`,
      { reason: 'unexpected', cause: error },
    );
  }
}

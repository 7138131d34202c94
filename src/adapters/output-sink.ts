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

export interface OutputSinkOptions {
  /** Created if absent, appended to. */
  readonly outputFile?: string | undefined;
  readonly onOutput?: ((chunk: string) => void) | undefined;
  /** One for each stream. */
  readonly guard: () => OutputGuard;
}

/** One of the streams of a program. */
export interface OutputStream {
  /** Resolves once the piece is kept: whoever waits for it holds back the program instead of filling our memory. */
  push(piece: Buffer): Promise<void>;
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
  #kept: Promise<void> = Promise.resolve();

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
    const pass = async (chunk: Buffer) => {
      if (chunk.length === 0) return;
      this.tail.push(chunk);
      own?.push(chunk);
      this.#batches?.push(chunk);
      await this.#keep(chunk);
    };
    return { push: (piece) => pass(guard.push(piece)), end: () => pass(guard.end()) };
  }

  async close(): Promise<void> {
    this.#batches?.end();
    await this.#kept;
    await this.#file?.close();
    this.#file = undefined;
  }

  #keep(chunk: Buffer): Promise<void> {
    if (this.#file !== undefined) this.#kept = this.#kept.then(() => this.#write(chunk));
    return this.#kept;
  }

  /** A full disk is no reason to end a restore half-way; it is said where the output is read. */
  async #write(chunk: Buffer): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    try {
      await file.writeFile(chunk);
    } catch (error) {
      this.#file = undefined;
      const { code } = error as NodeJS.ErrnoException;
      this.tail.push(Buffer.from(`\n[the output from here on is not kept: ${code}]\n`));
      await file.close();
    }
  }
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

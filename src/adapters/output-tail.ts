import { StringDecoder } from 'node:string_decoder';

/** The last bytes of a stream, however long it is: a ring that is written over. */
export class OutputTail {
  readonly #ring: Buffer;
  #next = 0;
  #total = 0;

  constructor(capacity = 64 * 1024) {
    this.#ring = Buffer.allocUnsafe(capacity);
  }

  get bytes(): number {
    return this.#total;
  }

  push(chunk: Buffer): void {
    const size = this.#ring.length;
    this.#total += chunk.length;
    const last = chunk.length > size ? chunk.subarray(chunk.length - size) : chunk;
    const first = last.subarray(0, size - this.#next);
    first.copy(this.#ring, this.#next);
    last.copy(this.#ring, 0, first.length);
    this.#next = (this.#next + last.length) % size;
  }

  /** What is left, from the first whole character on. */
  text(): string {
    const size = this.#ring.length;
    if (this.#total <= size) return this.#ring.toString('utf8', 0, this.#total);
    const bytes = Buffer.concat([this.#ring.subarray(this.#next), this.#ring.subarray(0, this.#next)]);
    let start = 0;
    while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return bytes.toString('utf8', start);
  }
}

/** Output to show, in batches: what a flood brings within one beat beyond its last bytes is left out and counted. */
export class OutputBatches {
  readonly #decoder = new StringDecoder('utf8');
  readonly #flush: (text: string) => void;
  readonly #everyMs: number;
  readonly #maxBytes: number;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #skipped = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(flush: (text: string) => void, everyMs = 50, maxBytes = 64 * 1024) {
    this.#flush = flush;
    this.#everyMs = everyMs;
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    while (this.#waitingBytes - (this.#waiting[0]?.length ?? 0) >= this.#maxBytes) {
      const dropped = this.#waiting.shift()?.length ?? 0;
      this.#waitingBytes -= dropped;
      this.#skipped += dropped;
    }
    this.#timer ??= setTimeout(() => this.#beat(), this.#everyMs);
  }

  end(): void {
    this.#beat();
    const rest = this.#decoder.end();
    if (rest !== '') this.#flush(rest);
  }

  #beat(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#waiting.length === 0) return;
    const gap = this.#skipped === 0 ? '' : `\n… ${this.#skipped} bytes not shown …\n`;
    const text = this.#decoder.write(Buffer.concat(this.#waiting));
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#skipped = 0;
    this.#flush(gap + text);
  }
}

import { StringDecoder } from 'node:string_decoder';

/** The last bytes of a stream, however long it is. Pieces are held on to and let go, never copied: a flood costs no more. */
export class OutputTail {
  readonly #capacity: number;
  #pieces: Buffer[] = [];
  #held = 0;
  #total = 0;

  constructor(capacity = 64 * 1024) {
    this.#capacity = capacity;
  }

  get bytes(): number {
    return this.#total;
  }

  push(piece: Buffer): void {
    this.#total += piece.length;
    this.#pieces.push(piece);
    this.#held += piece.length;
    for (let first = this.#pieces[0]; first !== undefined; first = this.#pieces[0]) {
      if (this.#held - first.length < this.#capacity) break;
      this.#pieces.shift();
      this.#held -= first.length;
    }
    // Many small pieces are one: what they were cut from would be held on to with each of them.
    if (this.#pieces.length > MOST_PIECES) this.#pieces = [Buffer.concat(this.#pieces)];
  }

  /** What is left, from the first whole character on. */
  text(): string {
    const bytes = Buffer.concat(this.#pieces).subarray(-this.#capacity);
    if (this.#total <= this.#capacity) return bytes.toString('utf8');
    let start = 0;
    while (start < 3 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return bytes.toString('utf8', start);
  }
}

const MOST_PIECES = 64;

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

import type { ShippedLine } from '../../world/pod-logs.ts';
import { documentOf, type LogDocument } from './document.ts';

/** As many as are searched; the oldest go first. */
const MOST = 30_000;
const RETENTION_MS = 30 * 60_000;

/** What the shipped logs hold: documents are made when they are first looked at, lines are cheap to take. */
export class LogDocuments {
  readonly #past: () => readonly ShippedLine[];
  #lines: ShippedLine[] = [];
  #documents: LogDocument[] | undefined;
  #count = 0;

  /** `past` gives what was logged before the start; asked for once, with the first search. */
  constructor(past: () => readonly ShippedLine[]) {
    this.#past = past;
  }

  add(line: ShippedLine): void {
    this.#lines.push(line);
    if (this.#lines.length > MOST * 1.25) this.#lines = this.#lines.slice(-MOST);
  }

  /** Newest last. */
  all(now: number): readonly LogDocument[] {
    const known = this.#documents ?? this.#made(this.#past());
    const fresh = this.#made(this.#lines);
    this.#lines = [];
    const oldest = now - RETENTION_MS;
    const merged = fresh.length === 0 ? known : [...known, ...fresh].sort((a, b) => a.time - b.time);
    const kept = merged.slice(-MOST);
    const first = kept.findIndex(({ time }) => time >= oldest);
    this.#documents = first > 0 ? kept.slice(first) : first === -1 ? [] : kept;
    return this.#documents;
  }

  #made(lines: readonly ShippedLine[]): LogDocument[] {
    return lines.map((line) => {
      this.#count += 1;
      return documentOf(line, this.#count);
    });
  }
}

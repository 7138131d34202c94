import type { CodeHistory, Comparison } from '../../src/ports/comparison.ts';
import { PortFailure } from '../../src/ports/failure.ts';
import type { ReadOptions } from '../../src/ports/kubernetes.ts';

type Answer = Partial<Comparison> | Error;

/** Comparisons by their two ends, files by ref and path; whatever is not known is not there. */
export class FakeCodeHistory implements CodeHistory {
  readonly name: string;
  /** 'from...to' of every comparison that was asked for. */
  readonly compared: string[] = [];
  readonly #comparisons = new Map<string, Answer>();
  readonly #files = new Map<string, string>();

  constructor(name = 'example/shop') {
    this.name = name;
  }

  /** Complete, unless it says otherwise. */
  on(from: string, to: string, answer: Answer): this {
    this.#comparisons.set(`${from}...${to}`, answer);
    return this;
  }

  put(path: string, ref: string, text: string): this {
    this.#files.set(`${ref}:${path}`, text);
    return this;
  }

  async compare(from: string, to: string, options: ReadOptions = {}): Promise<Comparison> {
    refuseAborted(options);
    this.compared.push(`${from}...${to}`);
    const answer = this.#comparisons.get(`${from}...${to}`);
    if (answer instanceof Error) throw answer;
    if (answer === undefined) throw missing(`No comparison of ${from} with ${to} is known in ${this.name}.`);
    return { from, to, commits: [], files: [], complete: true, source: 'github', ...answer };
  }

  async file(path: string, ref: string, options: ReadOptions = {}): Promise<string> {
    refuseAborted(options);
    const text = this.#files.get(`${ref}:${path}`);
    if (text === undefined) throw missing(`There is no ${path} at ${ref} in ${this.name}.`);
    return text;
  }
}

function refuseAborted({ signal }: ReadOptions): void {
  if (signal?.aborted) throw new PortFailure('The comparison was cancelled.', { reason: 'cancelled' });
}

function missing(message: string): PortFailure {
  return new PortFailure(message, { reason: 'not-found', status: 404 });
}

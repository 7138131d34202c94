import type { Readable } from 'node:stream';
import type { Clock } from '../../ports/clock.ts';
import { PortFailure } from '../../ports/failure.ts';
import type { ReadOptions, WatchStatus } from '../../ports/kubernetes.ts';
import { networkFailure } from '../network-failure.ts';
import { createLineDecoder } from './line-decoder.ts';
import type { Listing } from './list.ts';
import { withQuery } from './paths.ts';
import { hostOf, type Status, statusFailure } from './status-failure.ts';
import { createSlicer } from './wire.ts';

/** Rhythm of a watch, in milliseconds. */
export interface WatchRhythm {
  /** The server is asked to end each watch after this long: its end, and the bookmark before it, prove that it is alive. */
  readonly roundMs: number;
  /** Not a byte for this long: the connection is given up and made anew. */
  readonly silenceMs: number;
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
}

export const WATCH_RHYTHM: WatchRhythm = {
  roundMs: 10_000,
  silenceMs: 15_000,
  firstBackoffMs: 500,
  maxBackoffMs: 30_000,
};

export interface Watching {
  readonly clock: Clock;
  readonly random: () => number;
  readonly rhythm: WatchRhythm;
  /** Finds the path; may fail, and is asked again then. */
  listing(options: ReadOptions): Promise<Listing>;
}

export interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: object;
}

/** What is asked for, objects or rows of a table, and who is told of it. */
export interface WatchFormat {
  readonly accept?: string;
  readonly query: Readonly<Record<string, string>>;
  /** Lists everything and tells it; returns where a watch may go on. */
  list(listing: Listing, options: ReadOptions): Promise<string>;
  /** Tells one line of a watch; returns where it has been. */
  take(line: WatchLine): string | undefined;
  onStatus(status: WatchStatus): void;
}

/** Lists, then watches from there, for ever: resumes where it was, lists again when that is gone, backs off on trouble. */
export async function watchForEver(
  watching: Watching,
  format: WatchFormat,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = watching;
  const tell = createTeller(format, clock);
  let resourceVersion: string | undefined;
  let troubles = 0;
  while (!signal.aborted) {
    const started = clock.elapsed();
    let trouble: PortFailure | undefined;
    try {
      const listing = await watching.listing({ signal });
      if (resourceVersion === undefined) {
        resourceVersion = await format.list(listing, { signal });
        tell.heard();
      }
      const round = new Round(watching, listing, format, resourceVersion, tell);
      try {
        await round.run(signal);
      } finally {
        resourceVersion = round.resourceVersion;
      }
    } catch (error) {
      trouble = asFailure(error);
      if (trouble.reason === 'gone') resourceVersion = undefined;
    }
    if (signal.aborted) return;
    // only a connection that has held for a while is a sign of health; a server that ends each at once is not
    const held = clock.elapsed() - started >= watching.rhythm.roundMs / 2;
    if (held) troubles = 0;
    // one that held is made anew at once, and nobody need be told unless that fails
    if (held && (trouble === undefined || trouble.reason === 'disconnected')) continue;
    troubles += 1;
    if (trouble !== undefined && !(trouble.reason === 'gone' && troubles === 1)) tell.lost(trouble);
    try {
      await clock.sleep(backoff(watching, troubles, trouble), signal);
    } catch {
      return;
    }
  }
}

/** One watch request, from a resourceVersion to its end. */
class Round {
  resourceVersion: string | undefined;
  readonly #watching: Watching;
  readonly #listing: Listing;
  readonly #format: WatchFormat;
  readonly #tell: Teller;

  constructor(
    watching: Watching,
    listing: Listing,
    format: WatchFormat,
    resourceVersion: string,
    tell: Teller,
  ) {
    this.#watching = watching;
    this.#listing = listing;
    this.#format = format;
    this.resourceVersion = resourceVersion;
    this.#tell = tell;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { transport, context, subject, path, labelSelector, fieldSelector, timeoutMs } = this.#listing;
    const answer = await transport.open({
      method: 'GET',
      path: withQuery(path, {
        ...this.#format.query,
        labelSelector,
        fieldSelector,
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion: this.resourceVersion,
        timeoutSeconds: Math.ceil(this.#watching.rhythm.roundMs / 1000),
      }),
      ...(this.#format.accept === undefined ? {} : { accept: this.#format.accept }),
      timeoutMs,
      signal,
    });
    if (answer.status !== 200) {
      const chunks = (await answer.body
        .take(16)
        .toArray({ signal: AbortSignal.timeout(timeoutMs) })) as Buffer[];
      throw statusFailure({ ...answer, body: Buffer.concat(chunks) }, { ...subject, verb: 'watch' }, context);
    }
    this.#tell.heard();
    const ended = new AbortController();
    const guard = this.#giveUpOnSilence(answer.body, ended.signal);
    try {
      await this.#follow(answer.body);
    } catch (error) {
      throw signal.aborted ? error : networkFailure(error, `the API server at ${hostOf(context)}`);
    } finally {
      ended.abort();
      answer.body.destroy();
      await guard;
    }
  }

  async #follow(body: Readable): Promise<void> {
    const decode = createLineDecoder();
    const pause = createSlicer();
    for await (const chunk of body as AsyncIterable<Buffer>) {
      this.#tell.heard();
      for (const line of decode(chunk)) {
        this.#take(parseLine(line));
        await pause();
      }
    }
  }

  #take(line: WatchLine): void {
    if (line.type === 'ERROR') throw this.#failed(line.object as Status);
    this.resourceVersion = this.#format.take(line) ?? this.resourceVersion;
  }

  #failed(status: Status): PortFailure {
    const body = Buffer.from(JSON.stringify(status));
    const { subject, context } = this.#listing;
    return statusFailure(
      { status: status.code ?? 500, headers: {}, body },
      { ...subject, verb: 'watch' },
      context,
    );
  }

  async #giveUpOnSilence(body: Readable, ended: AbortSignal): Promise<void> {
    const { clock, rhythm } = this.#watching;
    try {
      for (;;) {
        const left = rhythm.silenceMs - this.#tell.silentMs();
        if (left <= 0) break;
        await clock.sleep(left, ended);
      }
    } catch {
      return;
    }
    const seconds = Math.round(rhythm.silenceMs / 1000);
    body.destroy(
      new PortFailure(
        `Nothing was heard from the API server at ${hostOf(this.#listing.context)} for ${seconds} s.`,
        {
          reason: 'disconnected',
          next: 'The connection is made anew by itself; check the network if it stays.',
        },
      ),
    );
  }
}

interface Teller {
  heard(): void;
  /** Since something was heard, in milliseconds. */
  silentMs(): number;
  lost(problem: PortFailure): void;
}

/** Says at once when the connection comes or goes, and at most once a second that something was heard. */
function createTeller(format: Pick<WatchFormat, 'onStatus'>, clock: Clock): Teller {
  let heardAt: number | undefined;
  let heard = clock.elapsed();
  let told: { readonly connected: boolean; readonly at: number } | undefined;
  const say = (status: WatchStatus) => {
    told = { connected: status.connected, at: clock.elapsed() };
    format.onStatus(status);
  };
  return {
    silentMs: () => clock.elapsed() - heard,
    heard() {
      heardAt = clock.now();
      heard = clock.elapsed();
      if (told?.connected === true && heard - told.at < 1000) return;
      say({ connected: true, heardAt });
    },
    lost({ message, reason }) {
      say({ connected: false, heardAt, problem: message, reason });
    },
  };
}

/** Waiting does not help against these; asking often only fills the server's log. */
const LASTING = new Set(['forbidden', 'not-served', 'unauthorized', 'not-configured']);

function backoff({ rhythm, random }: Watching, troubles: number, trouble: PortFailure | undefined): number {
  const grown = Math.min(rhythm.maxBackoffMs, rhythm.firstBackoffMs * 2 ** Math.min(troubles - 1, 10));
  const base = trouble !== undefined && LASTING.has(trouble.reason) ? rhythm.maxBackoffMs : grown;
  return Math.max(trouble?.retryAfterMs ?? 0, base * (0.5 + random() / 2));
}

function parseLine(line: string): WatchLine {
  try {
    const parsed = JSON.parse(line) as Partial<WatchLine> | null;
    if (parsed?.type !== undefined && typeof parsed.object === 'object') return parsed as WatchLine;
  } catch {
    // said below
  }
  throw new PortFailure('The API server sent something in a watch that is not a watch event.', {
    reason: 'unexpected',
    next: 'The watch is made anew by itself; a proxy in between may be cutting answers short.',
  });
}

function asFailure(error: unknown): PortFailure {
  if (error instanceof PortFailure) return error;
  return new PortFailure(`The watch stopped: ${(error as Error).message}.`, {
    reason: 'unexpected',
    cause: error,
  });
}

import type { FailureReason } from '../ports/failure.ts';
import type {
  KubeObject,
  KubernetesReads,
  ListRequest,
  WatchEvent,
  WatchStatus,
} from '../ports/kubernetes.ts';
import type { Freshness } from './live.ts';

/** One watched resource: what is known of it, and how sure that is. */
export interface Stream<Known = unknown> {
  readonly resource: string;
  readonly known: Known;
  readonly synced: boolean;
  readonly status: WatchStatus;
  /** Why it will not be seen at all; waiting does not help. */
  readonly missing: FailureReason | undefined;
}

/** Where a stream keeps what it knows, by name: a Map, or what counts as it goes. */
export interface Keeping<Kept> {
  readonly size: number;
  set(name: string, kept: Kept): unknown;
  delete(name: string): unknown;
  clear(): void;
  keys(): Iterable<string>;
}

export interface StreamOptions<Kept, Known extends Keeping<Kept>> {
  readonly reads: Pick<KubernetesReads, 'watch'>;
  readonly request: ListRequest;
  readonly project: (object: KubeObject) => Kept;
  readonly onChange: () => void;
  readonly known: Known;
  /** Above this many the oldest are let go. */
  readonly atMost?: number | undefined;
}

const LASTING: ReadonlySet<FailureReason | undefined> = new Set(['forbidden', 'not-served']);

/** Follows one resource, by name. */
export function followStream<Kept, Known extends Keeping<Kept>>(
  options: StreamOptions<Kept, Known>,
  signal: AbortSignal,
): Stream<Known> {
  const { reads, request, project, onChange, known, atMost = Number.POSITIVE_INFINITY } = options;
  // projected as they arrive, one by one: ten thousand at once would hold up everything else
  const projected = new WeakMap<KubeObject, Kept>();
  let synced = false;
  let status: WatchStatus = { connected: false, heardAt: undefined };

  function take(event: WatchEvent): void {
    switch (event.type) {
      case 'synced':
        known.clear();
        for (const object of event.items) put(object);
        synced = true;
        break;
      case 'changed':
        put(event.object);
        break;
      case 'deleted':
        known.delete(event.object.metadata.name);
        break;
      default:
        event satisfies never;
    }
    onChange();
  }

  function put(object: KubeObject): void {
    const { name } = object.metadata;
    // the newest goes last, so that the oldest can be let go
    if (Number.isFinite(atMost)) known.delete(name);
    known.set(name, projected.get(object) ?? project(object));
    for (const oldest of known.keys()) {
      if (known.size <= atMost) break;
      known.delete(oldest);
    }
  }

  reads.watch(
    request,
    {
      keep(object) {
        const stub = { metadata: { name: object.metadata.name } };
        projected.set(stub, project(object));
        return stub;
      },
      onEvent: take,
      onStatus(next) {
        const worthTelling = next.connected !== status.connected || next.problem !== status.problem;
        status = next;
        if (worthTelling) onChange();
      },
    },
    signal,
  );
  return {
    resource: request.resource,
    known,
    get synced() {
      return synced;
    },
    get status() {
      return status;
    },
    get missing() {
      return !status.connected && LASTING.has(status.reason) ? status.reason : undefined;
    },
  };
}

/** Heard of within this long counts as live: a quiet watch proves itself every ten seconds. */
const LIVE_WITHIN_MS = 13_000;

/** How far the whole picture may be believed: as far as its stalest part. Parts that cannot be had are left out. */
export function freshnessOf(streams: readonly Stream[], now: number): Freshness {
  const counted = streams.filter((each) => each.missing === undefined);
  const heard = counted.map(({ status }) => status.heardAt);
  const heardAt = heard.some((at) => at === undefined) ? undefined : Math.min(...(heard as number[]));
  const broken = counted.find(({ status }) => !status.connected && status.problem !== undefined);
  const at = heardAt === undefined || !Number.isFinite(heardAt) ? undefined : heardAt;
  if (broken?.status.problem !== undefined) {
    return { state: 'disconnected', heardAt: at, problem: broken.status.problem };
  }
  if (counted.length === 0)
    return { state: 'disconnected', heardAt: undefined, problem: 'Nothing here may be watched.' };
  if (!counted.every((each) => each.synced) || at === undefined) return { state: 'connecting', heardAt: at };
  return { state: now - at <= LIVE_WITHIN_MS ? 'live' : 'behind', heardAt: at };
}

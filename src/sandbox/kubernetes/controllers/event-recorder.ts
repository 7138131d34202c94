import type { Store, StoredObject } from '../store.ts';
import type { SandboxClock } from '../world-interfaces.ts';
import { EVENTS } from './keys.ts';

/** As the API server keeps events: one hour after their last occurrence. */
const TTL_MS = 3_600_000;

export interface EventSource {
  readonly component: string;
  readonly host?: string;
}

export interface EventNote {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly source: EventSource;
  readonly fieldPath?: string;
}

/** What was already happening before the world began. */
export interface PastEvent {
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

interface Recorded {
  readonly namespace: string;
  readonly name: string;
  expires: number;
}

/** Writes events the way Kubernetes' own recorder does: the same thing again raises the count of the first. */
export class EventRecorder {
  readonly #store: Store;
  readonly #clock: SandboxClock;
  readonly #known = new Map<string, Recorded>();
  #sequence = 0;
  #cancelSweep: (() => void) | undefined;

  constructor(store: Store, clock: SandboxClock) {
    this.#store = store;
    this.#clock = clock;
  }

  record(about: StoredObject, note: EventNote, past?: PastEvent): void {
    const now = this.#clock.now();
    const last = past?.last ?? now;
    const id = [about.metadata.uid, note.type, note.reason, note.source.component, note.message].join('\n');
    const known = this.#known.get(id);
    const repeated =
      known !== undefined &&
      this.#store.mutate(EVENTS, known.namespace, known.name, (event) => {
        event.count += past?.count ?? 1;
        event.lastTimestamp = timestamp(last);
      });
    if (known !== undefined && repeated) known.expires = last + TTL_MS;
    else this.#known.set(id, this.#create(about, note, past ?? { count: 1, first: now, last: now }));
    this.#sweepLater();
  }

  stop(): void {
    this.#cancelSweep?.();
  }

  #create(about: StoredObject, note: EventNote, occurrence: PastEvent): Recorded {
    const { apiVersion, kind, metadata } = about;
    const namespace = metadata.namespace ?? 'default';
    this.#sequence += 1;
    const nanoseconds = BigInt(occurrence.first) * 1_000_000n + BigInt(this.#sequence);
    const name = `${metadata.name}.${nanoseconds.toString(16)}`;
    this.#store.create(EVENTS, {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name, namespace, creationTimestamp: timestamp(occurrence.first) },
      involvedObject: {
        kind,
        namespace: metadata.namespace,
        name: metadata.name,
        uid: metadata.uid,
        apiVersion,
        resourceVersion: metadata.resourceVersion,
        ...(note.fieldPath === undefined ? {} : { fieldPath: note.fieldPath }),
      },
      reason: note.reason,
      message: note.message,
      source: { ...note.source },
      firstTimestamp: timestamp(occurrence.first),
      lastTimestamp: timestamp(occurrence.last),
      count: occurrence.count,
      type: note.type,
      eventTime: null,
      reportingComponent: note.source.component,
      reportingInstance: note.source.host ?? '',
    });
    return { namespace, name, expires: occurrence.last + TTL_MS };
  }

  /** One timer for all events, a minute coarse. */
  #sweepLater(): void {
    this.#cancelSweep ??= this.#clock.after(60_000, () => {
      this.#cancelSweep = undefined;
      const now = this.#clock.now();
      for (const [id, { namespace, name, expires }] of this.#known) {
        if (expires > now) continue;
        this.#known.delete(id);
        this.#store.remove(EVENTS, namespace, name);
      }
      if (this.#known.size > 0) this.#sweepLater();
    });
  }
}

function timestamp(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;
}

import type { Store } from '../store.ts';
import type { SandboxClock } from '../world-interfaces.ts';
import type { ClusterView } from './cluster-view.ts';
import type { EventRecorder } from './event-recorder.ts';

/** What every controller works with. */
export interface ControllerContext {
  readonly store: Store;
  readonly view: ClusterView;
  readonly events: EventRecorder;
  readonly clock: SandboxClock;
  /** How many milliseconds a duration of the world takes here, as its time scale wants it. */
  readonly pace: (milliseconds: number) => number;
  /** Yields 0 ≤ x < 1. */
  readonly random: () => number;
  /** Of the cluster's version, 1.x. */
  readonly minor: number;
  readonly onError: (error: unknown) => void;
}

export interface Controller {
  /** Looks at what is there and begins to follow changes. */
  start(): void;
  stop(): void;
}

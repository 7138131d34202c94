import type { StoredObject } from '../store.ts';
import type { InitRun } from './application.ts';
import { backOffMs, backOffText } from './back-off.ts';
import {
  type ContainerState,
  containerId,
  freshInitContainers,
  knownInitContainers,
} from './container-state.ts';
import { timeText } from './deployment-status.ts';
import type { Tell } from './pod-reporter.ts';
import type { PodTimers } from './pod-timers.ts';

/** How long a failed one shows `Error` before `CrashLoopBackOff`. */
const SHOW_ERROR_MS = 800;

export interface InitContainersOptions {
  readonly timers: PodTimers;
  readonly now: () => number;
  readonly tell: Tell;
  /** What the container does this time. */
  readonly run: (container: string) => InitRun;
  readonly started: (container: string, restarts: number) => void;
  readonly stopped: (container: string, exitCode: number) => void;
  readonly changed: () => void;
  readonly done: () => void;
}

/** A pod's init containers: one after another, each until it succeeds, before anything else starts. */
export class InitContainers {
  readonly states: readonly ContainerState[];
  readonly #pod: StoredObject;
  readonly #options: InitContainersOptions;

  constructor(pod: StoredObject, options: InitContainersOptions) {
    const known = pod.status?.containerStatuses !== undefined;
    this.states = known ? knownInitContainers(pod) : freshInitContainers(pod);
    this.#pod = pod;
    this.#options = options;
  }

  /** Runs those that have not succeeded yet; `done` once there are none. */
  begin(): void {
    const next = this.states.find(({ phase }) => !succeeded(phase));
    if (next === undefined) this.#options.done();
    else this.#start(next);
  }

  #start(container: ContainerState): void {
    const { timers, now, tell, run, started, changed } = this.#options;
    const { name, restarts } = container;
    tell('Normal', 'Created', `Created container: ${name}`, name);
    tell('Normal', 'Started', `Started container ${name}`, name);
    const startedAt = timeText(now());
    container.phase = { running: { startedAt } };
    started(name, restarts);
    changed();
    const { seconds, exitCode } = run(name);
    timers.after('start', seconds * 1000, () => this.#end(container, startedAt, exitCode));
  }

  #end(container: ContainerState, startedAt: string, exitCode: number): void {
    const { now, stopped, changed, timers } = this.#options;
    const { name, restarts } = container;
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      startedAt,
      finishedAt: timeText(now()),
      containerID: containerId(`${this.#pod.metadata.uid}/${name}`, restarts),
    };
    container.phase = { terminated };
    container.ready = exitCode === 0;
    stopped(name, exitCode);
    changed();
    if (exitCode === 0) {
      this.begin();
      return;
    }
    container.last = { terminated };
    timers.after('start', SHOW_ERROR_MS, () => this.#holdBack(container));
  }

  #holdBack(container: ContainerState): void {
    const { tell, changed, timers } = this.#options;
    const { name, restarts } = container;
    const { name: pod, namespace, uid } = this.#pod.metadata;
    const where = `${pod}_${namespace}(${uid})`;
    const wait = backOffMs(restarts);
    tell('Warning', 'BackOff', `Back-off restarting failed container ${name} in pod ${where}`, name);
    const message = `back-off ${backOffText(wait)} restarting failed container=${name} pod=${where}`;
    container.phase = { waiting: { reason: 'CrashLoopBackOff', message } };
    changed();
    timers.after('start', wait, () => {
      container.restarts += 1;
      this.#start(container);
    });
  }
}

function succeeded(phase: ContainerState['phase']): boolean {
  return 'terminated' in phase && phase.terminated.exitCode === 0;
}

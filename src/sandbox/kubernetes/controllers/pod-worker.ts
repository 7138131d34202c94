import type { StoredObject } from '../store.ts';
import type { Application, Workloads } from './application.ts';
import {
  type ContainerState,
  containerId,
  freshContainers,
  isRunning,
  knownContainers,
  type Phase,
  podStatus,
} from './container-state.ts';
import type { ControllerContext } from './controller-context.ts';
import { timeText } from './deployment-status.ts';
import type { EventNote } from './event-recorder.ts';
import { PODS } from './keys.ts';
import { probeFailure, readinessProbeOf } from './probe.ts';

const FIRST_BACK_OFF_MS = 10_000;
const LONGEST_BACK_OFF_MS = 300_000;
/** A container that ran this long begins its back-off anew. */
const FORGIVEN_AFTER_MS = 600_000;
/** How long a crashed container shows `Error` before `CrashLoopBackOff`. */
const SHOW_ERROR_MS = 800;
const SANDBOX_MS = 120;

export interface Node {
  readonly name: string;
  readonly ip: string;
  /** Images that need no pull any more. */
  readonly images: Set<string>;
}

export interface PodWorkerOptions {
  readonly context: ControllerContext;
  readonly workloads: Workloads;
  readonly node: Node;
  readonly nextAddress: () => string;
}

type Timer = 'start' | 'probe' | 'crash' | 'end';

/** The life of one pod on its node, from pulling its image to its end. Parked pods hold no timer. */
export class PodWorker {
  readonly #options: PodWorkerOptions;
  readonly #timers = new Map<Timer, () => void>();
  readonly #containers: ContainerState[];
  #pod: StoredObject;
  #podIP: string | undefined;
  #successes = 0;
  #failures = 0;
  #pullFailures = 0;
  #crashes = 0;
  #ending = false;

  constructor(pod: StoredObject, options: PodWorkerOptions) {
    this.#pod = pod;
    this.#options = options;
    this.#podIP = pod.status?.podIP;
    const known = pod.status?.containerStatuses !== undefined;
    this.#containers = known ? knownContainers(pod) : freshContainers(pod);
    this.#crashes = this.#containers[0]?.restarts ?? 0;
  }

  get uid(): string {
    return this.#pod.metadata.uid;
  }

  /** Takes the pod on: a new one from its beginning, one that was there from where it stands. */
  begin(): void {
    const main = this.#containers[0];
    if (main === undefined) return;
    if (isRunning(main)) {
      this.#expectCrash();
      if (!main.ready) this.#probeAfter(this.#probePeriod() * this.#options.context.random());
    } else if ('waiting' in main.phase && main.phase.waiting.reason === 'CrashLoopBackOff') {
      this.#after('start', this.#backOff(this.#crashes) * this.#options.context.random(), () =>
        this.#restart(),
      );
    } else {
      this.#writeStatus();
      this.#after('start', SANDBOX_MS, () => this.#pull());
    }
  }

  /** The pod's object changed. */
  update(pod: StoredObject): void {
    this.#pod = pod;
    if (pod.metadata.deletionTimestamp !== undefined) this.#end();
  }

  /** The program behaves otherwise now. */
  reconsider(): void {
    const main = this.#containers[0];
    if (main === undefined || this.#ending || !isRunning(main)) return;
    this.#cancel('crash');
    this.#expectCrash();
    if (!this.#timers.has('probe')) this.#probeAfter(this.#probePeriod() * this.#options.context.random());
  }

  dispose(): void {
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  /** The pod is gone: whatever still ran has ended. */
  gone(): void {
    this.dispose();
    for (const container of this.#containers) {
      if (isRunning(container)) this.#options.workloads.stopped(this.#pod, container.name, 137);
    }
  }

  #application(): Application {
    return this.#options.workloads.of(this.#pod);
  }

  #pull(): void {
    const { node } = this.#options;
    const application = this.#application();
    const image = this.#containers[0]?.image ?? '';
    if (application.imageExists && node.images.has(image)) {
      this.#tell('Normal', 'Pulled', `Container image "${image}" already present on machine`);
      this.#start();
      return;
    }
    this.#tell('Normal', 'Pulling', `Pulling image "${image}"`);
    const seconds = application.imageExists
      ? application.pullSeconds
      : Math.min(0.5, application.pullSeconds);
    this.#after('start', seconds * 1000, () => {
      if (!this.#application().imageExists) {
        this.#pullFailed(image);
        return;
      }
      node.images.add(image);
      const took = `${Math.round(seconds * 1000)}ms`;
      this.#tell(
        'Normal',
        'Pulled',
        `Successfully pulled image "${image}" in ${took} (${took} including waiting). Image size: 84211734 bytes.`,
      );
      this.#start();
    });
  }

  #pullFailed(image: string): void {
    const cause = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
    this.#tell('Warning', 'Failed', `Failed to pull image "${image}": ${cause}`);
    this.#tell('Warning', 'Failed', 'Error: ErrImagePull');
    this.#become({ waiting: { reason: 'ErrImagePull', message: cause } });
    this.#pullFailures += 1;
    const wait = this.#backOff(this.#pullFailures);
    this.#after('start', SHOW_ERROR_MS, () => {
      const message = `Back-off pulling image "${image}"`;
      this.#tell('Normal', 'BackOff', message);
      this.#tell('Warning', 'Failed', 'Error: ImagePullBackOff');
      this.#become({
        waiting: { reason: 'ImagePullBackOff', message: `${message}: ErrImagePull: ${cause}` },
      });
      this.#after('start', wait, () => this.#pull());
    });
  }

  #start(): void {
    const { context, workloads, nextAddress } = this.#options;
    this.#podIP ??= nextAddress();
    this.#successes = 0;
    this.#failures = 0;
    const startedAt = timeText(context.clock.now());
    const probe = readinessProbeOf(this.#pod);
    this.#containers.forEach((container, index) => {
      if (isRunning(container)) return;
      this.#tell('Normal', 'Created', `Created container: ${container.name}`, container.name);
      this.#tell('Normal', 'Started', `Started container ${container.name}`, container.name);
      container.phase = { running: { startedAt } };
      container.ready = index > 0 || probe === undefined;
      workloads.started(this.#pod, container.name, container.restarts);
    });
    this.#startedAt = context.clock.now();
    this.#writeStatus();
    if (probe !== undefined) this.#probeAfter(Math.max(50, probe.initialDelayMs));
    this.#expectCrash();
  }

  /** Long ago for a container that was there before its worker. */
  #startedAt = 0;

  #probePeriod(): number {
    return readinessProbeOf(this.#pod)?.periodMs ?? 0;
  }

  #probeAfter(delayMs: number): void {
    if (readinessProbeOf(this.#pod) !== undefined) this.#after('probe', delayMs, () => this.#probe());
  }

  #probe(): void {
    const main = this.#containers[0];
    const probe = readinessProbeOf(this.#pod);
    if (main === undefined || probe === undefined || !isRunning(main)) return;
    const { clock, pace } = this.#options.context;
    const application = this.#application();
    const answering = clock.now() - this.#startedAt >= pace(application.startupSeconds * 1000);
    const failure = probeFailure(application, probe, this.#podIP ?? '', answering);
    if (failure === undefined) {
      this.#failures = 0;
      this.#successes += 1;
      if (!main.ready && this.#successes >= probe.successThreshold) this.#setReady(main, true);
      if (main.ready) return;
    } else {
      this.#successes = 0;
      this.#failures += 1;
      this.#tell('Warning', 'Unhealthy', failure, main.name);
      if (main.ready && this.#failures >= probe.failureThreshold) this.#setReady(main, false);
    }
    this.#probeAfter(probe.periodMs);
  }

  #setReady(container: ContainerState, ready: boolean): void {
    container.ready = ready;
    this.#writeStatus();
  }

  #expectCrash(): void {
    const { crash } = this.#application();
    if (crash !== undefined)
      this.#after('crash', crash.afterSeconds * 1000, () => this.#crash(crash.exitCode));
  }

  #crash(exitCode: number): void {
    const main = this.#containers[0];
    if (main === undefined || !('running' in main.phase)) return;
    const { context, workloads } = this.#options;
    const { startedAt } = main.phase.running;
    this.#cancel('probe');
    workloads.stopped(this.#pod, main.name, exitCode);
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : exitCode === 137 ? 'OOMKilled' : 'Error',
      startedAt,
      finishedAt: timeText(context.clock.now()),
      containerID: containerId(this.#pod, main),
    };
    const ran = context.clock.now() - this.#startedAt;
    if (this.#startedAt > 0 && ran >= context.pace(FORGIVEN_AFTER_MS)) this.#crashes = 0;
    main.ready = false;
    this.#become({ terminated });
    const policy = this.#pod.spec.restartPolicy ?? 'Always';
    if (policy === 'Never' || (policy === 'OnFailure' && exitCode === 0)) return;
    main.last = { terminated };
    const wait = this.#backOff(this.#crashes);
    this.#crashes += 1;
    this.#after('start', SHOW_ERROR_MS, () => (wait === 0 ? this.#restart() : this.#holdBack(main, wait)));
  }

  #holdBack(main: ContainerState, wait: number): void {
    const { name, namespace, uid } = this.#pod.metadata;
    const where = `${name}_${namespace}(${uid})`;
    this.#tell(
      'Warning',
      'BackOff',
      `Back-off restarting failed container ${main.name} in pod ${where}`,
      main.name,
    );
    const message = `back-off ${backOffText(wait)} restarting failed container=${main.name} pod=${where}`;
    this.#become({ waiting: { reason: 'CrashLoopBackOff', message } });
    this.#after('start', wait, () => this.#restart());
  }

  #restart(): void {
    const main = this.#containers[0];
    if (main === undefined) return;
    main.restarts += 1;
    this.#tell('Normal', 'Pulled', `Container image "${main.image}" already present on machine`, main.name);
    this.#start();
  }

  /** None before the first restart, then 10 s, doubled each time, 5 min at most. */
  #backOff(failures: number): number {
    return failures === 0 ? 0 : Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (failures - 1));
  }

  #end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.dispose();
    const grace = this.#pod.metadata.deletionGracePeriodSeconds ?? 30;
    const running = this.#containers.filter(isRunning);
    for (const { name } of running) this.#tell('Normal', 'Killing', `Stopping container ${name}`, name);
    const shutdown = running.length === 0 ? 0.05 : this.#application().shutdownSeconds;
    this.#after('end', Math.min(grace, shutdown) * 1000, () => this.#remove());
  }

  #remove(): void {
    const { context } = this.#options;
    const { namespace, name } = this.#pod.metadata;
    if (this.#current() !== undefined) context.store.remove(PODS, namespace, name);
  }

  #become(phase: Phase): void {
    const main = this.#containers[0];
    if (main === undefined) return;
    main.phase = phase;
    this.#writeStatus();
  }

  #current(): StoredObject | undefined {
    const { namespace, name, uid } = this.#pod.metadata;
    const current = this.#options.context.store.get(PODS, namespace, name);
    return current?.metadata.uid === uid ? current : undefined;
  }

  #writeStatus(): void {
    const { context, node } = this.#options;
    if (this.#current() === undefined) return;
    const { namespace, name } = this.#pod.metadata;
    context.store.mutate(PODS, namespace, name, (draft) => {
      const now = timeText(context.clock.now());
      draft.status = podStatus(draft, {
        now,
        hostIP: node.ip,
        podIP: this.#podIP,
        containers: this.#containers,
      });
    });
  }

  #tell(type: EventNote['type'], reason: string, message: string, container?: string): void {
    const { context, node } = this.#options;
    const main = container ?? this.#containers[0]?.name ?? '';
    context.events.record(this.#pod, {
      type,
      reason,
      message,
      source: { component: 'kubelet', host: node.name },
      fieldPath: `spec.containers{${main}}`,
    });
  }

  #after(timer: Timer, delayMs: number, work: () => void): void {
    const { clock, pace, onError } = this.#options.context;
    this.#cancel(timer);
    const cancel = clock.after(pace(delayMs), () => {
      this.#timers.delete(timer);
      try {
        work();
      } catch (error) {
        onError(error);
      }
    });
    this.#timers.set(timer, cancel);
  }

  #cancel(timer: Timer): void {
    this.#timers.get(timer)?.();
    this.#timers.delete(timer);
  }
}

function backOffText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
}

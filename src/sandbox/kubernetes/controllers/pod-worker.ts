import type { StoredObject } from '../store.ts';
import type { Application, Workloads } from './application.ts';
import { backOffMs, backOffText } from './back-off.ts';
import {
  type ContainerState,
  containerId,
  freshContainers,
  isRunning,
  knownContainers,
  type Phase,
} from './container-state.ts';
import type { ControllerContext } from './controller-context.ts';
import { timeText } from './deployment-status.ts';
import type { EventNote } from './event-recorder.ts';
import { ImagePull } from './image-pull.ts';
import { InitContainers } from './init-containers.ts';
import { type Node, PodReporter } from './pod-reporter.ts';
import { PodTimers } from './pod-timers.ts';
import { probeFailure, readinessProbeOf } from './probe.ts';

/** A container that ran this long begins its back-off anew. */
const FORGIVEN_AFTER_MS = 600_000;
/** How long a crashed container shows `Error` before `CrashLoopBackOff`. */
const SHOW_ERROR_MS = 800;
const SANDBOX_MS = 120;

export interface PodWorkerOptions {
  readonly context: ControllerContext;
  readonly workloads: Workloads;
  readonly node: Node;
  readonly nextAddress: () => string;
}

/** The first 1.x whose kubelet writes a colon in this event. */
const COLON_SINCE = 32;

/** The life of one pod on its node, from pulling its image to its end. Parked pods hold no timer. */
export class PodWorker {
  readonly #options: PodWorkerOptions;
  readonly #timers: PodTimers;
  readonly #reporter: PodReporter;
  readonly #pull: ImagePull;
  readonly #init: InitContainers;
  readonly #containers: ContainerState[];
  #pod: StoredObject;
  #podIP: string | undefined;
  #successes = 0;
  #failures = 0;
  #crashes = 0;
  /** Long ago for a container that was there before its worker. */
  #startedAt = 0;
  #ending = false;

  constructor(pod: StoredObject, options: PodWorkerOptions) {
    this.#pod = pod;
    this.#options = options;
    this.#podIP = pod.status?.podIP;
    const known = pod.status?.containerStatuses !== undefined;
    this.#containers = known ? knownContainers(pod) : freshContainers(pod);
    this.#crashes = this.#containers[0]?.restarts ?? 0;
    this.#timers = new PodTimers(options.context);
    this.#reporter = new PodReporter(options.context, options.node);
    this.#pull = new ImagePull({
      image: this.#containers[0]?.image ?? '',
      node: options.node,
      timers: this.#timers,
      application: () => this.#application(),
      tell: (type, reason, message) => this.#tell(type, reason, message),
      become: (phase) => this.#become(phase),
      done: () => this.#initialize(),
    });
    const { context, workloads } = options;
    this.#init = new InitContainers(pod, {
      timers: this.#timers,
      now: () => context.clock.now(),
      tell: (type, reason, message, container) => this.#tell(type, reason, message, container),
      run: (container) => workloads.initialize(this.#pod, container),
      started: (container, restarts) => workloads.started(this.#pod, container, restarts),
      stopped: (container, exitCode) => workloads.stopped(this.#pod, container, exitCode),
      changed: () => this.#writeStatus(),
      done: () => this.#start(),
    });
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
      this.#timers.after('start', backOffMs(this.#crashes) * this.#options.context.random(), () =>
        this.#restart(),
      );
    } else {
      this.#writeStatus();
      this.#timers.after('start', SANDBOX_MS, () => this.#pull.begin());
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
    this.#timers.cancel('crash');
    this.#expectCrash();
    if (!this.#timers.has('probe')) this.#probeAfter(this.#probePeriod() * this.#options.context.random());
  }

  dispose(): void {
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

  #initialize(): void {
    this.#podIP ??= this.#options.nextAddress();
    this.#init.begin();
  }

  #start(): void {
    const { context, workloads } = this.#options;
    this.#successes = 0;
    this.#failures = 0;
    const startedAt = timeText(context.clock.now());
    const probe = readinessProbeOf(this.#pod);
    this.#containers.forEach((container, index) => {
      if (isRunning(container)) return;
      this.#tell(
        'Normal',
        'Created',
        `Created container${context.minor < COLON_SINCE ? '' : ':'} ${container.name}`,
        container.name,
      );
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

  #probePeriod(): number {
    return readinessProbeOf(this.#pod)?.periodMs ?? 0;
  }

  #probeAfter(delayMs: number): void {
    if (readinessProbeOf(this.#pod) !== undefined) this.#timers.after('probe', delayMs, () => this.#probe());
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
      if (answering) this.#options.workloads.unhealthy(this.#pod, main.name);
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
      this.#timers.after('crash', crash.afterSeconds * 1000, () => this.#crash(crash.exitCode));
  }

  #crash(exitCode: number): void {
    const main = this.#containers[0];
    if (main === undefined || !('running' in main.phase)) return;
    const { context, workloads } = this.#options;
    const { startedAt } = main.phase.running;
    this.#timers.cancel('probe');
    workloads.stopped(this.#pod, main.name, exitCode);
    const terminated = {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : exitCode === 137 ? 'OOMKilled' : 'Error',
      startedAt,
      finishedAt: timeText(context.clock.now()),
      containerID: containerId(`${this.uid}/${main.name}`, main.restarts),
    };
    const ran = context.clock.now() - this.#startedAt;
    if (this.#startedAt > 0 && ran >= context.pace(FORGIVEN_AFTER_MS)) this.#crashes = 0;
    main.ready = false;
    this.#become({ terminated });
    const policy = this.#pod.spec.restartPolicy ?? 'Always';
    if (policy === 'Never' || (policy === 'OnFailure' && exitCode === 0)) return;
    main.last = { terminated };
    const wait = backOffMs(this.#crashes);
    this.#crashes += 1;
    this.#timers.after('start', SHOW_ERROR_MS, () =>
      wait === 0 ? this.#restart() : this.#holdBack(main, wait),
    );
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
    this.#timers.after('start', wait, () => this.#restart());
  }

  #restart(): void {
    const main = this.#containers[0];
    if (main === undefined) return;
    main.restarts += 1;
    this.#tell('Normal', 'Pulled', `Container image "${main.image}" already present on machine`, main.name);
    this.#start();
  }

  #end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.dispose();
    const grace = this.#pod.metadata.deletionGracePeriodSeconds ?? 30;
    const running = this.#containers.filter(isRunning);
    for (const { name } of running) this.#tell('Normal', 'Killing', `Stopping container ${name}`, name);
    const shutdown = running.length === 0 ? 0.05 : this.#application().shutdownSeconds;
    this.#timers.after('end', Math.min(grace, shutdown) * 1000, () => this.#reporter.remove(this.#pod));
  }

  #become(phase: Phase): void {
    const main = this.#containers[0];
    if (main === undefined) return;
    main.phase = phase;
    this.#writeStatus();
  }

  #writeStatus(): void {
    this.#reporter.status(this.#pod, {
      podIP: this.#podIP,
      containers: this.#containers,
      initContainers: this.#init.states,
    });
  }

  #tell(type: EventNote['type'], reason: string, message: string, container?: string): void {
    const name = container ?? this.#containers[0]?.name ?? '';
    this.#reporter.event(this.#pod, { type, reason, message }, name);
  }
}

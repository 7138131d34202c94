import type { ContainerStatus } from '../kubernetes/controllers/container-state.ts';
import { PODS } from '../kubernetes/controllers/keys.ts';
import type { Store, StoredObject } from '../kubernetes/store.ts';
import type { ContainerRef, LogLine, LogSource, SandboxClock } from '../kubernetes/world-interfaces.ts';
import { type Applications, versionOf } from './applications.ts';

/** Lines kept of one instance of a container. */
const KEPT = 500;

interface Follower {
  readonly onLine: (line: LogLine) => void;
  readonly onEnd: () => void;
}

interface Instance {
  readonly pod: StoredObject;
  readonly container: string;
  lines: LogLine[];
  readonly followers: Set<Follower>;
}

interface ContainerLog {
  current: Instance | undefined;
  previous: Instance | undefined;
}

export interface Request {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly latencyMs: number;
}

/** A line, and who has printed it. */
export interface ShippedLine extends LogLine {
  readonly pod: StoredObject;
  readonly container: string;
}

/** What certain programs say instead of what all others do; undefined for no opinion. */
export interface Speech {
  first(pod: StoredObject, container: string): readonly string[] | undefined;
  last(pod: StoredObject, container: string, exitCode: number): readonly string[] | undefined;
}

/** What the containers print: start, requests, errors, the last words of a crash. */
export class PodLogs implements LogSource {
  readonly #store: Store;
  readonly #clock: SandboxClock;
  readonly #applications: Applications;
  readonly #speech: Speech | undefined;
  readonly #logs = new Map<string, ContainerLog>();
  #shipper: ((line: ShippedLine) => void) | undefined;

  constructor(store: Store, clock: SandboxClock, applications: Applications, speech?: Speech) {
    this.#store = store;
    this.#clock = clock;
    this.#applications = applications;
    this.#speech = speech;
  }

  /** Who collects every line of every container, from now on. */
  shipTo(shipper: (line: ShippedLine) => void): void {
    this.#shipper = shipper;
  }

  lines(ref: ContainerRef): readonly LogLine[] | undefined {
    const log = this.#logOf(ref);
    return (ref.previous ? log?.previous : log?.current)?.lines;
  }

  follow(ref: ContainerRef, onLine: (line: LogLine) => void, onEnd: () => void): () => void {
    const log = this.#logOf(ref);
    const instance = ref.previous ? log?.previous : log?.current;
    if (instance === undefined) {
      onEnd();
      return () => {};
    }
    const follower = { onLine, onEnd };
    instance.followers.add(follower);
    return () => instance.followers.delete(follower);
  }

  started(pod: StoredObject, container: string): void {
    const log = this.#entry(pod, container);
    const instance = freshInstance(pod, container);
    if (log.current !== undefined) log.previous = log.current;
    log.current = instance;
    for (const text of this.#firstWords(pod, container)) this.#print(instance, text);
  }

  stopped(pod: StoredObject, container: string, exitCode: number): void {
    const { current } = this.#entry(pod, container);
    if (current === undefined) return;
    for (const text of this.#lastWords(pod, container, exitCode)) this.#print(current, text);
    for (const { onEnd } of [...current.followers]) onEnd();
    current.followers.clear();
  }

  unhealthy(pod: StoredObject, container: string): void {
    const { current } = this.#entry(pod, container);
    if (current !== undefined) this.#print(current, this.#unhealthyText(pod, current.lines.length));
  }

  /** A line that a program of the world's own prints. */
  printed(pod: StoredObject, container: string, text: string): void {
    const { current } = this.#entry(pod, container);
    if (current !== undefined) this.#print(current, text);
  }

  /** The pod is gone, and its logs with it. */
  forget(pod: StoredObject): void {
    for (const name of containerNames(pod)) this.#logs.delete(logId(pod.metadata.uid, name));
  }

  answered(pod: StoredObject, request: Request): void {
    const { current } = this.#entry(pod, containerNames(pod)[0] ?? '');
    if (current === undefined) return;
    const { method, path, status, latencyMs } = request;
    const level = status >= 500 ? 'error' : 'info';
    this.#print(
      current,
      this.#entryText(level, 'request', { method, path, status, duration_ms: Math.round(latencyMs) }),
    );
    const cause = this.#cause(pod, current.lines.length);
    if (status >= 500 && cause !== undefined) this.#print(current, this.#entryText('error', cause, { path }));
  }

  #logOf({ namespace, pod: name, container }: ContainerRef): ContainerLog | undefined {
    const pod = this.#store.get(PODS, namespace, name);
    return pod === undefined ? undefined : this.#entry(pod, container);
  }

  #entry(pod: StoredObject, container: string): ContainerLog {
    const id = logId(pod.metadata.uid, container);
    const known = this.#logs.get(id);
    if (known !== undefined) return known;
    const fresh = this.#recall(pod, container);
    this.#logs.set(id, fresh);
    return fresh;
  }

  /** What a container that was there from the start will have printed. */
  #recall(pod: StoredObject, container: string): ContainerLog {
    const statuses: ContainerStatus[] = [
      ...(pod.status?.containerStatuses ?? []),
      ...(pod.status?.initContainerStatuses ?? []),
    ];
    const status = statuses.find((item) => item.name === container);
    const log: ContainerLog = { current: undefined, previous: undefined };
    const end = status?.lastState.terminated;
    if (end !== undefined) {
      log.previous = freshInstance(pod, container);
      for (const text of this.#firstWords(pod, container)) {
        this.#print(log.previous, text, Date.parse(end.startedAt));
      }
      for (const text of this.#lastWords(pod, container, end.exitCode)) {
        this.#print(log.previous, text, Date.parse(end.finishedAt));
      }
    }
    const startedAt = status && 'running' in status.state ? status.state.running.startedAt : undefined;
    if (startedAt !== undefined) {
      log.current = freshInstance(pod, container);
      for (const text of this.#firstWords(pod, container)) {
        this.#print(log.current, text, Date.parse(startedAt));
      }
    } else if (status !== undefined && 'terminated' in status.state) {
      const { startedAt: began, finishedAt, exitCode } = status.state.terminated;
      log.current = freshInstance(pod, container);
      for (const text of this.#firstWords(pod, container)) this.#print(log.current, text, Date.parse(began));
      for (const text of this.#lastWords(pod, container, exitCode)) {
        this.#print(log.current, text, Date.parse(finishedAt));
      }
    } else if (log.previous !== undefined) {
      // Between two runs, the instance that ended last is both the current and the previous one.
      log.current = log.previous;
    }
    return log;
  }

  /** One of the reasons its errors have, in turn. */
  #cause(pod: StoredObject, turn: number): string | undefined {
    const { errorLines } = this.#applications.of(pod);
    return errorLines[turn % Math.max(1, errorLines.length)];
  }

  #unhealthyText(pod: StoredObject, turn: number): string {
    const { health } = this.#applications.of(pod);
    const cause = this.#cause(pod, turn);
    const fields = { path: '/healthz', status: health, ...(cause === undefined ? {} : { cause }) };
    return this.#entryText('error', 'health check failed', fields);
  }

  #firstWords(pod: StoredObject, container: string): readonly string[] {
    const own = this.#speech?.first(pod, container);
    if (own !== undefined) return own;
    const { color, tier } = pod.metadata.labels ?? {};
    const port = pod.spec?.containers?.[0]?.ports?.[0]?.containerPort ?? 8080;
    const version = versionOf(pod);
    return [
      this.#entryText('info', 'starting', { version, ...(tier === undefined ? {} : { tier }) }),
      this.#entryText('info', 'listening', { port, ...(color === undefined ? {} : { color }) }),
    ];
  }

  #lastWords(pod: StoredObject, container: string, exitCode: number): readonly string[] {
    const own = this.#speech?.last(pod, container, exitCode);
    if (own !== undefined) return own;
    if (exitCode === 0 || exitCode === 137) return [this.#entryText('info', 'shutting down', {})];
    const { errorLines } = this.#applications.of(pod);
    return [...errorLines, 'fatal: cannot continue'].map((line) =>
      this.#entryText('error', line, { version: versionOf(pod) }),
    );
  }

  #entryText(level: string, message: string, fields: Readonly<Record<string, unknown>>): string {
    return JSON.stringify({ level, msg: message, ...fields });
  }

  #print(instance: Instance, text: string, time = this.#clock.now()): void {
    const line = { time, text };
    instance.lines.push(line);
    if (instance.lines.length > KEPT * 1.25) instance.lines = instance.lines.slice(-KEPT);
    for (const { onLine } of instance.followers) onLine(line);
    const { pod, container } = instance;
    this.#shipper?.({ pod, container, time, text });
  }
}

function freshInstance(pod: StoredObject, container: string): Instance {
  return { pod, container, lines: [], followers: new Set() };
}

function logId(uid: string, container: string): string {
  return `${uid}/${container}`;
}

function containerNames(pod: StoredObject): string[] {
  const containers: { name: string }[] = [
    ...(pod.spec?.containers ?? []),
    ...(pod.spec?.initContainers ?? []),
  ];
  return containers.map(({ name }) => name);
}

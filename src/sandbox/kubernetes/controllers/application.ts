import type { StoredObject } from '../store.ts';

export interface Crash {
  /** Seconds from the container's start to its end. */
  readonly afterSeconds: number;
  readonly exitCode: number;
}

/** How the program in a container behaves, as far as its kubelet notices. */
export interface Application {
  readonly imageExists: boolean;
  readonly pullSeconds: number;
  /** Until the program answers its port. */
  readonly startupSeconds: number;
  /** From the asking to stop to the end. */
  readonly shutdownSeconds: number;
  /** HTTP status code of its health check. */
  readonly health: number;
  /** What a probe that runs a program prints when it fails. */
  readonly refusal?: string;
  readonly crash?: Crash;
}

/** One run of an init container. */
export interface InitRun {
  readonly seconds: number;
  readonly exitCode: number;
}

/** The programs that run in the pods. */
export interface Workloads {
  of(pod: StoredObject): Application;
  /** An init container begins: how it will go. */
  initialize(pod: StoredObject, container: string): InitRun;
  /** A container began; `restarts` says how often it had before. */
  started(pod: StoredObject, container: string, restarts: number): void;
  /** The program itself answered its probe with a failure. */
  unhealthy(pod: StoredObject, container: string): void;
  stopped(pod: StoredObject, container: string, exitCode: number): void;
}

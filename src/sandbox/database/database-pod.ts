import type { Installation, Installer } from '../containers/installation.ts';
import type { StoredObject } from '../kubernetes/store.ts';
import { BackupVolume } from './backup-volume.ts';
import type { Database } from './database.ts';
import { databasePrograms } from './database-programs.ts';

export interface DatabasePodOptions {
  readonly database: Database;
  /** Whether the data goes with the pod. */
  readonly ephemeral: boolean;
  /** Whether a pod is the server's. */
  readonly isOwn: (pod: StoredObject) => boolean;
  /** What the kubelet would notice has changed. */
  readonly changed: () => void;
  readonly onError: (error: unknown) => void;
}

/** How the server looks to the kubelet. */
export interface DatabaseHealth {
  readonly health: number;
  /** Present while the server is gone although nobody stopped its container. */
  readonly crash?: { readonly afterSeconds: number; readonly exitCode: number };
}

const FAILED = 2;

/** The server runs as long as the container of its pod does, and the other way round. */
export class DatabasePod {
  readonly #options: DatabasePodOptions;
  /** Uids of the pods whose container runs; the data has room for one server only. */
  readonly #running = new Set<string>();
  /** The one whose data it is, where data goes with its pod. */
  #owner: string | undefined;
  /** Those whose server was there before the world. */
  readonly #adopted = new Set<string>();
  #crashed = false;
  #work: Promise<void> = Promise.resolve();

  constructor(options: DatabasePodOptions) {
    this.#options = options;
  }

  /** These pods were there when the world began, and the server with them. */
  adopt(pods: readonly StoredObject[]): void {
    for (const pod of pods) if (this.#options.isOwn(pod)) this.#running.add(pod.metadata.uid);
    for (const uid of this.#running) this.#adopted.add(uid);
    [this.#owner] = this.#running;
    if (this.#running.size === 0) this.#do(() => this.#options.database.server.stop());
    this.#options.database.server.onExit = () => this.#exited();
  }

  /** Whether its container has run since before the world began. */
  isAdopted({ metadata }: StoredObject): boolean {
    return this.#adopted.has(metadata.uid);
  }

  started(pod: StoredObject): void {
    if (!this.#options.isOwn(pod)) return;
    this.#adopted.delete(pod.metadata.uid);
    this.#running.add(pod.metadata.uid);
    this.#crashed = false;
    this.#do(() => this.#serve(pod.metadata.uid));
  }

  stopped(pod: StoredObject): void {
    if (!this.#options.isOwn(pod) || !this.#running.delete(pod.metadata.uid)) return;
    const { server } = this.#options.database;
    this.#do(() => server.stop());
    // The pod that takes its place was quicker.
    const [next] = this.#running;
    if (next !== undefined) this.#do(() => this.#serve(next));
  }

  health(): DatabaseHealth {
    const { accepting } = this.#options.database.server;
    const crash = this.#crashed ? { crash: { afterSeconds: 0, exitCode: FAILED } } : {};
    return { health: accepting ? 200 : 503, ...crash };
  }

  #serve(uid: string): Promise<void> {
    const { database, ephemeral } = this.#options;
    if (ephemeral && this.#owner !== uid && !database.server.running) database.reset();
    if (!database.server.running) this.#owner = uid;
    return database.server.start().catch((error: unknown) => {
      // As a container that ends again: its kubelet tries once more, later.
      this.#exited();
      throw error;
    });
  }

  /** One after the other: a server that still stops is not started. */
  #do(work: () => Promise<void>): void {
    const { changed, onError } = this.#options;
    this.#work = this.#work.then(work).then(changed, onError);
  }

  #exited(): void {
    this.#crashed = this.#running.size > 0;
    this.#options.changed();
  }
}

const IMAGE = /(^|\/)postgres(:|@|$)/;

/** What the postgres image brings: the real clients, and /backup on its volume. */
export function databaseInstaller(database: Database, freeBytes: number | undefined): Installer {
  const backup = new BackupVolume(database.backups, freeBytes);
  return ({ image }): Installation | undefined => {
    if (!IMAGE.test(image)) return undefined;
    const volumes = {
      '/backup': database.backups,
      '/tmp': database.temporaryFolder('tmp'),
      '/var/lib/postgresql': database.temporaryFolder('home'),
    };
    return {
      programs: databasePrograms(database, backup, Object.values(volumes)),
      env: { HOME: '/var/lib/postgresql', PGDATA: '/var/lib/postgresql/data/pgdata', LANG: 'C.UTF-8' },
      cwd: '/var/lib/postgresql',
      volumes,
    };
  };
}

import type { Installation, Installer } from '../containers/installation.ts';
import type { StoredObject } from '../kubernetes/store.ts';
import { BackupVolume } from './backup-volume.ts';
import type { Database } from './database.ts';
import { databasePrograms } from './database-programs.ts';

export interface DatabasePodOptions {
  readonly database: Database;
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
  #crashed = false;
  #work: Promise<void> = Promise.resolve();

  constructor(options: DatabasePodOptions) {
    this.#options = options;
  }

  /** These pods were there when the world began, and the server with them. */
  adopt(pods: readonly StoredObject[]): void {
    for (const pod of pods) if (this.#options.isOwn(pod)) this.#running.add(pod.metadata.uid);
    if (this.#running.size === 0) this.#do(() => this.#options.database.server.stop());
    this.#options.database.server.onExit = () => this.#exited();
  }

  started(pod: StoredObject): void {
    if (!this.#options.isOwn(pod)) return;
    this.#running.add(pod.metadata.uid);
    this.#crashed = false;
    this.#do(() => this.#options.database.server.start());
  }

  stopped(pod: StoredObject): void {
    if (!this.#options.isOwn(pod) || !this.#running.delete(pod.metadata.uid)) return;
    const { server } = this.#options.database;
    this.#do(() => server.stop());
    // The pod that takes its place was quicker.
    if (this.#running.size > 0) this.#do(() => server.start());
  }

  health(): DatabaseHealth {
    const { accepting } = this.#options.database.server;
    const crash = this.#crashed ? { crash: { afterSeconds: 0, exitCode: FAILED } } : {};
    return { health: accepting ? 200 : 503, ...crash };
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

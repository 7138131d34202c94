import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeBackups } from './backups.ts';
import { connect, type RunSql } from './connection.ts';
import { createData } from './create-data.ts';
import { copyData, DataCache } from './data-cache.ts';
import type { DatabaseSpec } from './database-spec.ts';
import { databaseUser, giveTo, type MachineUser } from './machine-user.ts';
import { DatabaseUnavailable, findPostgresPrograms, type PostgresPrograms } from './postgres-programs.ts';
import { PostgresServer } from './postgres-server.ts';
import { createBankingDatabase, DATABASE, OWNER, seedBankingDatabase } from './seed-database.ts';
import { createServerFolder, type ServerFolder } from './server-folder.ts';
import { type DatabaseSnapshot, takeSnapshot } from './snapshot.ts';
import { Watchdog } from './watchdog.ts';

/** How a psql of this machine reaches the database: on loopback, with a password. */
export interface DatabaseReady {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface DatabaseOptions {
  readonly spec: DatabaseSpec;
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export { DatabaseUnavailable };

/** Who connects, and where to. */
export interface Session {
  /** As pg_stat_activity shows it: a pod's name. */
  readonly application: string;
  /** `banking_db` unless told: whatever bears that name when it connects. */
  readonly database?: string;
  /** `banking_user` unless told. */
  readonly user?: string;
}

const AT_START = 'start';

/** A real PostgreSQL with the bank's data, and the backups of its past. */
export class Database {
  readonly programs: PostgresPrograms;
  readonly user: MachineUser;
  readonly folder: ServerFolder;
  readonly server: PostgresServer;
  /** On this machine: what the container has as /backup. */
  readonly backups: string;
  readonly #options: DatabaseOptions;
  readonly #watchdog: Watchdog;
  readonly #snapshots = new Map<string, DatabaseSnapshot>();
  readonly #firstLines: string[] = [];
  #password = '';

  /** Throws DatabaseUnavailable where PostgreSQL is not installed. */
  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.programs = findPostgresPrograms(process.env);
    this.user = databaseUser();
    this.folder = createServerFolder(this.user);
    this.backups = join(this.folder.path, 'backup');
    mkdirSync(this.backups);
    giveTo(this.backups, this.user);
    this.#watchdog = new Watchdog(this.user, this.folder.path);
    const { programs, user, folder } = this;
    this.server = new PostgresServer({ programs, user, folder });
    this.server.onLine = (line) => this.#firstLines.push(line);
  }

  get ready(): DatabaseReady {
    return {
      host: '127.0.0.1',
      port: this.server.port,
      user: OWNER,
      password: this.#password,
      database: DATABASE,
    };
  }

  /** How the database was then, by the name of a backup, `nights-ago/1`, or `start`. */
  get snapshots(): ReadonlyMap<string, DatabaseSnapshot> {
    return this.#snapshots;
  }

  /** What the server said until somebody else listened to it. */
  get firstLines(): readonly string[] {
    return this.#firstLines;
  }

  /** Makes the data and the backups; resolves when the server accepts connections. */
  async start(): Promise<void> {
    try {
      await this.#make();
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  async #make(): Promise<void> {
    const { spec, seed, now } = this.#options;
    await this.#startEmpty();
    this.#password = await this.within(
      { application: 'seed', user: 'postgres', database: 'postgres' },
      createBankingDatabase,
    );
    await this.within({ application: 'seed' }, async (run) => {
      const night = async (nightsAgo: number, at: number) => {
        const specs = spec.backups.filter((backup) => backup.nightsAgo === nightsAgo);
        const [snapshot, names] = await Promise.all([
          takeSnapshot(run),
          writeBackups(specs, at, this.#places()),
        ]);
        for (const name of [...names, `nights-ago/${nightsAgo}`]) this.#snapshots.set(name, snapshot);
      };
      await seedBankingDatabase({ spec, seed, now, run, night });
    });
    if (!spec.ephemeral) return;
    await this.server.stop();
    copyData(this.folder.data, this.#dayOne);
    await this.server.start();
  }

  /** A kept data directory that does not serve after all is forgotten. */
  async #startEmpty(): Promise<void> {
    const { programs, user, folder, server } = this;
    const cache = new DataCache(programs);
    const kept = await createData({ programs, user, data: folder.data }, cache);
    try {
      await server.start();
    } catch (error) {
      if (!kept) throw error;
      cache.forget();
      rmSync(folder.data, { recursive: true, force: true });
      await createData({ programs, user, data: folder.data }, cache);
      await server.start();
    }
  }

  get #dayOne(): string {
    return join(this.folder.path, 'day-one');
  }

  /** Puts the data back to what it was at the start, as a new emptyDir does; the server must not run. */
  reset(): void {
    rmSync(this.folder.data, { recursive: true, force: true });
    copyData(this.#dayOne, this.folder.data);
    giveTo(this.folder.data, this.user);
  }

  /** What is there now is what a world begins with. */
  async noteStart(): Promise<void> {
    this.#snapshots.set(AT_START, await this.within({ application: 'seed' }, (run) => takeSnapshot(run)));
  }

  /** A session of its own for that work. Rejects when the server does not accept one. */
  async within<T>(session: Session, work: (run: RunSql) => Promise<T>): Promise<T> {
    const connection = this.open(session);
    try {
      return await work(connection.run);
    } finally {
      await connection.close();
    }
  }

  /** That work in one transaction, on a session of its own: committed when it resolves, rolled back when it rejects. */
  transaction<T>(session: Session, work: (run: RunSql) => Promise<T>): Promise<T> {
    return this.within(session, async (run) => {
      await run('BEGIN');
      try {
        const result = await work(run);
        await run('COMMIT');
        return result;
      } catch (error) {
        await run('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  /** A session that its caller closes; `onClosed` is told of its end, whoever ended it. */
  open({ application, database = DATABASE, user = OWNER }: Session, onClosed?: () => void) {
    const { server, folder } = this;
    return connect(
      { socketFolder: folder.sockets, port: server.port, user, database, application },
      onClosed,
    );
  }

  /** A fresh folder for a volume of a container, gone with the database. */
  temporaryFolder(name: string): string {
    const path = mkdtempSync(join(this.folder.path, `${name}-`));
    giveTo(path, this.user);
    return path;
  }

  /** Stops the server and takes its folder away. */
  async stop(): Promise<void> {
    await this.server.discard();
    this.#watchdog.dismiss();
    rmSync(this.folder.path, { recursive: true, force: true });
  }

  #places() {
    const { programs, user, folder, backups, server } = this;
    return { programs, user, socketFolder: folder.sockets, port: server.port, folder: backups };
  }
}

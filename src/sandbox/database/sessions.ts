import type { SandboxClock } from '../kubernetes/world-interfaces.ts';
import type { Connection } from './connection.ts';
import type { Database } from './database.ts';
import type { SessionSpec } from './database-spec.ts';

export interface SessionsOptions {
  readonly database: Database;
  readonly clock: SandboxClock;
  readonly pace: (milliseconds: number) => number;
}

/** Until somebody whose session was ended connects again. */
const RETURN_MS = 1000;

/** Everybody who is connected besides the application: a DBA's psql, a nightly report, someone who holds a lock. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #open = new Set<Connection>();
  readonly #cancels = new Set<() => void>();
  #stopped = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Connects when the description says so. */
  expect(session: SessionSpec): void {
    this.#later((session.afterSeconds ?? 0) * 1000, () => this.#connect(session));
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#cancels) cancel();
    for (const connection of this.#open) this.#end(connection);
  }

  #connect(session: SessionSpec): void {
    const { application, user, seconds, runs = [], returns = false } = session;
    const connection = this.#options.database.open(
      { application, ...(user === undefined ? {} : { user }) },
      () => {
        const ended = this.#open.delete(connection);
        if (ended && returns) this.#later(RETURN_MS, () => this.#connect(session));
      },
    );
    this.#open.add(connection);
    if (seconds !== undefined) this.#later(seconds * 1000, () => this.#end(connection));
    this.#speak(connection, ['SELECT 1', ...runs]).catch(() => {
      // Not connected at all: nothing was closed either.
      const ended = this.#open.delete(connection);
      connection.close().catch(() => undefined);
      if (ended && returns) this.#later(RETURN_MS, () => this.#connect(session));
    });
  }

  async #speak({ run }: Connection, statements: readonly string[]): Promise<void> {
    for (const statement of statements) await run(statement);
  }

  #end(connection: Connection): void {
    this.#open.delete(connection);
    connection.close().catch(() => undefined);
  }

  #later(delayMs: number, work: () => void): void {
    if (this.#stopped) return;
    const { clock, pace } = this.#options;
    const cancel = clock.after(pace(delayMs), () => {
      this.#cancels.delete(cancel);
      work();
    });
    this.#cancels.add(cancel);
  }
}

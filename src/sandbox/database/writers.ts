import type { SandboxClock } from '../kubernetes/world-interfaces.ts';
import type { Connection, RunSql } from './connection.ts';
import type { Database } from './database.ts';
import type { Booking } from './snapshot.ts';

export interface WritersOptions {
  readonly database: Database;
  readonly clock: SandboxClock;
  readonly random: () => number;
  /** Bookings of all writers together, per second of the machine. */
  readonly perSecond: number;
  /** How long a booking stays open before it is committed, in milliseconds of the machine. */
  readonly openMs: number;
  /** Names of the pods that are ready to write now. */
  readonly pods: () => readonly string[];
}

const MEMOS = ['card payment', 'transfer', 'standing order', 'cash withdrawal', 'refund'];
/** Nobody waits for ever: the application answers its caller. */
const GREETING = "SET lock_timeout = '10s'";
const INSERT = `
INSERT INTO accounts_transaction (amount, memo, booked_at, account_id) VALUES ($1::numeric, $2, now(), $3::bigint)
RETURNING id, amount, (SELECT oid FROM pg_database WHERE datname = current_database()) AS database`;
const UPDATE = 'UPDATE accounts_account SET balance = balance + $1::numeric WHERE id = $2::bigint';
/** How often pods that came or went are noticed while nothing is written. */
const LOOK_MS = 250;

interface Writer {
  readonly connection: Connection;
  busy: boolean;
}

/** The application's pods: a session each for as long as they are ready, and bookings through them, one after the other. */
export class Writers {
  readonly #options: WritersOptions;
  readonly #writers = new Map<string, Writer>();
  #cancel: (() => void) | undefined;
  #turn = 0;
  readonly #bookings: Booking[] = [];
  readonly #busy = new Set<Promise<void>>();
  #holders = 0;

  constructor(options: WritersOptions) {
    this.#options = options;
  }

  /** Oldest first; those that were rolled back are not among them. */
  get bookings(): readonly Booking[] {
    return this.#bookings;
  }

  /** Resolves when nothing is being booked; nothing will be until it is let go. */
  async hold(): Promise<() => void> {
    this.#holders += 1;
    await Promise.all(this.#busy);
    return () => {
      this.#holders -= 1;
    };
  }

  start(): void {
    const { perSecond, clock } = this.#options;
    const wait = perSecond > 0 ? Math.min(LOOK_MS, 1000 / perSecond) : LOOK_MS;
    const beat = () => {
      this.#follow();
      this.#write();
      this.#cancel = clock.after(wait, beat);
    };
    beat();
  }

  stop(): void {
    this.#cancel?.();
    for (const pod of [...this.#writers.keys()]) this.#drop(pod);
  }

  /** A session for each ready pod, none for the others. */
  #follow(): void {
    const { database, pods } = this.#options;
    const ready = new Set(database.server.accepting ? pods() : []);
    for (const pod of this.#writers.keys()) if (!ready.has(pod)) this.#drop(pod);
    for (const pod of ready) {
      if (this.#writers.has(pod)) continue;
      const connection = database.open({ application: pod }, () => {
        if (this.#writers.get(pod)?.connection === connection) this.#writers.delete(pod);
      });
      const writer = { connection, busy: true };
      this.#writers.set(pod, writer);
      this.#use(pod, writer, async (run) => void (await run(GREETING)));
    }
  }

  #drop(pod: string): void {
    const writer = this.#writers.get(pod);
    this.#writers.delete(pod);
    writer?.connection.close().catch(() => undefined);
  }

  #write(): void {
    if (this.#holders > 0) return;
    const { perSecond, random } = this.#options;
    const free = [...this.#writers].filter(([, { busy }]) => !busy);
    const chosen = free[this.#turn % Math.max(1, free.length)];
    // Slower than a look: some of the looks write nothing.
    if (chosen === undefined || (perSecond < 1000 / LOOK_MS && random() * (1000 / LOOK_MS) >= perSecond))
      return;
    this.#turn += 1;
    const [pod, writer] = chosen;
    this.#use(pod, writer, (run) => this.#book(run, random));
  }

  /** A session that fails is given up; the pod gets another one. */
  #use(pod: string, writer: Writer, work: (run: RunSql) => Promise<void>): void {
    writer.busy = true;
    const done = work(writer.connection.run)
      .catch(() => {
        if (this.#writers.get(pod) === writer) this.#drop(pod);
      })
      .finally(() => {
        writer.busy = false;
        this.#busy.delete(done);
      });
    this.#busy.add(done);
  }

  /** One booking as the application makes it: the transaction and the balance, or neither. */
  async #book(run: RunSql, random: () => number): Promise<void> {
    const accounts = await run('SELECT id FROM accounts_account ORDER BY id');
    const account = accounts[Math.floor(random() * accounts.length)]?.id;
    if (account === undefined || account === null) return;
    const memo = MEMOS[Math.floor(random() * MEMOS.length)] ?? 'transfer';
    await run('BEGIN');
    let booking: Booking;
    try {
      const values = [((random() - 0.55) * 400).toFixed(2), memo, account];
      const [made] = await run(INSERT, values);
      const { amount = '', database = '', id = '' } = made ?? {};
      booking = { account, amount: amount ?? '', database: database ?? '', id: id ?? '', committed: true };
      await run(UPDATE, [booking.amount, account]);
      await this.#stayOpen();
    } catch (error) {
      await run('ROLLBACK');
      throw error;
    }
    try {
      await run('COMMIT');
    } catch (error) {
      this.#bookings.push({ ...booking, committed: 'unknown' });
      throw error;
    }
    this.#bookings.push(booking);
  }

  #stayOpen(): Promise<void> | undefined {
    const { clock, openMs } = this.#options;
    return openMs > 0 ? new Promise((resolve) => clock.after(openMs, resolve)) : undefined;
  }
}

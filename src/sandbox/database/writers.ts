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
  /** Names of the pods that are ready to write now. */
  readonly pods: () => readonly string[];
}

const MEMOS = ['card payment', 'transfer', 'standing order', 'cash withdrawal', 'refund'];
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

  /** Those that were committed, oldest first. */
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
      const connection = database.open({ application: pod }, () => this.#writers.delete(pod));
      const writer = { connection, busy: true };
      this.#writers.set(pod, writer);
      this.#use(pod, writer, async (run) => void (await run('SELECT 1')));
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
    this.#use(pod, writer, async (run) => {
      const booking = await book(run, random);
      if (booking !== undefined) this.#bookings.push(booking);
    });
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
}

/** One booking as the application makes it: the transaction and the balance, or neither. */
async function book(run: RunSql, random: () => number): Promise<Booking | undefined> {
  const amount = ((random() - 0.55) * 400).toFixed(2);
  const memo = MEMOS[Math.floor(random() * MEMOS.length)] ?? 'transfer';
  const accounts = await run('SELECT id FROM accounts_account ORDER BY id');
  const account = accounts[Math.floor(random() * accounts.length)]?.id;
  if (account === undefined || account === null) return undefined;
  await run('BEGIN');
  try {
    const [made] = await run(
      'INSERT INTO accounts_transaction (amount, memo, booked_at, account_id) VALUES ($1::numeric, $2, now(), $3::bigint) RETURNING id, amount, (SELECT oid FROM pg_database WHERE datname = current_database()) AS database',
      [amount, memo, account],
    );
    await run('UPDATE accounts_account SET balance = balance + $1::numeric WHERE id = $2::bigint', [
      amount,
      account,
    ]);
    await run('COMMIT');
    return { database: made?.database ?? '', id: made?.id ?? '', account, amount: made?.amount ?? amount };
  } catch (error) {
    await run('ROLLBACK');
    throw error;
  }
}

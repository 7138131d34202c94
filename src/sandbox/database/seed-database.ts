import { randomBytes } from 'node:crypto';
import {
  book,
  FIRST_BALANCES,
  openAccounts,
  openingBalances,
  type Period,
  rollFrom,
} from './banking-rows.ts';
import { addRiskLevel, addTransactions, firstSchema } from './banking-schema.ts';
import type { RunSql } from './connection.ts';
import type { DatabaseSpec } from './database-spec.ts';

export const DATABASE = 'banking_db';
export const OWNER = 'banking_user';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const FIRST_DAYS = 420;
/** From here on the schema has transactions. */
const TRANSACTIONS_DAYS = 395;
/** When the release brought migration 0003, and how many bookings came after. */
const RELEASED_MINUTES = 13;
const SINCE_RELEASE = 12;
/** Share of all transactions from before the first of the recent nights. */
const EARLIER = 0.6;

export interface Seeding {
  readonly spec: DatabaseSpec;
  readonly seed: number;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** As the owner, in the banking database. */
  readonly run: RunSql;
  /** The database is as it was that many nights ago. */
  readonly night: (nightsAgo: number, at: number) => Promise<void>;
}

/** Makes the role of the application and its empty database; resolves to the role's password. */
export async function createBankingDatabase(runAsSuperuser: RunSql): Promise<string> {
  const password = randomBytes(12).toString('hex');
  await runAsSuperuser(`CREATE ROLE ${OWNER} LOGIN PASSWORD '${password}'`);
  await runAsSuperuser(`CREATE DATABASE ${DATABASE} OWNER ${OWNER}`);
  return password;
}

/** 02:00 UTC of the night that many nights ago, in milliseconds since the epoch. */
export function nightTime(now: number, nightsAgo: number): number {
  const tonight = new Date(now).setUTCHours(2, 0, 0, 0);
  return (tonight <= now ? tonight : tonight - DAY) - nightsAgo * DAY;
}

/** Lets the database grow through its past, night by night, up to now. */
export async function seedBankingDatabase({ spec, seed, now, run, night }: Seeding): Promise<void> {
  const nights = [...new Set(spec.backups.map(({ nightsAgo }) => nightsAgo))].sort((a, b) => b - a);
  const old = nights.filter((ago) => ago >= TRANSACTIONS_DAYS);
  const recent = nights.filter((ago) => ago < TRANSACTIONS_DAYS);
  const founded = now - FIRST_DAYS * DAY;
  const first = Math.ceil(spec.accounts * 0.6);

  await run(`BEGIN; ${rollFrom(seed)} ${firstSchema(literal(founded))}
    ${openAccounts(first, period(founded - 60 * DAY, founded), false)} ${FIRST_BALANCES} COMMIT`);
  for (const ago of old) await night(ago, nightTime(now, ago));

  const began = now - TRANSACTIONS_DAYS * DAY + DAY / 2;
  await run(`BEGIN; ${addTransactions(literal(began))} ${openingBalances(literal(began))} COMMIT`);

  const released = now - RELEASED_MINUTES * MINUTE;
  const times = recent.map((ago) => nightTime(now, ago));
  const growth = Math.max(0, spec.transactions - first - SINCE_RELEASE);
  let booked = 0;
  let from = began;
  for (const [index, to] of [...times, released].entries()) {
    const passed = index === 0 ? 0 : (to - (times[0] ?? began)) / (released - (times[0] ?? began));
    const share = times.length === 0 ? 1 : EARLIER + (1 - EARLIER) * passed;
    const count = Math.round(growth * share) - booked;
    const accounts = first + Math.round((spec.accounts - first) * share);
    await run(
      `BEGIN; ${openAccounts(accounts, period(from, to), false)} ${book(count, period(from, to))} COMMIT`,
    );
    booked += count;
    from = to;
    const ago = recent[index];
    if (ago !== undefined) await night(ago, to);
  }
  const migration = spec.migration === 3 ? addRiskLevel(literal(released)) : '';
  await run(`BEGIN; ${migration} ${book(SINCE_RELEASE, period(released, now))} COMMIT; ANALYZE`);
}

function literal(time: number): string {
  return `timestamptz '${new Date(time).toISOString()}'`;
}

function period(from: number, to: number): Period {
  return { from: literal(from), to: literal(to) };
}

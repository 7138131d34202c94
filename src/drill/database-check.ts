import type { DatabaseExpectation } from './scenario.ts';
import type { Check } from './scorecard.ts';

/** A database as it is, or was: what a comparison row by row needs. */
export interface DatabaseSnapshot {
  readonly tables: Readonly<
    Record<
      string,
      { readonly owner: string; readonly structure: readonly string[]; readonly rows: readonly string[] }
    >
  >;
  readonly sequences: Readonly<Record<string, { readonly last: number; readonly called: boolean }>>;
}

/** What the referee can see of the sandbox's database. Rejects with a sentence when it cannot. */
export interface DatabaseWitness {
  /** As it is now, apart from what the application booked in it; undefined when there is no such database. */
  now(database: string): Promise<DatabaseSnapshot | undefined>;
  /** As it was at the `start`, in a file of /backup, `nights-ago/1`; undefined when there was nothing of that name. */
  recorded(name: string): Promise<DatabaseSnapshot | undefined>;
  /** How many of the application's committed bookings are not in this database. */
  lost(database: string): Promise<number>;
  /** First column of the first row; null without one. */
  value(database: string, statement: string): Promise<string | null>;
}

/** Differences told by name; the others are counted. */
const TOLD = 4;

/** What must be so in the database at the end. */
export async function databaseCheck(
  open: () => Promise<DatabaseWitness>,
  wanted: DatabaseExpectation,
): Promise<Check> {
  const { database } = wanted;
  try {
    const witness = await open();
    if ('exists' in wanted) return await existence(witness, database, wanted.exists);
    if ('same-as' in wanted) return await sameness(witness, database, wanted['same-as']);
    if ('bookings' in wanted) {
      const lost = await witness.lost(database);
      const found = lost === 0 ? 'all of them' : `${lost} are gone`;
      return { what: `${database} has every booking that was committed`, held: lost === 0, found };
    }
    const value = await witness.value(database, wanted.value);
    return {
      what: `in ${database}, ${wanted.value} is ${wanted.equals}`,
      held: value === wanted.equals,
      found: value ?? 'nothing',
    };
  } catch (error) {
    return { what: `the database ${database} is as expected`, held: false, found: (error as Error).message };
  }
}

async function existence(witness: DatabaseWitness, database: string, exists: boolean): Promise<Check> {
  const there = (await witness.now(database)) !== undefined;
  return {
    what: `there is ${exists ? 'a' : 'no'} database ${database}`,
    held: there === exists,
    found: there ? 'it is there' : 'there is none',
  };
}

async function sameness(
  witness: DatabaseWitness,
  database: string,
  as: string | { readonly 'nights-ago': number },
): Promise<Check> {
  const name = typeof as === 'string' ? as : `nights-ago/${as['nights-ago']}`;
  const what = `${database} is, row by row, what it was ${spoken(as)}`;
  const before = await witness.recorded(name);
  if (before === undefined) return { what, held: false, found: `nothing is known of ${name}` };
  const now = await witness.now(database);
  if (now === undefined) return { what, held: false, found: `there is no database ${database}` };
  const differences = differencesOf(before, now);
  const more = differences.length - TOLD;
  const told = [...differences.slice(0, TOLD), ...(more > 0 ? [`${more} more`] : [])];
  return { what, held: differences.length === 0, found: told.join('; ') || 'the same' };
}

function spoken(as: string | { readonly 'nights-ago': number }): string {
  if (typeof as !== 'string')
    return as['nights-ago'] === 0 ? 'last night' : `${as['nights-ago']} nights before`;
  return as === 'start' ? 'at the start' : `in ${as}`;
}

/** Every way in which the second is not the first; a sentence each. */
export function differencesOf(before: DatabaseSnapshot, now: DatabaseSnapshot): readonly string[] {
  const names = [...new Set([...Object.keys(before.tables), ...Object.keys(now.tables)])].sort();
  return [
    ...names.flatMap((name) => tableDifferences(name, before.tables[name], now.tables[name])),
    ...Object.entries(before.sequences).flatMap(([name, was]) => {
      const is = now.sequences[name];
      if (is === undefined) return [`the sequence ${name} is missing`];
      // Bookings that were taken back have used it: numbers are never given back.
      return next(is) < next(was) ? [`the sequence ${name} gives ${next(is)}, not ${next(was)}`] : [];
    }),
  ];
}

/** The number that it gives to the next row. */
function next({ last, called }: DatabaseSnapshot['sequences'][string]): number {
  return called ? last + 1 : last;
}

type Table = DatabaseSnapshot['tables'][string];

function tableDifferences(
  name: string,
  before: Table | undefined,
  now: Table | undefined,
): readonly string[] {
  if (now === undefined) return [`the table ${name} is missing`];
  if (before === undefined) return [`the table ${name} was not there`];
  const lost = without(before.rows, now.rows);
  const added = without(now.rows, before.rows);
  const structure = [
    ...without(before.structure, now.structure).map((part) => `${name} lacks ${part}`),
    ...without(now.structure, before.structure).map((part) => `${name} has ${part}`),
  ];
  return [
    ...(lost.length > 0
      ? [`${name} lacks ${lost.length} of ${before.rows.length} rows, such as ${lost[0]}`]
      : []),
    ...(added.length > 0 ? [`${name} has ${added.length} other rows, such as ${added[0]}`] : []),
    ...structure,
    ...(before.owner === now.owner ? [] : [`${name} belongs to ${now.owner}, not to ${before.owner}`]),
  ];
}

/** The first list without what is in the second, as often as it is there. */
function without(list: readonly string[], taken: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const item of taken) counts.set(item, (counts.get(item) ?? 0) + 1);
  return list.filter((item) => {
    const left = counts.get(item) ?? 0;
    if (left > 0) counts.set(item, left - 1);
    return left === 0;
  });
}

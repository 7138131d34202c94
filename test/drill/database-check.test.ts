import { describe, expect, test } from 'vitest';
import {
  type DatabaseSnapshot,
  type DatabaseWitness,
  databaseCheck,
  differencesOf,
} from '../../src/drill/database-check.ts';

const accounts = {
  owner: 'banking_user',
  structure: ['id bigint NOT NULL', 'accounts_pkey PRIMARY KEY (id)'],
  rows: ['(1,10.00)', '(2,20.00)', '(2,20.00)'],
};
const bank: DatabaseSnapshot = {
  tables: { accounts },
  sequences: { accounts_id_seq: { last: 2, called: true } },
};
const withAccounts = (change: Partial<typeof accounts>): DatabaseSnapshot => ({
  ...bank,
  tables: { accounts: { ...accounts, ...change } },
});
const withSequence = (last: number, called: boolean): DatabaseSnapshot => ({
  ...bank,
  sequences: { accounts_id_seq: { last, called } },
});

describe('row by row', () => {
  test.each<[what: string, now: DatabaseSnapshot, found: string[]]>([
    ['the same', bank, []],
    ['the same rows in another order', withAccounts({ rows: [...accounts.rows].reverse() }), []],
    [
      'one of two equal rows is gone',
      withAccounts({ rows: ['(1,10.00)', '(2,20.00)'] }),
      ['accounts lacks 1 of 3 rows, such as (2,20.00)'],
    ],
    [
      'a row is another',
      withAccounts({ rows: ['(1,11.00)', '(2,20.00)', '(2,20.00)'] }),
      ['accounts lacks 1 of 3 rows, such as (1,10.00)', 'accounts has 1 other rows, such as (1,11.00)'],
    ],
    [
      'a constraint is gone',
      withAccounts({ structure: ['id bigint NOT NULL'] }),
      ['accounts lacks accounts_pkey PRIMARY KEY (id)'],
    ],
    [
      'a column came',
      withAccounts({ structure: [...accounts.structure, 'risk text'] }),
      ['accounts has risk text'],
    ],
    [
      'it belongs to somebody else',
      withAccounts({ owner: 'postgres' }),
      ['accounts belongs to postgres, not to banking_user'],
    ],
    [
      'a table is left over',
      { ...bank, tables: { accounts, later: accounts } },
      ['the table later was not there'],
    ],
    [
      'there is nothing at all',
      { tables: {}, sequences: {} },
      ['the table accounts is missing', 'the sequence accounts_id_seq is missing'],
    ],
    ['a sequence is behind', withSequence(1, true), ['the sequence accounts_id_seq gives 2, not 3']],
    [
      'a sequence would give a number again',
      withSequence(2, false),
      ['the sequence accounts_id_seq gives 2, not 3'],
    ],
    ['a sequence is ahead: numbers are never given back', withSequence(9, true), []],
  ])('%s', (_what, now, found) => {
    expect(differencesOf(bank, now)).toEqual(found);
  });
});

function witness(given: Partial<DatabaseWitness>): () => Promise<DatabaseWitness> {
  const none = async () => undefined;
  return async () => ({ now: none, recorded: none, lost: async () => 0, value: async () => null, ...given });
}

const there = { now: async (name: string) => (name === 'bank' ? bank : undefined) };

test.each<
  [wanted: Parameters<typeof databaseCheck>[1], given: Partial<DatabaseWitness>, held: boolean, found: string]
>([
  [{ database: 'bank', exists: true }, there, true, 'it is there'],
  [{ database: 'bank', exists: false }, there, false, 'it is there'],
  [{ database: 'other', exists: false }, there, true, 'there is none'],
  [{ database: 'bank', 'same-as': 'start' }, { ...there, recorded: async () => bank }, true, 'the same'],
  [{ database: 'bank', 'same-as': 'x.sql' }, there, false, 'nothing is known of x.sql'],
  [
    { database: 'other', 'same-as': { 'nights-ago': 1 } },
    { ...there, recorded: async () => bank },
    false,
    'there is no database other',
  ],
  [{ database: 'bank', bookings: 'kept' }, { lost: async () => 0 }, true, 'all of them'],
  [{ database: 'bank', bookings: 'kept' }, { lost: async () => 3 }, false, '3 are gone'],
  [{ database: 'bank', value: 'SELECT 1', equals: '1' }, { value: async () => '1' }, true, '1'],
  [{ database: 'bank', value: 'SELECT 1', equals: '1' }, {}, false, 'nothing'],
])('%j', async (wanted, given, held, found) => {
  expect(await databaseCheck(witness(given), wanted)).toMatchObject({ held, found });
});

test('a night is asked for by how long ago it was', async () => {
  const asked: string[] = [];
  const open = witness({
    ...there,
    recorded: async (name) => {
      asked.push(name);
      return bank;
    },
  });
  await databaseCheck(open, { database: 'bank', 'same-as': { 'nights-ago': 2 } });
  expect(asked).toEqual(['nights-ago/2']);
});

test('a referee that cannot look does not call it well', async () => {
  const gone = async () => Promise.reject(new Error('The sandbox is gone, and its database with it.'));
  expect(await databaseCheck(gone, { database: 'bank', exists: false })).toEqual({
    what: 'the database bank is as expected',
    held: false,
    found: 'The sandbox is gone, and its database with it.',
  });
});

/** Customers and what they do, made by the server itself: the same rows for the same seed. */

const OWNERS = [
  'Ada Lindqvist',
  'Ben Okafor',
  'Carla Núñez',
  'Dmitri Sokolov',
  'Elif Yılmaz',
  'Finn O’Brien',
  'Grace Mensah',
  'Hana Suzuki',
  'Ivo Horvat',
  'Jana Novotná',
  'Kofi Asante',
  'Lena Brandt',
  'Mateo Rossi',
  'Nora Haugen',
  'Oskar Nowak',
  'Priya Raman',
  'Quentin Lefèvre',
  'Rosa Delgado',
  'Sven Jansson',
  'Tomás Ferreira',
] as const;

/** As they stand in a string of SQL. */
const MEMOS = [
  'card payment',
  'salary',
  'rent',
  'standing order',
  'cash withdrawal',
  'transfer',
  'refund',
  'insurance',
  'savings',
  String.raw`line 1\nline 2`,
  String.raw`tab\there`,
  String.raw`back\\slash and \'quote\'`,
  'grocer’s, 12 €',
] as const;

const list = (items: readonly string[]) => `(ARRAY[${items.map((item) => `E'${item}'`).join(', ')}])`;

/** An IBAN whose check digits are right, for the n-th account: an expression over `n`. */
const IBAN = `'DE' || lpad((98 - mod(('10050000' || lpad(n::text, 10, '0') || '131400')::numeric, 97))::text, 2, '0')
  || '10050000' || lpad(n::text, 10, '0')`;

export interface Period {
  /** SQL literals. */
  readonly from: string;
  readonly to: string;
}

/** Makes the server's dice fall the same way. */
export function rollFrom(seed: number): string {
  return `SELECT setseed(${(Math.abs(seed) % 1000) / 1000});`;
}

/** Opens accounts until there are `total` of them, empty. */
export function openAccounts(total: number, { from, to }: Period, rated: boolean): string {
  return `
INSERT INTO accounts_account (iban, owner, balance, opened_at${rated ? ', risk_level' : ''})
SELECT ${IBAN}, ${list(OWNERS)}[1 + mod(n * 7, ${OWNERS.length})] || CASE WHEN n > ${OWNERS.length} THEN ' ' || n ELSE '' END,
  0, date_trunc('second', ${from} + random() * (${to} - ${from}))${rated ? ", 'low'" : ''}
FROM generate_series((SELECT count(*) FROM accounts_account) + 1, ${total}) AS n;`;
}

/** Before there were transactions, an account knew its balance alone. */
export const FIRST_BALANCES = `
UPDATE accounts_account SET balance = round((200 + random() * 4000)::numeric, 2);`;

/** From then on every balance is the sum of its account's transactions. */
export function openingBalances(at: string): string {
  return `
INSERT INTO accounts_transaction (amount, memo, booked_at, account_id)
SELECT balance, 'opening balance', ${at}, id FROM accounts_account ORDER BY id;`;
}

/** Books that many transactions in the order of their time, and brings the balances up to date. */
export function book(count: number, { from, to }: Period): string {
  if (count === 0) return '';
  return `
INSERT INTO accounts_transaction (amount, memo, booked_at, account_id)
SELECT CASE WHEN random() < 0.25 THEN round((100 + random() * 1400)::numeric, 2)
            ELSE -round((1 + random() * random() * 900)::numeric, 2) END,
  ${list(MEMOS)}[1 + floor(random() * ${MEMOS.length})::int],
  ${from} + (${to} - ${from}) * (n - random()) / ${count},
  accounts[1 + floor(random() * cardinality(accounts))::int]
FROM generate_series(1, ${count}) AS n, (SELECT array_agg(id ORDER BY id) AS accounts FROM accounts_account) AS known
ORDER BY n;
UPDATE accounts_account SET balance = booked.sum
FROM (SELECT account_id, sum(amount) FROM accounts_transaction GROUP BY account_id) AS booked
WHERE booked.account_id = accounts_account.id AND balance <> booked.sum;`;
}

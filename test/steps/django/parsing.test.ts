import { describe, expect, it } from 'vitest';
import { matchTarget, parseMigrations } from '../../../src/steps/django/migration-list.ts';
import { parsePlannedOperations } from '../../../src/steps/django/planned-operations.ts';
import { isAtomic, plainName, schemaChanges } from '../../../src/steps/django/schema-changes.ts';
import { sqlStatements } from '../../../src/steps/django/sql-statements.ts';

const listed = (output: string) =>
  parseMigrations(output).map(({ app, name, applied }) => `${applied ? '+' : '-'}${app}.${name}`);

describe('showmigrations', () => {
  it.each<[string, string, readonly string[]]>([
    [
      '--plan of Django 3.2 to 5.2',
      '[X]  accounts.0001_initial\n[ ]  accounts.0002_transaction\n',
      ['+accounts.0001_initial', '-accounts.0002_transaction'],
    ],
    [
      '--plan -v 2, which names dependencies',
      '[X]  auth.0001_initial ... (contenttypes.__first__)\n',
      ['+auth.0001_initial'],
    ],
    [
      'the list by app',
      'accounts\n [X] 0001_initial\n [ ] 0002_transaction\nauth\n (no migrations)\nsessions\n [X] 0001_initial\n',
      ['+accounts.0001_initial', '-accounts.0002_transaction', '+sessions.0001_initial'],
    ],
    [
      'squashed ones, recorded or not, with the time of their application',
      'shop\n [X] 0001_squashed_0003 (3 squashed migrations) (applied at 2026-01-02 03:04:05)\n' +
        " [-] 0004_squashed_0006 (3 squashed migrations) Run 'manage.py migrate' to finish recording.\n",
      ['+shop.0001_squashed_0003', '+shop.0004_squashed_0006'],
    ],
    ['colours', '\x1b[1;36maccounts\x1b[0m\n \x1b[32m[X]\x1b[0m 0001_initial\n', ['+accounts.0001_initial']],
    [
      'log lines and carriage returns in between',
      '2026-01-02 INFO boot starting\r\n[X]  accounts.0001_initial\r\nDEBUG [ ] not.one of them\r\n[X]  accounts.0002_x\r\n',
      ['+accounts.0001_initial', '+accounts.0002_x'],
    ],
    ['names that are no identifiers', '[X]  shop.0002-rename\n', ['+shop.0002-rename']],
    ['nothing of the kind', 'No installed app with label nope.\n', []],
  ])('reads %s', (_, output, expected) => {
    expect(listed(output)).toEqual(expected);
  });
});

describe('a target', () => {
  const names = ['0001_initial', '0002_transaction', '0002_transaction_memo', '0003_risk'];
  it.each<[string, unknown]>([
    ['0003', { found: '0003_risk' }],
    ['0001_initial', { found: '0001_initial' }],
    // as Django: a whole name that another one begins with is no better than a prefix
    ['0002_transaction', { candidates: ['0002_transaction', '0002_transaction_memo'] }],
    ['0009', { candidates: [] }],
    ['000', { candidates: names }],
  ])('%s is resolved as Django does', (target, expected) => {
    expect(matchTarget(names, target)).toEqual(expected);
  });
});

describe('migrate --plan', () => {
  it('is read with colours, log lines and operations that are not reversible', () => {
    const output = [
      'INFO settings loaded',
      '\x1b[1mPlanned operations:\x1b[0m',
      '\x1b[36maccounts.0004_ledger\x1b[0m',
      '    Raw SQL operation -> IRREVERSIBLE',
      'WARN pool.size is 3',
      'accounts.0003_account_risk_level',
      '    Undo Add field risk_level to account',
      '',
    ].join('\n');
    expect(parsePlannedOperations(output)).toEqual([
      { app: 'accounts', name: '0004_ledger', operations: ['Raw SQL operation -> IRREVERSIBLE'] },
      {
        app: 'accounts',
        name: '0003_account_risk_level',
        operations: ['Undo Add field risk_level to account'],
      },
    ]);
  });

  it('tells nothing to do from no plan at all', () => {
    expect(parsePlannedOperations('Planned operations:\n  No planned migration operations.\n')).toEqual([]);
    expect(parsePlannedOperations('CommandError: nope\n')).toBeUndefined();
    expect(parsePlannedOperations('Planned operations:\n')).toBeUndefined();
  });
});

describe('SQL', () => {
  it('is parted at the ends of statements alone', () => {
    expect(
      sqlStatements(`-- a; comment
      SELECT ';' , "a;b", $x$ ; $x$; /* ; */ DROP TABLE "t" ; `),
    ).toEqual([`SELECT ';' , "a;b", $x$ ; $x$`, 'DROP TABLE "t"']);
    expect(sqlStatements("SELECT 'unended; ")).toEqual(["SELECT 'unended;"]);
  });

  it.each<[string, Partial<ReturnType<typeof schemaChanges>>]>([
    [
      'ALTER TABLE "accounts_account" DROP COLUMN "risk_level" CASCADE;',
      {
        droppedColumns: [{ table: '"accounts_account"', column: '"risk_level"' }],
        locked: ['"accounts_account"'],
      },
    ],
    ['DROP TABLE "a" CASCADE;', { droppedTables: ['"a"'], locked: ['"a"'], droppedColumns: [] }],
    ['DROP TABLE IF EXISTS a, "b" ;', { droppedTables: ['a', '"b"'] }],
    ['ALTER TABLE "a" ALTER COLUMN "b" DROP NOT NULL;', { droppedColumns: [], locked: ['"a"'] }],
    ['ALTER TABLE "a" ALTER COLUMN "drop" TYPE varchar(5) USING "drop"::varchar(5);', { droppedColumns: [] }],
    ['ALTER TABLE "a" DROP CONSTRAINT "b";', { droppedColumns: [], locked: ['"a"'] }],
    ['ALTER TABLE "a" DROP CONSTRAINT IF EXISTS "b";', { droppedColumns: [] }],
    [
      'ALTER TABLE "s"."a" DROP COLUMN IF EXISTS "b", DROP c;',
      {
        droppedColumns: [
          { table: '"s"."a"', column: '"b"' },
          { table: '"s"."a"', column: 'c' },
        ],
      },
    ],
    ['ALTER TABLE "a" VALIDATE CONSTRAINT "b";', { locked: [] }],
    ["COMMENT ON TABLE a IS 'ALTER TABLE b DROP COLUMN c';", { locked: [], droppedColumns: [] }],
    ['UPDATE a SET b = 1;', { dataStatements: ['UPDATE a SET b = 1'] }],
  ])('%s', (sql, expected) => {
    expect(schemaChanges(sql)).toMatchObject(expected);
  });

  it('names things for people, and knows what has no transaction', () => {
    expect(plainName('"Sch"."a ""b"""')).toBe('Sch.a "b"');
    expect(isAtomic('BEGIN;\nDROP TABLE a;\nCOMMIT;\n')).toBe(true);
    expect(isAtomic('--\n-- x\n--\nDROP INDEX CONCURRENTLY a;\n')).toBe(false);
    expect(isAtomic('')).toBe(true);
  });
});

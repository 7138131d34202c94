import { describe, expect, it } from 'vitest';
import {
  hasTrailer,
  knowsRestrict,
  listsTable,
  majorOf,
  parseScan,
  readHeader,
  readTableOfContents,
} from '../../../src/steps/postgres/dump-text.ts';

describe('the beginning of a file', () => {
  it.each([
    ['PGDMP\u0001\u000e', 'custom', undefined],
    ['--\n-- PostgreSQL database dump\n--\n', 'plain', undefined],
    ['\u001f\ufffd\b', 'unknown', 'compressed with gzip'],
    ['', 'unknown', 'an empty file'],
    ['--\n-- PostgreSQL database cluster dump\n--\n', 'unknown', 'a dump of a whole server (pg_dumpall)'],
    ['CREATE TABLE x();', 'unknown', 'no dump of pg_dump in plain or custom format'],
  ])('%j is %s', (head, format, looksLike) => {
    expect(readHeader(head)).toMatchObject({ format, ...(looksLike === undefined ? {} : { looksLike }) });
  });

  it('tells the versions, and whether psql is restricted', () => {
    const head =
      '--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\n-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)\n-- Dumped by pg_dump version 17.6\n';
    expect(readHeader(head)).toEqual({
      format: 'plain',
      serverVersion: '15.20',
      dumpVersion: '17.6',
      restricted: true,
    });
  });
});

describe('the end of a plain dump', () => {
  const complete = '--\n-- PostgreSQL database dump complete\n--\n\n';
  it.each([
    ['as it is written', complete, true],
    ['with \\unrestrict behind it', `${complete}\\unrestrict abc\n\n`, true],
    ['cut off before it', 'COPY public.a (id) FROM stdin;\n1\n', false],
    ['cut off within it', '--\n-- PostgreSQL database dump compl', false],
    ['said by a row', '1\t-- PostgreSQL database dump complete\n', false],
    ['with statements behind it', `${complete}DROP TABLE a;\n`, false],
  ])('%s', (_, tail, expected) => {
    expect(hasTrailer(tail)).toBe(expected);
  });
});

describe('what the scan of a plain dump prints', () => {
  it('is read: rows, migrations by the greatest name, roles, commands', () => {
    const found = parseScan(
      [
        'columns\tCOPY public.django_migrations (id, app, name, applied) FROM stdin;',
        'migration\t1\taccounts\t0001_initial\t2026-01-01',
        'migration\t2\taccounts\t0002_transaction\t2026-01-02',
        'rows\t2\tCOPY public.django_migrations (id, app, name, applied) FROM stdin;',
        'rows\t7\tCOPY "odd schema"."say ""hi""" (id) FROM stdin;',
        'command\t\\connect other',
        'role\t"bank user"',
        'role\tPUBLIC',
        'cleans',
        'owned',
        'inserts\t3',
        'end',
      ].join('\n'),
    );
    expect(found).toEqual({
      counts: [
        { table: 'public.django_migrations', rows: 2 },
        { table: 'odd schema.say "hi"', rows: 7 },
      ],
      migrations: { accounts: '0002_transaction' },
      roles: ['bank user'],
      commands: ['\\connect other'],
      ...{ owned: true, cleans: true, inserts: 3, cut: false },
    });
  });

  it('says when a COPY was cut off, or nothing was printed', () => {
    expect(parseScan('rows\t1\tCOPY public.a (id) FROM stdin;\ncut\n').cut).toBe(true);
    expect(parseScan('').cut).toBe(true);
  });
});

describe('the table of contents of a custom dump', () => {
  const listing = [
    ';',
    '; Archive created at 2026-11-19 02:00:00 UTC',
    ';     Dumped from database version: 15.18 (Debian)',
    ';     Dumped by pg_dump version: 15.18 (Debian)',
    ';',
    '215; 1259 16386 TABLE public accounts banking_user',
    '216; 1259 16387 TABLE public my table banking_user',
    '3370; 0 16386 TABLE DATA public accounts banking_user',
    '3371; 0 16387 TABLE DATA public my table banking_user',
    '4; 3079 1 EXTENSION - plpgsql ',
  ].join('\n');

  it('tells tables, owners, versions and time', () => {
    expect(readTableOfContents(listing)).toEqual({
      ...{ serverVersion: '15.18', dumpVersion: '15.18' },
      createdAt: '2026-11-19 02:00:00 UTC',
      tables: ['public.accounts', 'public.my table'],
      owners: ['banking_user'],
    });
  });

  it('says whether it has the rows of a table', () => {
    expect(listsTable(listing, { schema: 'public', name: 'my table' })).toBe(true);
    expect(listsTable(listing, { schema: 'public', name: 'transfers' })).toBe(false);
  });
});

describe('versions', () => {
  it.each([
    ['15.20', 15],
    ['9.6.24', 9.6],
    ['17', 17],
  ])('the major one of %s is %d', (version, major) => {
    expect(majorOf(version)).toBe(major);
  });

  it('without a number are none', () => {
    expect(majorOf(undefined)).toBeNaN();
    expect(majorOf('devel')).toBeNaN();
  });

  it.each([
    ['15.13', false],
    ['15.14', true],
    ['16.9', false],
    ['17.6', true],
    ['18.0', true],
    ['12.22', false],
  ])('psql %s knows \\restrict: %s', (version, knows) => {
    expect(knowsRestrict(version)).toBe(knows);
  });
});

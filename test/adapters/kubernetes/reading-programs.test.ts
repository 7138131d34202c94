import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isReadingProgram } from '../../../src/adapters/kubernetes/reading-programs.ts';
import { DUMP_SCAN } from '../../../src/ports/dump-scan.ts';

const FLAGS = ['-X', '-q', '-w', '-A', '-t', '-v', 'ON_ERROR_STOP=1'];
const READ_ONLY =
  "options='-c default_transaction_read_only=on -c statement_timeout=120000 -c lock_timeout=10000'";
const CONNECTION = `dbname=banking_db user=postgres application_name=rollbook ${READ_ONLY}`;
const psql = (sql: string, connection = CONNECTION) => ['psql', ...FLAGS, '-d', connection, '-c', sql];

describe('a client that must not change anything', () => {
  it.each([
    [['ls', '-1', '/backup']],
    [['find', '-L', '/backup', '-maxdepth', '1', '-type', 'f', '-print0']],
    [['stat', '-L', '-c', '%s %Y', "/backup/it's $(rm -rf /).sql"]],
    [['sha256sum', '/backup/a\nb.sql']],
    [['df', '-Pk', '/backup']],
    [['head', '-c', '4096', '/backup/a.sql']],
    [['awk', DUMP_SCAN, '/backup/a.sql']],
    [['psql', '--version']],
    [['pg_restore', '-l', '/backup/a.dump']],
    [['pg_restore', '-f', '/dev/null', '/backup/a.dump']],
    [['pg_restore', '-f', '-', '-a', '-t', 'django_migrations', '/backup/a.dump']],
    [['python', 'manage.py', 'showmigrations', '--plan']],
    [['/opt/venv/bin/python3.12', '/app/manage.py', 'migrate', 'accounts', '0002', '--plan']],
    [['python', 'manage.py', 'sqlmigrate', 'accounts', '0003', '--backwards']],
    [psql('SELECT 1')],
    [psql("SELECT count(*) FROM \"odd;name\" WHERE x = 'a;b--c' AND y =  E'back\\\\slash'")],
    [psql('SELECT pid FROM pg_stat_activity', `dbname='it\\'s; odd' ${READ_ONLY}`)],
  ])('runs %j', (argv) => {
    expect(isReadingProgram(argv)).toBe(true);
  });

  it.each([
    ['a shell', ['sh', '-c', 'ls /backup']],
    ['another program', ['rm', '/backup/a.sql']],
    ['find that deletes', ['find', '-L', '/backup', '-maxdepth', '1', '-type', 'f', '-delete']],
    ['a path that is an option', ['sha256sum', '--check']],
    ['a following tail', ['tail', '-f', '/backup/a.sql']],
    ['another awk', ['awk', 'BEGIN { system("rm /backup/a") }', '/backup/a.sql']],
    ['a dump', ['pg_dump', '-f', '/backup/x', '-d', 'banking_db']],
    ['a restore to a database', ['pg_restore', '-d', 'banking_db', '/backup/a.dump']],
    ['a restore to a file', ['pg_restore', '-f', '/backup/x', '/backup/a.dump']],
    ['a migration', ['python', 'manage.py', 'migrate', 'accounts', '0002']],
    ['a faked migration', ['python', 'manage.py', 'migrate', 'accounts', '0002', '--fake', '--plan']],
    ['other settings', ['python', 'manage.py', 'showmigrations', '--settings=evil']],
    ['a Python program', ['python', '-c', 'import os']],
    ['another script', ['python', '/tmp/evil.py', 'showmigrations']],
    ['psql that may write', psql('SELECT 1', 'dbname=banking_db user=postgres')],
    [
      'read-only switched off behind',
      psql('SELECT 1', `${CONNECTION} options='-c default_transaction_read_only=off'`),
    ],
    [
      'read-only switched off within',
      psql(
        'SELECT 1',
        "dbname=a options='-c default_transaction_read_only=on -c default_transaction_read_only=off'",
      ),
    ],
    ['a service file', psql('SELECT 1', `${CONNECTION} service=evil`)],
    ['the start-up file', psql('SELECT 1').filter((arg) => arg !== '-X')],
    ['a file', [...psql('SELECT 1'), '-f', '/tmp/x.sql']],
    ['an output file', [...psql('SELECT 1'), '-o', '/tmp/x']],
    ['two statements', psql('SELECT 1; DROP TABLE a')],
    ['two commands', [...psql('SELECT 1'), '-c', 'DROP TABLE a']],
    ['a backslash command', psql('\\! rm -rf /')],
    ['a statement behind a false literal', psql("SELECT 'a\\'; DROP TABLE a; --'")],
    ['a write in a WITH', psql('WITH x AS (DELETE FROM a RETURNING 1) SELECT * FROM x')],
    ['SELECT INTO', psql('SELECT * INTO b FROM a')],
    ['a row lock', psql('SELECT * FROM a FOR UPDATE')],
    ['an ended session', psql('SELECT pg_terminate_backend(1)')],
    ['an ended session by its quoted name', psql('SELECT "pg_terminate_backend"(1)')],
    ['an ended session by its escaped name', psql('SELECT U&"\\0070g_terminate_backend"(1)')],
    [
      'read-only switched off by a function',
      psql("SELECT set_config('transaction_read_only', 'off', false)"),
    ],
    ['COPY', psql("COPY a TO PROGRAM 'sh'")],
    ['EXPLAIN ANALYZE', psql('EXPLAIN ANALYZE DELETE FROM a')],
    ['nothing', []],
  ])('does not run %s', (_what, argv) => {
    expect(isReadingProgram(argv)).toBe(false);
  });

  it('runs nothing with an argument more than is known', () => {
    const known = [
      ['sha256sum', '/backup/a.sql'],
      ['pg_restore', '-l', '/backup/a.dump'],
      psql('SELECT 1'),
      ['python', 'manage.py', 'sqlmigrate', 'accounts', '0003'],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...known), fc.string({ minLength: 1 }), (argv, more) => {
        fc.pre(!['-X', '-q', '-w', '-A', '-t', '--backwards'].includes(more));
        expect(isReadingProgram([...argv, more])).toBe(false);
      }),
    );
  });
});

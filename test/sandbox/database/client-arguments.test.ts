import { expect, test } from 'vitest';
import { clientArguments } from '../../../src/sandbox/database/client-arguments.ts';
import { filesOf } from './running.ts';

const where = {
  files: filesOf({ '/backup': '/real/backup', '/tmp': '/real/tmp' }),
  port: 41234,
  socketFolder: '/real/run',
};

test.each<[program: string, given: string[], told: string[]]>([
  ['psql', ['-X', '-1', '-f', '/backup/a b.sql'], ['-X', '-1', '-f', '/real/backup/a b.sql']],
  ['psql', ['-X1f/backup/a.sql'], ['-X1f/real/backup/a.sql']],
  [
    'psql',
    ['--file=/backup/a.sql', '--output', '/tmp/o'],
    ['--file=/real/backup/a.sql', '--output', '/real/tmp/o'],
  ],
  ['psql', ['-f', '-'], ['-f', '-']],
  ['psql', ['-f', 'a.sql'], ['-f', 'a.sql']],
  ['psql', ['-h', '/var/run/postgresql', '-p', '5432'], ['-h', '/real/run', '-p', '41234']],
  ['psql', ['-hlocalhost', '-p5432'], ['-h127.0.0.1', '-p41234']],
  ['psql', ['--host=postgres', '--port=5432'], ['--host=127.0.0.1', '--port=41234']],
  ['psql', ['--host', 'other.example', '--port', '6543'], ['--host', 'other.example', '--port', '6543']],
  ['psql', ['-U', '/backup/x', '-v', 'f=/backup/x'], ['-U', '/backup/x', '-v', 'f=/backup/x']],
  ['psql', ['-c', "SELECT '/backup/x'"], ['-c', "SELECT '/backup/x'"]],
  ['psql', ['-c', "\\copy t to '/backup/x'"], ['-c', "\\copy t to '/real/backup/x'"]],
  ['psql', ['-c', '\\i /backup/x.sql'], ['-c', '\\i /real/backup/x.sql']],
  ['psql', ['postgresql://u:p%40@localhost:5432/db?x=1'], ['postgresql://u:p%40@127.0.0.1:41234/db?x=1']],
  ['psql', ['-d', 'postgres://postgres/db'], ['-d', 'postgres://127.0.0.1:41234/db']],
  ['psql', ['-d', 'host=localhost port=5432 dbname=db'], ['-d', 'host=127.0.0.1 port=41234 dbname=db']],
  ['psql', ['-d', 'dbname=db'], ['-d', 'dbname=db']],
  ['psql', ['-f'], ['-f']],
  ['pg_dump', ['-Fc', '-f', '/backup/x.dump', 'db'], ['-Fc', '-f', '/real/backup/x.dump', 'db']],
  ['pg_dump', ['-F', 'c', '-d', 'db'], ['-F', 'c', '-d', 'db']],
  ['pg_restore', ['-l', '/backup/x.dump'], ['-l', '/real/backup/x.dump']],
  ['pg_restore', ['-d', 'db', '-1', '/backup/x.dump'], ['-d', 'db', '-1', '/real/backup/x.dump']],
  ['pg_restore', ['-f', '-', '/backup/x.dump'], ['-f', '-', '/real/backup/x.dump']],
  ['pg_restore', ['-f', '/dev/null', '/backup/x.dump'], ['-f', '/dev/null', '/real/backup/x.dump']],
  ['createdb', ['-O', 'banking_user', 'db'], ['-O', 'banking_user', 'db']],
  ['dropdb', ['-f', 'db'], ['-f', 'db']],
  ['pg_isready', ['-q', '-h', '127.0.0.1', '-U', 'u'], ['-q', '-h', '127.0.0.1', '-U', 'u']],
])('%s %j', (program, given, told) => {
  expect(clientArguments(program, given, where)).toEqual(told);
});

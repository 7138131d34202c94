import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { createData } from '../../../src/sandbox/database/create-data.ts';
import { DataCache } from '../../../src/sandbox/database/data-cache.ts';
import { databaseUser } from '../../../src/sandbox/database/machine-user.ts';
import { findPostgresPrograms } from '../../../src/sandbox/database/postgres-programs.ts';
import { PostgresServer } from '../../../src/sandbox/database/postgres-server.ts';
import { createServerFolder } from '../../../src/sandbox/database/server-folder.ts';

const folders: string[] = [];
const fresh = () => {
  const folder = mkdtempSync(join(tmpdir(), 'machine-'));
  folders.push(folder);
  return folder;
};

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const NAMES = ['initdb', 'postgres', 'psql', 'pg_dump', 'pg_restore', 'createdb', 'dropdb', 'pg_isready'];

function installed(version: string, names = NAMES): string {
  const folder = fresh();
  for (const name of names)
    writeFileSync(join(folder, name), `#!/bin/sh\necho "${name} (PostgreSQL) ${version}"\n`, { mode: 0o755 });
  return folder;
}

describe('PostgreSQL is found', () => {
  test('where it is said to be, with its version', () => {
    const folder = installed('16.4 (Debian 16.4-1)');
    expect(findPostgresPrograms({ ROLLBOOK_POSTGRES_BIN: folder, PATH: installed('15.2') })).toEqual({
      folder,
      version: '16.4',
      major: 16,
    });
  });

  test('on the PATH, in a folder that has all of it', () => {
    const folder = installed('17beta1');
    const clients = installed('17.1', ['psql', 'pg_dump']);
    expect(findPostgresPrograms({ PATH: `relative:${clients}:${folder}` })).toEqual({
      folder,
      version: '17beta1',
      major: 17,
    });
  });

  test('or it is said what is missing', () => {
    const folder = installed(
      '16.4',
      NAMES.filter((name) => name !== 'initdb' && name !== 'psql'),
    );
    expect(() => findPostgresPrograms({ ROLLBOOK_POSTGRES_BIN: folder })).toThrow(
      `ROLLBOOK_POSTGRES_BIN says ${folder}, which has no initdb, no psql of PostgreSQL's programs: it must be the folder of all of them.`,
    );
  });
});

describe('who runs it', () => {
  const passwd =
    'root:x:0:0:root:/root:/bin/sh\npostgres:x:101:104::/:/bin/sh\nnobody:x:65534:65533::/:/bin/false\n';

  test('whoever runs the sandbox, unless that is root', () => {
    expect(databaseUser(1000, () => passwd)).toEqual({});
    expect(databaseUser(0, () => passwd)).toEqual({ uid: 65534, gid: 65533 });
    expect(databaseUser(0, () => passwd.replace(/nobody.*\n/, ''))).toEqual({ uid: 101, gid: 104 });
    expect(databaseUser(0, () => 'nobody:*:-2:-2:x:/var/empty:/usr/bin/false')).toEqual({ uid: -2, gid: -2 });
  });

  test('nobody at all where there is no such user', () => {
    expect(() => databaseUser(0, () => 'root:x:0:0::/:/bin/sh\n')).toThrow('no user nobody or postgres');
  });
});

test('its folder is closed to others, with a path that a socket can have', () => {
  const long = join(fresh(), 'x'.repeat(80));
  mkdirSync(long);
  const { path, sockets } = createServerFolder({}, long, '/nonexistent');
  folders.push(path);
  expect(path.startsWith('/tmp/')).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o700);
  expect(statSync(sockets).mode & 0o777).toBe(0o700);
});

describe('a data directory that was kept', () => {
  const programs = findPostgresPrograms(process.env);
  const user = databaseUser();

  function here(home = fresh()) {
    const folder = createServerFolder(user);
    folders.push(folder.path);
    const cache = new DataCache(programs, {}, home);
    const start = async () => {
      const kept = await createData({ programs, user, data: folder.data }, cache);
      const server = new PostgresServer({ programs, user, folder });
      await server.start();
      await server.discard();
      return kept;
    };
    return { start, cache, home, entries: () => readdirSync(join(home, '.cache', 'rollbook')) };
  }

  test('serves the next world', async () => {
    const first = here();
    expect(await first.start()).toBe(false);
    expect(await here(first.home).start()).toBe(true);
    expect(first.entries()).toHaveLength(1);
  });

  /** An initdb that is done at once. */
  function quickly(home: string) {
    const folder = installed('16.4');
    const script =
      '#!/bin/sh\nmkdir -p "$2/global"\necho 16 > "$2/PG_VERSION"\necho x > "$2/global/pg_control"\n';
    writeFileSync(join(folder, 'initdb'), script, { mode: 0o755 });
    const quick = { folder, version: '16.4', major: 16 };
    const cache = new DataCache(quick, {}, home);
    return () => createData({ programs: quick, user: {}, data: join(fresh(), 'data') }, cache);
  }

  test('is not trusted when files of it are gone, when it is half there, or when others could write to it', async () => {
    const home = fresh();
    const make = quickly(home);
    expect([await make(), await make()]).toEqual([false, true]);
    const kept = join(home, '.cache', 'rollbook');
    const entry = join(kept, readdirSync(kept)[0] ?? '');
    const [data = ''] = readdirSync(entry);
    rmSync(join(entry, data, 'global', 'pg_control'));
    expect([await make(), await make()]).toEqual([false, true]);
    rmSync(join(entry, data), { recursive: true });
    expect([await make(), await make()]).toEqual([false, true]);
    chmodSync(entry, 0o777);
    expect([await make(), await make()]).toEqual([false, true]);
    expect(readdirSync(kept)).toHaveLength(1);
  });

  test('does without where none can be kept', async () => {
    const make = quickly('/dev/null');
    expect([await make(), await make()]).toEqual([false, false]);
  });
});

import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listBackups } from '../../../src/steps/postgres/list-backups.ts';
import { RealServer } from './real-server.ts';

const found = z.object({
  newest: z.string().nullable(),
  choices: z.array(z.object({ value: z.string(), label: z.string(), description: z.string() })),
  backups: z.array(
    z.looseObject({
      name: z.string(),
      path: z.string(),
      usable: z.boolean(),
      format: z.string(),
      problems: z.array(z.string()),
      rows: z.number().nullable(),
      tables: z.number(),
      migrations: z.record(z.string(), z.string()),
      takenAt: z.string(),
    }),
  ),
});

let server: RealServer;

beforeAll(async () => {
  server = await RealServer.start({
    accounts: 5,
    transactions: 20,
    backups: [
      { nightsAgo: 4, kind: 'custom' },
      { nightsAgo: 3 },
      { nightsAgo: 2, kind: 'newer' },
      { nightsAgo: 1, kind: 'empty' },
      { nightsAgo: 0, kind: 'truncated' },
    ],
  });
}, 60_000);

afterAll(() => server.stop());

async function list() {
  const { ran } = await server.perform(listBackups, { folder: server.backups });
  return { ...found.parse(ran?.outputs), evidence: ran?.evidence ?? [] };
}

/** A file of that name for one look. */
async function withFile<T>(name: string, text: string, work: (path: string) => Promise<T>): Promise<T> {
  const path = join(server.backups, name);
  writeFileSync(path, text);
  try {
    return await work(path);
  } finally {
    rmSync(path);
  }
}

describe('the backups of a folder', () => {
  it('come newest first, and only those that can be restored are offered', async () => {
    const { backups, choices, newest } = await list();
    expect(backups.map(({ format, usable }) => [format, usable])).toEqual([
      ['plain', false],
      ['unknown', false],
      ['plain', false],
      ['plain', true],
      ['custom', true],
    ]);
    expect(choices.map(({ value }) => value)).toEqual([backups[3]?.path, backups[4]?.path]);
    expect(newest).toBe(backups[3]?.path);
  });

  it('say why they cannot be restored', async () => {
    const { backups } = await list();
    const [truncated, empty, newer] = backups.map(({ problems }) => problems.join('; '));
    expect(truncated).toMatch(/truncated/);
    expect(empty).toBe('it is an empty file');
    expect(newer).toMatch(/comes from PostgreSQL \d+\.6, newer than/);
  });

  it('tell their rows, tables and last migrations, both formats', async () => {
    const [, , , plain, custom] = (await list()).backups;
    expect(plain).toMatchObject({ tables: 10, migrations: { accounts: '0002_transaction' } });
    expect(plain?.rows).toBeGreaterThan(40);
    expect(custom).toMatchObject({ tables: 10, rows: null, migrations: { accounts: '0002_transaction' } });
  });

  it('say first what would be lost', async () => {
    const { choices } = await list();
    expect(choices[0]?.label).toMatch(/^backup-\d{8}-020000\.sql, \d days? \d+ hours? old$/);
    expect(choices[0]?.description).toMatch(/^loses what was written in the last \d+ days?/);
  });

  it('are as old as their name says, when the file was copied later', async () => {
    const dump = '--\n-- PostgreSQL database dump\n--\n';
    await withFile('copied-20200102-030405.sql', dump, async (path) => {
      utimesSync(path, new Date(), new Date());
      const copied = (await list()).backups.find((one) => one.path === path);
      expect(copied?.takenAt).toBe('2020-01-02T03:04:05.000Z');
    });
  });

  it.each([
    ['two words.sql'],
    ['it\'s "quoted".sql'],
    ['$(touch owned).sql'],
    ['-rf.sql'],
    ['line\nbreak.sql'],
    ['back\\slash.sql'],
  ])('may be called %j', async (name) => {
    await withFile(name, '--\n-- PostgreSQL database dump\n--\n', async (path) => {
      const one = (await list()).backups.find((backup) => backup.path === path);
      expect(one?.problems.join()).toMatch(/truncated/);
    });
  });

  it('that would run commands, or leave their database, are refused', async () => {
    const dump = (line: string) =>
      `--\n-- PostgreSQL database dump\n--\n${line}\n--\n-- PostgreSQL database dump complete\n--\n`;
    for (const line of ['\\! touch owned', '\\connect other', 'CREATE DATABASE other;'])
      await withFile('hostile.sql', dump(line), async (path) => {
        const one = (await list()).backups.find((backup) => backup.path === path);
        expect(one?.problems.join()).toContain('leave the new database or run programs');
      });
  });

  it('that name roles which do not exist are refused', async () => {
    const dump =
      '--\n-- PostgreSQL database dump\n--\nALTER TABLE public.a OWNER TO "bank boss";\n--\n-- PostgreSQL database dump complete\n--\n';
    await withFile('roles.sql', dump, async (path) => {
      const one = (await list()).backups.find((backup) => backup.path === path);
      expect(one?.problems).toEqual(['roles that it names do not exist here: bank boss']);
    });
  });

  it('whose rows look like statements are read right', async () => {
    const dump = `--
-- PostgreSQL database dump
--
COPY public."odd
name" (id, note) FROM stdin;
1\tCREATE DATABASE x
\\N\t\\\\connect
\\.
--
-- PostgreSQL database dump complete
--
`;
    await withFile('rows.sql', dump, async (path) => {
      const one = (await list()).backups.find((backup) => backup.path === path);
      expect(one).toMatchObject({ usable: true, rows: 2, tables: 1 });
    });
  });

  it('are missed, when there are none', async () => {
    const plan = await listBackups.plan(listBackups.schema.parse({ folder: '/nowhere' }), server.plans);
    await expect(listBackups.run?.(plan, server.runs)).rejects.toThrow(/list \/nowhere: .*No such file/);
  });
});

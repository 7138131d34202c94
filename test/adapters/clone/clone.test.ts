import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createCloneHistory } from '../../../src/adapters/clone/clone.ts';
import { temporaryFolder } from '../api-server.ts';
import { failureOf } from '../gitlab/loopback.ts';

/** A real repository; settings of whoever runs the tests stay out of it. */
class Repository {
  readonly folder = mkdtempSync(join(tmpdir(), 'rollbook-clone-'));

  constructor() {
    this.git('init', '-q', '-b', 'main');
  }

  git(...args: readonly string[]): string {
    const who = [
      '-c',
      'user.name=Olga Ops',
      '-c',
      'user.email=olga@example.test',
      '-c',
      'commit.gpgsign=false',
    ];
    return execFileSync('git', [...who, ...args], {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    }).trim();
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), text);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  commit(message: string): string {
    this.git('add', '-A');
    this.git('commit', '-q', '--allow-empty', '-m', message);
    return this.git('rev-parse', 'HEAD');
  }
}

const long = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n');

function history() {
  const repository = new Repository();
  repository.write('a.go', 'one\n');
  repository.write('old.go', long);
  repository.write('gone.go', 'gone\n');
  const first = repository.commit('First');
  repository.git('tag', '-a', 'v1', '-m', 'v1');
  repository.write('a.go', 'two\n');
  renameSync(join(repository.folder, 'old.go'), join(repository.folder, 'new.go'));
  repository.commit('Second: «ünï»\n\nBody');
  rmSync(join(repository.folder, 'gone.go'));
  repository.write('internal/migrations/20260101000000_ä "b"\n.go', 'package migrations\n');
  const last = repository.commit('Third\ttab');
  return { repository, code: createCloneHistory(repository.folder), first, last };
}

/** One for every test that leaves it as it is. */
let shared: ReturnType<typeof history>;
beforeAll(() => {
  shared = history();
});
afterAll(() => shared.repository.remove());

/** One to do with as one likes. */
function own(): ReturnType<typeof history> {
  const made = history();
  onTestFinished(() => made.repository.remove());
  return made;
}

describe('a comparison in a clone', () => {
  it('has commits, oldest first, and files of whatever name', async () => {
    const { code, first, last } = shared;
    const { commits, ...rest } = await code.compare(first, last);
    expect(rest).toEqual({
      from: first,
      to: last,
      files: [
        { path: 'a.go', status: 'modified' },
        { path: 'gone.go', status: 'deleted' },
        { path: 'internal/migrations/20260101000000_ä "b"\n.go', status: 'added' },
        { path: 'new.go', previousPath: 'old.go', status: 'renamed' },
      ],
      complete: true,
      source: 'clone',
    });
    expect(commits.map(({ title, author }) => [title, author])).toEqual([
      ['Second: «ünï»', 'Olga Ops'],
      ['Third\ttab', 'Olga Ops'],
    ]);
    expect(commits.at(-1)?.sha).toBe(last);
    expect(Date.parse(commits[0]?.date ?? '')).not.toBeNaN();
  });

  it('takes tags, branches and short SHAs', async () => {
    const { code, first } = shared;
    for (const from of ['v1', first.slice(0, 7), 'refs/tags/v1'])
      expect((await code.compare(from, 'main')).files).toHaveLength(4);
  });

  it('is of the trees themselves when the two have parted', async () => {
    const { repository, code, first } = own();
    repository.git('checkout', '-q', '-b', 'hotfix', first);
    repository.write('fix.go', 'fixed\n');
    const fix = repository.commit('Fix');
    const { files, commits } = await code.compare(fix, 'main');
    expect(files).toContainEqual({ path: 'fix.go', status: 'deleted' });
    expect(commits).toHaveLength(2);
  });

  it('backwards has files and no commits', async () => {
    const { code, first, last } = shared;
    expect(await code.compare(last, first)).toMatchObject({ commits: [], complete: true });
    expect((await code.compare(last, first)).files).toHaveLength(4);
  });

  it('is whole even from a folder within, whatever the settings of the clone', async () => {
    const { repository, first, last } = own();
    for (const [name, value] of [
      ['diff.relative', 'true'],
      ['diff.renames', 'false'],
      ['diff.ignoreSubmodules', 'all'],
      ['core.quotePath', 'true'],
      ['log.showSignature', 'true'],
      ['color.ui', 'always'],
    ] as const)
      repository.git('config', name, value);
    const code = createCloneHistory(join(repository.folder, 'internal'));
    expect((await code.compare(first, last)).files).toHaveLength(4);
    expect(await code.file('a.go', first)).toBe('one\n');
  });

  it('in a shallow clone is not complete', async () => {
    const { repository, last } = shared;
    const folder = join(temporaryFolder(), 'shallow');
    repository.git('clone', '-q', '--depth', '2', `file://${repository.folder}`, folder);
    const comparison = await createCloneHistory(folder).compare(`${last.slice(0, 12)}`, 'main');
    expect(comparison).toMatchObject({
      complete: false,
      incompleteBecause: expect.stringContaining('git fetch --unshallow'),
    });
  });

  it('runs nothing that the clone would have it run', async () => {
    const { repository, code, first, last } = own();
    const program = join(repository.folder, '.git', 'trap');
    const trace = join(repository.folder, '.git', 'sprung');
    writeFileSync(program, `#!/bin/sh\ntouch '${trace}'\n`);
    chmodSync(program, 0o755);
    repository.write('.git/info/attributes', '* diff=trap filter=trap\n');
    for (const name of [
      'diff.external',
      'diff.trap.command',
      'diff.trap.textconv',
      'filter.trap.smudge',
      'core.fsmonitor',
      'core.pager',
      'gpg.program',
    ])
      repository.git('config', name, program);
    await code.compare(first, last);
    await code.file('a.go', first);
    expect(existsSync(trace)).toBe(false);
  });
});

describe('a file in a clone', () => {
  it('is given as it was, to the last newline', async () => {
    const { code, first, last } = shared;
    expect(await code.file('a.go', first)).toBe('one\n');
    expect(await code.file('a.go', last)).toBe('two\n');
  });

  it.each(['nowhere.go', 'internal', '../a.go', '--help', ':(glob)*.go', '*.go'])(
    'is not %j',
    async (path) => {
      const { code, last } = shared;
      expect(await failureOf(code.file(path, last))).toMatchObject({
        reason: expect.stringMatching(/not-found|unexpected/),
      });
    },
  );
});

describe('a clone', () => {
  it.each([
    '--output=/tmp/x',
    '-n1',
    'main..v1',
    'main^{/x}',
    'HEAD~1',
    'main@{1}',
    ':a.go',
    'main:a.go',
    '',
    ' main',
    'main\n--all',
    'a*',
  ])('does not take %j for a ref', async (ref) => {
    const { code } = shared;
    expect(await failureOf(code.compare(ref, 'main'))).toMatchObject({ reason: 'invalid' });
    expect(await failureOf(code.compare('main', ref))).toMatchObject({ reason: 'invalid' });
    expect(await failureOf(code.file('a.go', ref))).toMatchObject({ reason: 'invalid' });
  });

  it('says which commit it does not have, and what to do', async () => {
    const { code } = shared;
    expect(await failureOf(code.compare('f'.repeat(40), 'main'))).toMatchObject({
      reason: 'not-found',
      message: expect.stringContaining('f'.repeat(40)),
      next: expect.stringContaining('git fetch'),
    });
  });

  it.each([
    ['is not there', '/nonexistent/clone'],
    ['is none', temporaryFolder],
  ])('that %s is not configured', async (_name, folder) => {
    const code = createCloneHistory(typeof folder === 'string' ? folder : folder());
    expect(await failureOf(code.compare('main', 'main'))).toMatchObject({ reason: 'not-configured' });
  });

  it('can be left at any time', async () => {
    const { code } = shared;
    const signal = AbortSignal.abort();
    expect(await failureOf(code.compare('v1', 'main', { signal }))).toMatchObject({ reason: 'cancelled' });
  });
});

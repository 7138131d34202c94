import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createGit } from '../../../src/adapters/git/git.ts';
import { temporaryFolder } from '../api-server.ts';
import { failureOf } from '../gitlab/loopback.ts';

/** A real repository: a good commit, and a newer one that changes a file, adds one and takes one away. */
function repository() {
  const folder = mkdtempSync(join(tmpdir(), 'rollbook-git-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=Olga Ops', '-c', 'user.email=o@example.test', ...args], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    }).trim();
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const commit = (message: string) => {
    git('add', '-A');
    git('commit', '-q', '-m', message);
    return git('rev-parse', 'HEAD');
  };
  git('init', '-q', '-b', 'main');
  write('README.md', 'Manifests\n');
  write('k8s/web.yaml', 'image: web:1\r\n');
  write('k8s/old.yaml', 'old: true\n');
  const good = commit('Good: «ünï»');
  write('other.txt', 'elsewhere\n');
  commit('Elsewhere');
  write('k8s/web.yaml', 'image: web:2\r\n');
  write('k8s/sub/new $(touch x).yaml', 'new: true\n');
  rmSync(join(folder, 'k8s/old.yaml'));
  const bad = commit('Bad\n\nBody');
  return { folder, git, write, commit, good, bad, port: createGit(folder) };
}

describe('a repository', () => {
  it('tells which commits touched a path, newest first', async () => {
    const { port, good, bad } = repository();
    const log = await port.log({ path: 'k8s/', limit: 10 });
    expect(log.map(({ hash, author, subject }) => [hash, author, subject])).toEqual([
      [bad, 'Olga Ops', 'Bad'],
      [good, 'Olga Ops', 'Good: «ünï»'],
    ]);
    expect(Math.abs((log[0]?.committedAt ?? 0) - Date.now())).toBeLessThan(60_000);
    expect(await port.log({ limit: 2 })).toHaveLength(2);
  });

  it('is the same from a folder within', async () => {
    const { folder, good, bad } = repository();
    const port = createGit(join(folder, 'k8s/sub'));
    expect((await port.log({ path: 'k8s/', limit: 10 })).map(({ hash }) => hash)).toEqual([bad, good]);
    expect(await port.diff({ from: bad, to: good, path: 'k8s/old.yaml' })).toContain('+old: true');
    expect(await port.files({ commit: good, path: 'k8s' })).toHaveLength(2);
  });

  it('gives files as they were committed, whatever attributes and settings say', async () => {
    const { port, git, write, commit, good } = repository();
    write('.gitattributes', '* text=auto eol=lf export-ignore\n');
    commit('Attributes');
    git('config', 'core.autocrlf', 'true');
    expect(await port.files({ commit: good, path: 'k8s/' })).toEqual([
      { path: 'k8s/old.yaml', text: 'old: true\n' },
      { path: 'k8s/web.yaml', text: 'image: web:1\r\n' },
    ]);
  });

  it('writes a tree aside and leaves working copy, index and refs as they are', async () => {
    const { port, folder, git, write, good } = repository();
    write('k8s/web.yaml', 'image: being edited\n');
    const before = [
      git('status', '--porcelain=v2', '--branch'),
      git('for-each-ref'),
      readFileSync(join(folder, '.git/index')).toString('hex'),
    ];
    const to = join(temporaryFolder(), 'deep/aside');
    await port.extract({ commit: good, path: 'k8s/', to });
    expect(readdirSync(join(to, 'k8s')).sort()).toEqual(['old.yaml', 'web.yaml']);
    expect(readFileSync(join(to, 'k8s/web.yaml'), 'utf8')).toBe('image: web:1\r\n');
    expect(readFileSync(join(folder, 'k8s/web.yaml'), 'utf8')).toBe('image: being edited\n');
    expect([
      git('status', '--porcelain=v2', '--branch'),
      git('for-each-ref'),
      readFileSync(join(folder, '.git/index')).toString('hex'),
    ]).toEqual(before);
    expect(await failureOf(port.extract({ commit: good, path: 'k8s/', to }))).toMatchObject({
      reason: 'conflict',
    });
  });

  it('names what is no file', async () => {
    const { port, folder, git, write, commit } = repository();
    symlinkSync('/etc/passwd', join(folder, 'k8s/link.yaml'));
    write('k8s/large.yaml', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\n');
    write('k8s/picture.png', 'a\0b');
    git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},k8s/module`);
    const hash = commit('Strange');
    const to = join(temporaryFolder(), 'aside');
    const files = await port.files({ commit: hash, path: 'k8s/' });
    expect(
      Object.fromEntries(files.flatMap(({ path, unreadable }) => (unreadable ? [[path, unreadable]] : []))),
    ).toEqual({
      'k8s/link.yaml': 'symbolic link',
      'k8s/large.yaml': 'Git LFS pointer',
      'k8s/picture.png': 'binary file',
    });
    await port.extract({ commit: hash, path: 'k8s/', to });
    expect(existsSync(join(to, 'k8s/link.yaml'))).toBe(false);
  });

  it('runs nothing that the repository, or the environment, would have it run', async () => {
    const { port, folder, git, write, good, bad } = repository();
    const [program, trace] = [join(folder, '.git/trap'), join(folder, '.git/sprung')];
    writeFileSync(program, `#!/bin/sh\ntouch '${trace}'\ncat\n`);
    chmodSync(program, 0o755);
    write('.git/info/attributes', '* diff=trap filter=trap\n');
    for (const name of [
      'diff.external',
      'diff.trap.command',
      'diff.trap.textconv',
      'filter.trap.smudge',
      'filter.trap.clean',
      'filter.trap.process',
      'core.fsmonitor',
      'core.pager',
      'gpg.program',
      'core.sshCommand',
    ])
      git('config', name, program);
    for (const hook of ['post-checkout', 'post-index-change', 'reference-transaction', 'fsmonitor-watchman'])
      writeFileSync(join(folder, '.git/hooks', hook), `#!/bin/sh\ntouch '${trace}'\n`, { mode: 0o755 });
    const kept = { ...process.env };
    Object.assign(process.env, {
      GIT_EXTERNAL_DIFF: program,
      GIT_DIR: '/nowhere',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.pager',
      GIT_CONFIG_VALUE_0: program,
    });
    onTestFinished(() => {
      for (const name of [
        'GIT_EXTERNAL_DIFF',
        'GIT_DIR',
        'GIT_CONFIG_COUNT',
        'GIT_CONFIG_KEY_0',
        'GIT_CONFIG_VALUE_0',
      ])
        delete process.env[name];
      Object.assign(process.env, kept);
    });
    await port.log({ path: 'k8s/', limit: 5 });
    await port.diff({ from: bad, to: good });
    await port.files({ commit: bad, path: 'k8s/' });
    await port.extract({ commit: bad, path: 'k8s/', to: join(temporaryFolder(), 'aside') });
    expect(existsSync(trace)).toBe(false);
  });

  it.each(['../k8s', '/etc', 'k8s/../..', 'k8s\0'])('refuses %j as a path', async (path) => {
    const { port, good } = repository();
    for (const asked of [
      port.files({ commit: good, path }),
      port.log({ path, limit: 1 }),
      port.diff({ from: good, to: 'HEAD', path }),
    ])
      expect(await failureOf(asked)).toMatchObject({ reason: 'invalid' });
  });

  it.each([':(glob)*', '*.yaml', '--all', 'nothing/'])('takes %j for a name alone', async (path) => {
    const { port, good } = repository();
    expect(await failureOf(port.files({ commit: good, path }))).toMatchObject({ reason: 'not-found' });
    expect(await port.log({ path, limit: 5 })).toEqual([]);
  });

  it('refuses a tree that leads out of itself', async () => {
    const { port, folder, git } = repository();
    const blob = git('hash-object', '-w', 'README.md');
    const entry = Buffer.concat([Buffer.from('100644 ..\0'), Buffer.from(blob, 'hex')]);
    const inner = execFileSync('git', ['hash-object', '-t', 'tree', '-w', '--stdin', '--literally'], {
      cwd: folder,
      input: entry,
    })
      .toString()
      .trim();
    const outer = execFileSync('git', ['mktree'], { cwd: folder, input: `040000 tree ${inner}\tk8s\n` })
      .toString()
      .trim();
    const hash = git('commit-tree', '-m', 'Evil', outer);
    expect(await failureOf(port.files({ commit: hash, path: 'k8s/' }))).toMatchObject({
      reason: 'invalid',
      message: expect.stringContaining('leads out of it'),
    });
  });

  it.each([
    ['is not there', '/nonexistent/repository'],
    ['is none', '/'],
  ])('that %s is not configured', async (_, folder) => {
    expect(await failureOf(createGit(folder).log({ limit: 1 }))).toMatchObject({ reason: 'not-configured' });
  });
});

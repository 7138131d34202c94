import { describe, expect, it } from 'vitest';
import { diffTrees, EMPTY_TREE } from '../../../src/sandbox/git/diff.ts';
import { mergeCommits, rebaseOnto, revertOnto } from '../../../src/sandbox/git/merge.ts';
import { GitFailure, runGit } from '../../../src/sandbox/git/run.ts';
import { ANA, change, emptyRepository, START } from './test-repository.ts';

const LINES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'].join('\n');

describe('a history', () => {
  it('is imported in one pass, with branches, merges and deletions', async () => {
    const repository = await emptyRepository();
    const shas = await repository.importHistory([
      change('first\n\nwhy', { 'a.txt': 'a\n', 'folder/"quoted" ü.txt': 'b\n' }),
      change('on a branch', { 'c.txt': 'c\n' }, { branch: 'topic', parents: [0] }),
      change('second', { 'a.txt': null }),
      change('merged', { 'c.txt': 'c\n' }, { parents: [2, 1] }),
    ]);
    expect([...(await repository.branches())]).toEqual([
      ['main', shas[3]],
      ['topic', shas[1]],
    ]);
    const commits = await repository.log({ range: shas[3] ?? '', firstParent: true });
    expect(commits.map(({ message }) => message)).toEqual(['merged', 'second', 'first\n\nwhy']);
    expect(commits[0]).toMatchObject({ parents: [shas[2], shas[1]], author: ANA, committedAt: START });
    const paths = (await repository.tree('main', true)).map(({ path }) => path);
    expect(paths).toEqual(['c.txt', 'folder', 'folder/"quoted" ü.txt']);
    expect((await runGit(['fsck', '--strict'], { folder: repository.folder })).exitCode).toBe(0);
  });

  it('goes on where the branch was', async () => {
    const repository = await emptyRepository();
    const [first] = await repository.importHistory([change('first', { a: '1' })]);
    const [second] = await repository.importHistory([change('second', { a: '2' })]);
    expect((await repository.commit(second ?? ''))?.parents).toEqual([first]);
  });

  it('finds the commits that touched a file, newest first', async () => {
    const repository = await emptyRepository();
    await repository.importHistory([
      change('a', { a: '1' }, { time: START }),
      change('b', { b: '1' }, { time: START + 60_000 }),
      change('a again', { a: '2' }, { time: START + 120_000 }),
    ]);
    const titles = async (query: object) =>
      (await repository.log({ range: 'main', ...query })).map(({ message }) => message);
    expect(await titles({ path: 'a' })).toEqual(['a again', 'a']);
    expect(await titles({ since: '2026-01-05T09:01:00Z' })).toEqual(['a again', 'b']);
    expect(await titles({ skip: 1, limit: 1 })).toEqual(['b']);
  });
});

describe('a revision', () => {
  it.each(['--all', '-n', '^main', ':a', 'main:a', 'main..topic', '', 'no such', 'deadbeef'])(
    '%j stands for nothing',
    async (revision) => {
      const repository = await emptyRepository();
      await repository.importHistory([change('first', { a: '1' })]);
      expect(await repository.resolve(revision)).toBeUndefined();
    },
  );

  it('may be a branch, a SHA, or its beginning', async () => {
    const repository = await emptyRepository();
    const [sha = ''] = await repository.importHistory([change('first', { a: '1' })]);
    for (const revision of ['main', sha, sha.slice(0, 7)])
      expect(await repository.resolve(revision)).toBe(sha);
  });
});

describe('a difference', () => {
  it('tells added, changed, moved and deleted files with their lines', async () => {
    const repository = await emptyRepository();
    const [before = '', after = ''] = await repository.importHistory([
      change('before', { changed: 'one\n', gone: 'x\n', moved: `${LINES}\n` }),
      change('after', {
        added: 'diff --git a/x b/x\n--- not a header\n',
        changed: 'two\n',
        gone: null,
        moved: null,
        'elsewhere/moved': `${LINES}\neight\n`,
      }),
    ]);
    const files = await diffTrees(repository.folder, before, after);
    const summary = files.map(({ status, oldPath, newPath, additions, deletions }) =>
      [status, oldPath, newPath, additions, deletions].join(' '),
    );
    expect(summary).toEqual([
      'added added added 2 0',
      'modified changed changed 1 1',
      'renamed moved elsewhere/moved 1 0',
      'deleted gone gone 0 1',
    ]);
    expect(files[1]?.patch).toBe('@@ -1 +1 @@\n-one\n+two\n');
  });

  it('of a first commit is everything in it', async () => {
    const repository = await emptyRepository();
    const [sha = ''] = await repository.importHistory([change('first', { a: '1', b: '2' })]);
    expect(await diffTrees(repository.folder, EMPTY_TREE, sha)).toHaveLength(2);
  });
});

describe('a revert', () => {
  async function history() {
    const repository = await emptyRepository();
    const shas = await repository.importHistory([
      change('base', { ref: `a\n${LINES}\n` }),
      change('promotion', { ref: `b\n${LINES}\n` }),
      change('elsewhere', { other: 'x' }),
    ]);
    const commits = await Promise.all(shas.map((sha) => repository.commit(sha)));
    return { repository, commits: commits.filter((commit) => commit !== undefined) };
  }

  it('takes one commit back and leaves later ones', async () => {
    const { repository, commits } = await history();
    const [, promotion, head] = commits;
    if (promotion === undefined || head === undefined) throw new Error('no history');
    const result = await revertOnto(repository, promotion, head);
    if ('failure' in result) throw new Error(result.failure);
    const files = await diffTrees(repository.folder, head.tree, result.tree);
    expect(files.map(({ newPath, patch }) => [newPath, patch.includes('\n-b\n+a\n')])).toEqual([
      ['ref', true],
    ]);
  });

  it('conflicts when the same lines changed again, and is empty when nothing is left', async () => {
    const { repository, commits } = await history();
    const [base, promotion] = commits;
    if (base === undefined || promotion === undefined) throw new Error('no history');
    const [next = ''] = await repository.importHistory([change('next', { ref: `c\n${LINES}\n` })]);
    const onto = await repository.commit(next);
    if (onto === undefined) throw new Error('no commit');
    expect(await revertOnto(repository, promotion, onto)).toEqual({ failure: 'conflict' });
    expect(await revertOnto(repository, promotion, base)).toEqual({ failure: 'empty' });
  });
});

describe('a rebase', () => {
  it('puts the commits on top, with their authors, and stops at a conflict', async () => {
    const repository = await emptyRepository();
    const [base = '', topic = '', main = '', clash = ''] = await repository.importHistory([
      change('base', { a: '1\n' }),
      change('topic', { b: '1\n' }, { branch: 'topic', parents: [0] }),
      change('main', { c: '1\n' }),
      change('clash', { c: '2\n' }, { branch: 'clash', parents: [0] }),
    ]);
    const bot = { name: 'bot', email: 'bot@example.com' };
    const rebased = await rebaseOnto(repository, { base, head: topic, onto: main }, bot, START + 1000);
    expect(await repository.commit(rebased ?? '')).toMatchObject({
      parents: [main],
      message: 'topic',
      author: ANA,
      committer: bot,
      committedAt: START + 1000,
    });
    expect(await rebaseOnto(repository, { base, head: clash, onto: main }, bot, START)).toBeUndefined();
    expect(await mergeCommits(repository, main, clash)).toBeUndefined();
    expect(await mergeCommits(repository, main, topic)).toMatch(/^[0-9a-f]{40}$/);
  });
});

describe('a branch', () => {
  it('moves only from where it was thought to be', async () => {
    const repository = await emptyRepository();
    const [one = '', two = ''] = await repository.importHistory([
      change('one', { a: '1' }),
      change('two', { a: '2' }),
    ]);
    expect(await repository.moveBranch('topic', undefined, one)).toBe(true);
    expect(await repository.moveBranch('topic', undefined, two)).toBe(false);
    expect(await repository.moveBranch('topic', one, two)).toBe(true);
    expect(await repository.branch('topic')).toBe(two);
    expect(await repository.moveBranch('topic', two, undefined)).toBe(true);
    expect(await repository.branch('topic')).toBeUndefined();
  });
});

it('says what git said when it fails', async () => {
  const repository = await emptyRepository();
  await expect(repository.blob('nothing')).rejects.toThrow(GitFailure);
  await expect(repository.blob('nothing')).rejects.toThrow(/^git cat-file ended with 128: .*nothing/);
});

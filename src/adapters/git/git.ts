import { join } from 'node:path';
import { PortFailure } from '../../ports/failure.ts';
import type { Git, GitCommit } from '../../ports/git.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { commitOf } from './commit-of.ts';
import { extractTree } from './extract.ts';
import { createGitRunner, type GitRunner } from './runner.ts';
import { insidePath, textOf, treeOf } from './tree.ts';

/** The diff as git made it: no program, colour, prefix or conversion that settings or attributes ask for. */
const DIFF = [
  'diff-tree',
  '-p',
  '-r',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  '--no-relative',
  '--src-prefix=a/',
  '--dst-prefix=b/',
] as const;
const FIELDS = '%H%x1f%an%x1f%ct%x1f%s';

/** The repository that a folder of this machine belongs to, to be read. Nothing in it is run, written or fetched. */
export function createGit(folder: string): Git {
  const here = createGitRunner(folder);
  let root: Promise<GitRunner> | undefined;
  /** git takes paths from where it runs; ours begin at the root. */
  const atRoot = (options?: ReadOptions): Promise<GitRunner> => {
    root ??= rootOf(here, options).catch((error: unknown) => {
      root = undefined;
      throw error;
    });
    return root;
  };
  return {
    folder,
    resolve: (ref, options) => commitOf(here, ref, options),
    async log({ ref = 'HEAD', path, limit }, options) {
      const git = await atRoot(options);
      const commit = await commitOf(git, ref, options);
      const most = `--max-count=${Math.max(1, Math.trunc(limit))}`;
      const said = await git.run(
        ['log', '-z', `--format=tformat:${FIELDS}`, '--no-color', most, commit, '--', ...pathspec(path)],
        options,
      );
      return said
        .split('\0')
        .filter((line) => line !== '')
        .map(commitLine);
    },
    async diff({ from, to, path }, options) {
      const git = await atRoot(options);
      const [old, now] = [await commitOf(git, from, options), await commitOf(git, to, options)];
      return git.run([...DIFF, old, now, '--', ...pathspec(path)], options);
    },
    async files({ commit, path }, options) {
      return (await treeOf(here, await commitOf(here, commit, options), path, options)).map(textOf);
    },
    async extract({ commit, path, to }, options) {
      await extractTree(await treeOf(here, await commitOf(here, commit, options), path, options), to);
    },
  };
}

async function rootOf(git: GitRunner, options?: ReadOptions): Promise<GitRunner> {
  const up = (await git.run(['rev-parse', '--show-cdup'], options)).trim();
  return up === '' ? git : createGitRunner(join(git.folder, up));
}

function pathspec(path: string | undefined): readonly string[] {
  const inside = path === undefined ? '' : insidePath(path);
  return inside === '' ? [] : [inside];
}

function commitLine(line: string): GitCommit {
  const [hash = '', author = '', seconds = '', ...subject] = line.split('\x1f');
  const committedAt = Number(seconds) * 1000;
  if (!/^[0-9a-f]{40,64}$/.test(hash) || !Number.isFinite(committedAt)) {
    throw new PortFailure(`git log said something else than commits: ${neutralise(line.slice(0, 60))}.`, {
      reason: 'unexpected',
      next: 'Run git log there yourself, and git fsck if it fails.',
    });
  }
  return { hash, author: neutralise(author), committedAt, subject: neutralise(subject.join(' ')) };
}

import type { Commit } from './commit.ts';
import { EMPTY_TREE } from './diff.ts';
import type { Signature } from './history.ts';
import type { Repository } from './repository.ts';
import { runGit } from './run.ts';

const NOBODY: Signature = { name: 'merge', email: 'merge@invalid' };

async function mergeTree(repository: Repository, ours: string, theirs: string): Promise<string | undefined> {
  const args = ['merge-tree', '--write-tree', '--no-messages', ours, theirs];
  const { exitCode, stdout } = await runGit(args, { folder: repository.folder, expect: [1] });
  return exitCode === 0 ? stdout.toString('utf8').trimEnd() : undefined;
}

/** The tree of `ours` and `theirs` merged over their own history; undefined when they conflict. */
export function mergeCommits(
  repository: Repository,
  ours: string,
  theirs: string,
): Promise<string | undefined> {
  return mergeTree(repository, ours, theirs);
}

/**
 * The tree of a three-way merge over any base; undefined when it conflicts.
 * Git finds the base in the history alone before 2.40, so the three trees get a small history of their own.
 */
async function mergeOver(
  repository: Repository,
  trees: { readonly base: string; readonly ours: string; readonly theirs: string },
): Promise<string | undefined> {
  const commit = (tree: string, parents: readonly string[], message: string) =>
    repository.commitTree({ tree, parents, message, author: NOBODY, committer: NOBODY, committedAt: 0 });
  const base = await commit(trees.base, [], 'base');
  const [ours, theirs] = await Promise.all([
    commit(trees.ours, [base], 'ours'),
    commit(trees.theirs, [base], 'theirs'),
  ]);
  return mergeTree(repository, ours, theirs);
}

async function treeOfParent(repository: Repository, commit: Commit): Promise<string> {
  const [parent] = commit.parents;
  if (parent === undefined) return EMPTY_TREE;
  return (await repository.commit(parent))?.tree ?? EMPTY_TREE;
}

export type Applied = { readonly tree: string } | { readonly failure: 'conflict' | 'empty' };

async function applied(tree: string | undefined, onto: Commit): Promise<Applied> {
  if (tree === undefined) return { failure: 'conflict' };
  return tree === onto.tree ? { failure: 'empty' } : { tree };
}

/** What `onto` looks like with a commit taken back; of a merge, what it brought to its first parent. */
export async function revertOnto(repository: Repository, commit: Commit, onto: Commit): Promise<Applied> {
  const theirs = await treeOfParent(repository, commit);
  return applied(await mergeOver(repository, { base: commit.tree, ours: onto.tree, theirs }), onto);
}

/** What `onto` looks like with a commit done once more. */
export async function pickOnto(repository: Repository, commit: Commit, onto: Commit): Promise<Applied> {
  const base = await treeOfParent(repository, commit);
  return applied(await mergeOver(repository, { base, ours: onto.tree, theirs: commit.tree }), onto);
}

/**
 * Puts the commits of `base..head` on top of `onto`, one by one, merges left out as git rebase does.
 * Resolves to the new head, or to undefined when one of them conflicts.
 */
export async function rebaseOnto(
  repository: Repository,
  range: { readonly base: string; readonly head: string; readonly onto: string },
  committer: Signature,
  time: number,
): Promise<string | undefined> {
  const commits = await repository.log({ range: `${range.base}..${range.head}` });
  let top = await repository.commit(range.onto);
  for (const commit of commits.reverse()) {
    if (top === undefined) return undefined;
    if (commit.parents.length > 1) continue;
    const result = await pickOnto(repository, commit, top);
    if ('failure' in result) {
      if (result.failure === 'empty') continue;
      return undefined;
    }
    const sha = await repository.commitTree({
      tree: result.tree,
      parents: [top.sha],
      message: commit.message,
      author: commit.author,
      authoredAt: commit.authoredAt,
      committer,
      committedAt: time,
    });
    top = await repository.commit(sha);
  }
  return top?.sha;
}

import { diffTrees, EMPTY_TREE } from '../git/diff.ts';
import type { Signature } from '../git/history.ts';
import { mergeCommits, rebaseOnto } from '../git/merge.ts';
import type { ForgeMergeRequest, ForgeProject } from './forge.ts';
import { ForgeRefusal } from './forge-refusal.ts';

/** The two projects of a merge request; the same one unless it comes from a fork. */
export interface Sides {
  readonly source: ForgeProject;
  readonly target: ForgeProject;
}

type Head = Pick<ForgeMergeRequest, 'sha' | 'baseSha' | 'commits' | 'changedFiles'>;

/** Brings the source branch into the target project and reads it; undefined when there is no such branch. */
export async function readHead(mergeRequest: ForgeMergeRequest, sides: Sides): Promise<Head | undefined> {
  const { iid, sourceBranch, targetBranch } = mergeRequest;
  const { repository } = sides.target;
  const sha = await sides.source.repository.branch(sourceBranch);
  if (sha === undefined) return undefined;
  const ref = `refs/merge-requests/${iid}/head`;
  await repository.fetchFrom(sides.source.repository, `refs/heads/${sourceBranch}`, ref);
  const onto = await repository.branch(targetBranch);
  const base = onto && (await repository.mergeBase(onto, sha));
  const [commits, files] = await Promise.all([
    repository.log({ range: base === undefined ? sha : `${base}..${sha}` }),
    diffTrees(repository.folder, base ?? EMPTY_TREE, sha),
  ]);
  return {
    sha,
    baseSha: base ?? sha,
    commits: commits.map((commit) => commit.sha),
    changedFiles: files.length,
  };
}

type Mergeability = Pick<ForgeMergeRequest, 'mergeStatus' | 'hasConflicts' | 'behind'>;

/** Tries the merge without doing it. */
export async function checkMerge(
  { sha, targetBranch }: ForgeMergeRequest,
  { repository }: ForgeProject,
): Promise<Mergeability> {
  const head = await repository.branch(targetBranch);
  const [tree, behind] =
    head === undefined
      ? [undefined, 0]
      : await Promise.all([mergeCommits(repository, head, sha), repository.count(`${sha}..${head}`)]);
  const hasConflicts = tree === undefined;
  return { hasConflicts, behind, mergeStatus: hasConflicts ? 'cannot_be_merged' : 'can_be_merged' };
}

/** The source branch's new head on top of the target, in the source's repository; undefined at a conflict. */
export async function rebaseHead(
  { iid, sha, targetBranch }: ForgeMergeRequest,
  { source, target }: Sides,
  committer: Signature,
  time: number,
): Promise<string | undefined> {
  const onto = await target.repository.branch(targetBranch);
  if (onto === undefined) return undefined;
  if (source !== target) {
    const ref = `refs/keep-around/upstream-${iid}`;
    await source.repository.fetchFrom(target.repository, `refs/heads/${targetBranch}`, ref);
  }
  return rebaseOnto(source.repository, { base: onto, head: sha, onto }, committer, time);
}

export interface MergeWish {
  readonly squash?: boolean;
  readonly message?: string;
  readonly squashMessage?: string;
}

export interface Merged {
  /** The target branch before and after. */
  readonly before: string;
  readonly after: string;
  readonly mergeCommitSha: string | undefined;
  readonly squashCommitSha: string | undefined;
}

function mergeMessage(mergeRequest: ForgeMergeRequest, { path }: ForgeProject): string {
  const { sourceBranch, targetBranch, title, iid } = mergeRequest;
  return `Merge branch '${sourceBranch}' into '${targetBranch}'\n\n${title}\n\nSee merge request ${path}!${iid}`;
}

/** Makes the commits of a merge; the target branch is not moved yet. Throws ForgeRefusal when it cannot be merged. */
export async function makeMerge(
  mergeRequest: ForgeMergeRequest,
  target: ForgeProject,
  committer: Signature,
  time: number,
  wish: MergeWish,
): Promise<Merged> {
  const { repository } = target;
  const before = await repository.branch(mergeRequest.targetBranch);
  const head = await repository.commit(mergeRequest.sha);
  const tree = before && (await mergeCommits(repository, before, mergeRequest.sha));
  if (before === undefined || head === undefined || tree === undefined)
    throw new ForgeRefusal(422, 'Branch cannot be merged');
  const by = { author: committer, committer, committedAt: time };
  let top = mergeRequest.sha;
  let squashCommitSha: string | undefined;
  if ((wish.squash ?? mergeRequest.squash) && mergeRequest.commits.length > 1) {
    const message = wish.squashMessage ?? mergeRequest.title;
    const parents = [mergeRequest.baseSha];
    squashCommitSha = await repository.commitTree({
      ...by,
      tree: head.tree,
      parents,
      message,
      author: head.author,
    });
    top = squashCommitSha;
  }
  if (target.mergeMethod === 'ff') return { before, after: top, mergeCommitSha: undefined, squashCommitSha };
  const message = wish.message ?? mergeMessage(mergeRequest, target);
  const mergeCommitSha = await repository.commitTree({ ...by, tree, parents: [before, top], message });
  return { before, after: mergeCommitSha, mergeCommitSha, squashCommitSha };
}

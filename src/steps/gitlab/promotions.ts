import { PortFailure } from '../../ports/failure.ts';
import type { GitLabCommit, GitLabFileDiff, ProjectRef } from '../../ports/gitlab.ts';
import { StepFailure } from '../step-kind.ts';
import type { GitLabPlace } from './place.ts';
import { saasTarget } from './saas-file.ts';

/** A commit that gave a target another ref. */
export interface Promotion {
  readonly commit: GitLabCommit;
  readonly ref: string;
  /** Undefined for the commit that brought the target. */
  readonly previousRef: string | undefined;
}

export interface PromotionSearch {
  readonly project: ProjectRef;
  readonly file: string;
  readonly target: string;
  /** The branch whose history is walked. */
  readonly branch: string;
  /** How many promotions are wanted at most. */
  readonly wanted: number;
  /** How many commits of the file are looked at, at most. */
  readonly limit: number;
}

/** Commits whose differences are read at once. */
const AT_ONCE = 6;

/**
 * The promotions of one target, newest first, found by what each commit changed and not by its title. A commit is
 * compared with its own parent, so that one made on a branch that was behind is not taken for something it is not.
 */
export async function promotionsOf(
  place: GitLabPlace,
  search: PromotionSearch,
): Promise<readonly Promotion[]> {
  const { project, file, branch, limit } = search;
  const commits = await place.gitlab.commits({ project, ref: branch, path: file, limit }, place.options);
  const found: Promotion[] = [];
  for (let at = 0; at < commits.length && found.length < search.wanted; at += AT_ONCE) {
    const batch = commits.slice(at, at + AT_ONCE);
    const promotions = await Promise.all(batch.map((commit) => promotionIn(place, search, commit)));
    found.push(...promotions.filter((promotion) => promotion !== undefined));
  }
  return found.slice(0, search.wanted);
}

async function promotionIn(
  place: GitLabPlace,
  search: PromotionSearch,
  commit: GitLabCommit,
): Promise<Promotion | undefined> {
  const diffs = await place.gitlab.commitDiff(search.project, commit.id, place.options);
  if (!mayChangeRef(diffs, search.file)) return undefined;
  const [parent] = commit.parents;
  const [ref, previousRef] = await Promise.all([
    refAt(place, search, commit.id),
    parent === undefined ? undefined : refAt(place, search, parent),
  ]);
  return ref === undefined || ref === previousRef ? undefined : { commit, ref, previousRef };
}

/** Saves reading the file twice where a commit clearly changed something else. */
function mayChangeRef(diffs: readonly GitLabFileDiff[], file: string): boolean {
  const ours = diffs.filter(({ newPath, oldPath }) => newPath === file || oldPath === file);
  if (ours.length === 0) return true;
  return ours.some(
    ({ diff, incomplete }) =>
      incomplete || /^[+-]\s*(?:-\s*)?["']?(?:ref["']?\s*:|namespace|\$ref)/m.test(diff),
  );
}

/** The target's ref in a version of the file; undefined where the version has no such target, or cannot be read as one. */
async function refAt(
  { gitlab, options }: GitLabPlace,
  { project, file, target }: PromotionSearch,
  sha: string,
): Promise<string | undefined> {
  try {
    return saasTarget(await gitlab.file(project, file, sha, options), file, target).ref;
  } catch (error) {
    if (error instanceof StepFailure) return undefined;
    if (error instanceof PortFailure && error.reason === 'not-found') return undefined;
    throw error;
  }
}

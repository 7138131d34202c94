import { z } from 'zod';
import { PortFailure } from '../../ports/failure.ts';
import type { MergeRequest } from '../../ports/gitlab.ts';
import { StepFailure } from '../step-kind.ts';
import { type GitLabPlace, shortSha } from './place.ts';
import { saasTarget } from './saas-file.ts';

const home = z.object({ id: z.number(), path: z.string() });

/** All that running, observing and probing a revert needs. */
export const revertData = z.object({
  project: home,
  /** Where the branch is: the project itself, or a fork of it. */
  source: home,
  file: z.string(),
  target: z.string(),
  branch: z.string(),
  defaultBranch: z.string(),
  /** The ref that goes, and the one that comes back. */
  from: z.string(),
  to: z.string(),
  /** The commit to revert; null: the file's ref is set by a commit of its own. */
  commit: z.string().nullable(),
  base: z.string(),
  lastCommitId: z.string(),
  /** The file with the ref set, and nothing else changed. */
  content: z.string(),
  title: z.string(),
  description: z.string(),
  /** What was there already when this was planned. */
  there: z.object({ branch: z.boolean(), commit: z.boolean() }),
});
export type Reverting = z.infer<typeof revertData>;

export type RevertPlace = Pick<
  Reverting,
  'project' | 'source' | 'branch' | 'defaultBranch' | 'file' | 'target' | 'to'
>;

/** How far a revert has come, as GitLab shows it. */
export interface RevertState {
  readonly head: string | undefined;
  /** The target's ref on the branch; undefined without the branch. */
  readonly ref: string | undefined;
  /** The open one, else the merged one, else none. */
  readonly mergeRequest: MergeRequest | undefined;
  /** Merge requests from this branch that somebody closed. */
  readonly closed: readonly MergeRequest[];
}

export async function readState({ gitlab, options }: GitLabPlace, of: RevertPlace): Promise<RevertState> {
  const [head, all] = await Promise.all([
    gitlab.branchHead(of.source.id, of.branch, options),
    gitlab.findMergeRequests(
      { project: of.project.id, sourceBranch: of.branch, state: 'all', limit: 20 },
      options,
    ),
  ]);
  const ours = all.filter(
    ({ sourceProjectId, targetBranch }) =>
      sourceProjectId === of.source.id && targetBranch === of.defaultBranch,
  );
  const open = ours.find(({ state }) => state === 'opened' || state === 'locked');
  const ref =
    head === undefined
      ? undefined
      : saasTarget(await gitlab.file(of.source.id, of.file, head, options), of.file, of.target).ref;
  return {
    head,
    ref,
    mergeRequest: open ?? ours.find(({ state }) => state === 'merged'),
    closed: ours.filter(({ state }) => state === 'closed'),
  };
}

/** What the target is pinned to on the default branch. */
export async function pinned(
  { gitlab, options }: GitLabPlace,
  of: RevertPlace,
): Promise<{ readonly text: string; readonly ref: string }> {
  const text = await gitlab.file(of.project.id, of.file, of.defaultBranch, options);
  return { text, ref: saasTarget(text, of.file, of.target).ref };
}

/** A branch of this name that holds something else is never written to. */
export async function refuseForeign(
  { gitlab, options }: GitLabPlace,
  of: RevertPlace,
  state: RevertState,
  current: string,
): Promise<void> {
  if (state.head === undefined || state.ref === of.to) return;
  const history = await gitlab.commits(
    { project: of.project.id, ref: of.defaultBranch, limit: 100 },
    options,
  );
  if (state.ref === current && history.some(({ id }) => id === state.head)) return;
  throw new StepFailure(
    `The branch ${of.branch} is there already in ${of.source.path}, with something else on it (${shortSha(state.head)}).`,
    { next: 'Look at what it is; delete it, or give the step another branch.' },
  );
}

/** Whether a project has a commit; a fork may be behind. */
export async function holdsCommit(
  { gitlab, options }: GitLabPlace,
  project: number,
  sha: string,
): Promise<boolean> {
  try {
    await gitlab.commit(project, sha, options);
    return true;
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'not-found') return false;
    throw error;
  }
}

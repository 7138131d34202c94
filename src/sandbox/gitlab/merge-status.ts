import type { ForgeMergeRequest, ForgeProject } from './forge.ts';

const DRAFT = /^\s*(\[draft\]|\(draft\)|draft:)/i;
const UNDER_WAY = ['created', 'waiting_for_resource', 'preparing', 'pending', 'running', 'scheduled'];
const PASSED = ['success', 'skipped'];

/** A draft says so in its title. */
export function isDraft({ title }: Pick<ForgeMergeRequest, 'title'>): boolean {
  return DRAFT.test(title);
}

function pipelineObstacle({ pipelines, sha }: ForgeMergeRequest): string | undefined {
  const pipeline = pipelines.find((item) => item.sha === sha);
  if (pipeline === undefined) return 'ci_must_pass';
  if (UNDER_WAY.includes(pipeline.status)) return 'ci_still_running';
  return PASSED.includes(pipeline.status) ? undefined : 'ci_must_pass';
}

/** GitLab's word for the first thing that stands in the way of merging; `mergeable` when nothing does. */
export function detailedMergeStatus(
  mergeRequest: ForgeMergeRequest,
  { mergeMethod, pipelineMustSucceed }: Pick<ForgeProject, 'mergeMethod' | 'pipelineMustSucceed'>,
): string {
  const { state, preparedAt, mergeStatus, commits, hasConflicts, behind } = mergeRequest;
  if (state !== 'opened') return 'not_open';
  if (preparedAt === undefined) return 'preparing';
  if (mergeStatus === 'unchecked' || mergeStatus === 'checking') return mergeStatus;
  if (isDraft(mergeRequest)) return 'draft_status';
  if (commits.length === 0) return 'commits_status';
  const obstacle = pipelineMustSucceed ? pipelineObstacle(mergeRequest) : undefined;
  if (obstacle !== undefined) return obstacle;
  if (hasConflicts) return 'conflict';
  if (mergeMethod !== 'merge' && behind > 0) return 'need_rebase';
  return 'mergeable';
}

import type { Hono } from 'hono';
import {
  canMerge,
  canPush,
  type GitLabEnv,
  mergeRequestOf,
  signedIn,
  visibleProject,
} from '../http/access.ts';
import { ApiProblem, forbidden, methodNotAllowed, unauthorized } from '../http/problem.ts';
import { fullMergeRequestJson } from '../present/merge-request.ts';

/** What GitLab does not even try; conflicts and missing rebases it finds when it does. */
const NOT_ALLOWED = ['not_open', 'draft_status', 'ci_must_pass', 'ci_still_running', 'commits_status'];

/** Rebasing and merging through the API. */
export function mergingRoutes(app: Hono<GitLabEnv>): void {
  app.put('/projects/:id/merge_requests/:iid/rebase', (c) => {
    const username = signedIn(c);
    const { mergeRequest } = mergeRequestOf(c);
    const source = visibleProject(c, String(mergeRequest.sourceProjectId));
    if (!canPush(c, source, mergeRequest.sourceBranch)) throw forbidden('Cannot push to source branch');
    if (mergeRequest.state !== 'opened') throw forbidden('Source branch does not exist');
    if (mergeRequest.rebaseInProgress)
      throw new ApiProblem(409, {
        message:
          'Failed to enqueue the rebase operation, possibly due to a long-lived transaction. Try again later.',
      });
    // Goes on by itself: whether it worked stands in the merge request.
    void c.get('forge').mergeRequests.rebase(mergeRequest, username);
    return c.json({ rebase_in_progress: true }, 202);
  });

  app.put('/projects/:id/merge_requests/:iid/merge', async (c) => {
    const username = signedIn(c);
    const { project, mergeRequest } = mergeRequestOf(c);
    if (!canMerge(c, project, mergeRequest.targetBranch)) throw unauthorized();
    const { mergeRequests } = c.get('forge');
    const status = mergeRequests.detailedMergeStatus(mergeRequest);
    if (NOT_ALLOWED.includes(status)) throw methodNotAllowed();
    const params = c.get('params');
    const [sha, squash] = [params.text('sha'), params.flag('squash')];
    if (sha !== undefined && sha !== mergeRequest.sha)
      throw new ApiProblem(409, {
        message: `SHA does not match HEAD of source branch: ${mergeRequest.sha}`,
      });
    if (status === 'conflict' || status === 'need_rebase')
      throw new ApiProblem(422, { message: 'Branch cannot be merged' });
    const [message, squashMessage] = [
      params.text('merge_commit_message'),
      params.text('squash_commit_message'),
    ];
    const removeSourceBranch = params.flag('should_remove_source_branch');
    if (removeSourceBranch !== undefined)
      mergeRequests.update(mergeRequest, username, { removeSourceBranch });
    const merged = await mergeRequests.merge(mergeRequest, username, {
      ...(squash === undefined ? {} : { squash }),
      ...(message === undefined ? {} : { message }),
      ...(squashMessage === undefined ? {} : { squashMessage }),
    });
    return c.json(fullMergeRequestJson(c, project, merged));
  });
}

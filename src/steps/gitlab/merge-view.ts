import { PortFailure } from '../../ports/failure.ts';
import type { MergeRequest, ProjectRef } from '../../ports/gitlab.ts';
import type { MergeView } from './merge-verdict.ts';
import type { GitLabPlace } from './place.ts';

/** All that tells what a merge request waits for. */
export async function readMergeView(
  place: GitLabPlace,
  project: ProjectRef,
  iid: number,
  firstSha: string | undefined,
): Promise<MergeView> {
  const { gitlab, options } = place;
  // The state comes first: a merged one needs no more.
  const mergeRequest = await gitlab.mergeRequest(project, iid, options);
  if (mergeRequest.state === 'merged')
    return { mergeRequest, notes: [], pipelines: [], headCommittedAt: undefined, firstSha };
  const [notes, pipelines] = await Promise.all([
    gitlab.notes(project, iid, options),
    gitlab.pipelines(project, iid, options),
  ]);
  const isApproved = notes.some(({ body }) => /^\/lgtm\s*$/m.test(body));
  const headCommittedAt = isApproved ? await madeAt(place, mergeRequest) : undefined;
  return { mergeRequest, notes, pipelines, headCommittedAt, firstSha };
}

async function madeAt(
  { gitlab, options }: GitLabPlace,
  { sourceProjectId, sha }: MergeRequest,
): Promise<string | undefined> {
  if (sha === undefined) return undefined;
  try {
    return (await gitlab.commit(sourceProjectId, sha, options)).committedAt;
  } catch (error) {
    // A rebase may have put another commit there since.
    if (error instanceof PortFailure && error.reason === 'not-found') return undefined;
    throw error;
  }
}

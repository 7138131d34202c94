import type { ForgeLabelEvent, ForgeMergeRequest, ForgeNote, ForgePipeline, ForgeProject } from '../forge.ts';
import { canMerge, type GitLabContext } from '../http/access.ts';
import { isDraft } from '../merge-status.ts';
import { baseOf, isoTime, userJson } from './project.ts';

function addressOf(c: GitLabContext, project: ForgeProject, { iid }: ForgeMergeRequest): string {
  return `${baseOf(c)}/${project.path}/-/merge_requests/${iid}`;
}

/** As lists have it. */
export function mergeRequestJson(c: GitLabContext, project: ForgeProject, item: ForgeMergeRequest) {
  const draft = isDraft(item);
  const mergedBy = userJson(c, item.mergedBy);
  return {
    id: item.id,
    iid: item.iid,
    project_id: item.projectId,
    title: item.title,
    description: item.description,
    state: item.state,
    created_at: isoTime(item.createdAt),
    updated_at: isoTime(item.updatedAt),
    merged_by: mergedBy,
    merge_user: mergedBy,
    merged_at: isoTime(item.mergedAt),
    closed_by: userJson(c, item.closedBy),
    closed_at: isoTime(item.closedAt),
    target_branch: item.targetBranch,
    source_branch: item.sourceBranch,
    user_notes_count: item.notes.filter(({ system }) => !system).length,
    upvotes: 0,
    downvotes: 0,
    author: userJson(c, item.author),
    assignees: [],
    assignee: null,
    reviewers: [],
    source_project_id: item.sourceProjectId,
    target_project_id: item.projectId,
    labels: item.labels,
    draft,
    work_in_progress: draft,
    milestone: null,
    merge_when_pipeline_succeeds: false,
    merge_status: item.mergeStatus,
    detailed_merge_status: c.get('forge').mergeRequests.detailedMergeStatus(item),
    merge_after: null,
    sha: item.sha,
    merge_commit_sha: item.mergeCommitSha ?? null,
    squash_commit_sha: item.squashCommitSha ?? null,
    discussion_locked: null,
    should_remove_source_branch: null,
    force_remove_source_branch: item.removeSourceBranch,
    prepared_at: isoTime(item.preparedAt),
    reference: `!${item.iid}`,
    references: {
      short: `!${item.iid}`,
      relative: `!${item.iid}`,
      full: `${project.path}!${item.iid}`,
    },
    web_url: addressOf(c, project, item),
    time_stats: {
      time_estimate: 0,
      total_time_spent: 0,
      human_time_estimate: null,
      human_total_time_spent: null,
    },
    squash: item.squash,
    squash_on_merge: item.squash,
    task_completion_status: { count: 0, completed_count: 0 },
    has_conflicts: item.hasConflicts,
    blocking_discussions_resolved: true,
    approvals_before_merge: null,
  };
}

/** As one merge request alone has it. */
export function fullMergeRequestJson(c: GitLabContext, project: ForgeProject, item: ForgeMergeRequest) {
  const [pipeline] = item.pipelines;
  const head = pipeline === undefined ? null : pipelineJson(c, project, item, pipeline);
  return {
    ...mergeRequestJson(c, project, item),
    subscribed: item.author === c.get('username'),
    changes_count: item.changedFiles ? String(item.changedFiles) : null,
    latest_build_started_at: null,
    latest_build_finished_at: null,
    first_deployed_to_production_at: null,
    pipeline: head,
    head_pipeline: head,
    diff_refs: { base_sha: item.baseSha, head_sha: item.sha, start_sha: item.baseSha },
    merge_error: item.mergeError ?? null,
    first_contribution: false,
    user: { can_merge: canMerge(c, project, item.targetBranch) },
  };
}

export function noteJson(c: GitLabContext, item: ForgeMergeRequest, note: ForgeNote) {
  const time = isoTime(note.createdAt);
  return {
    id: note.id,
    type: null,
    body: note.body,
    author: userJson(c, note.author),
    created_at: time,
    updated_at: time,
    system: note.system,
    noteable_id: item.id,
    noteable_type: 'MergeRequest',
    project_id: item.projectId,
    resolvable: false,
    confidential: false,
    internal: false,
    imported: false,
    imported_from: 'none',
    noteable_iid: item.iid,
    commands_changes: {},
  };
}

export function labelEventJson(c: GitLabContext, item: ForgeMergeRequest, event: ForgeLabelEvent) {
  return {
    id: event.id,
    user: userJson(c, event.user),
    created_at: isoTime(event.createdAt),
    resource_type: 'MergeRequest',
    resource_id: item.id,
    label: {
      id: [...event.label].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 99_991, 17),
      name: event.label,
      color: '#6699cc',
      text_color: '#FFFFFF',
      description: null,
      description_html: '',
      archived: false,
    },
    action: event.action,
  };
}

export function pipelineJson(
  c: GitLabContext,
  project: ForgeProject,
  { iid }: ForgeMergeRequest,
  pipeline: ForgePipeline,
) {
  return {
    id: pipeline.id,
    iid: pipeline.iid,
    project_id: project.id,
    sha: pipeline.sha,
    ref: `refs/merge-requests/${iid}/head`,
    status: pipeline.status,
    source: 'merge_request_event',
    created_at: isoTime(pipeline.createdAt),
    updated_at: isoTime(pipeline.updatedAt),
    web_url: `${baseOf(c)}/${project.path}/-/pipelines/${pipeline.id}`,
  };
}

import { z } from 'zod';
import type {
  GitLabCommit,
  GitLabFileDiff,
  GitLabProject,
  GitLabUser,
  LabelEvent,
  MergeRequest,
  Note,
  Pipeline,
} from '../../ports/gitlab.ts';

const text = z.string();
const maybe = text.nullish();
const id = z.int();
/** A user who has been deleted is null. */
const person = z
  .object({ username: text })
  .nullish()
  .transform((user) => user?.username ?? 'a deleted user');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);

export const user = z
  .object({ username: text, name: maybe })
  .transform(({ username, name }): GitLabUser => ({ username, name: name ?? username }));

export const tokenScopes = z.object({ scopes: z.array(text) }).transform(({ scopes }) => scopes);

const access = z.object({ access_level: z.int() }).nullish();

export const project = z
  .object({
    id,
    path_with_namespace: text,
    web_url: text,
    default_branch: maybe,
    archived: flag,
    permissions: z.object({ project_access: access, group_access: access }).nullish(),
    forked_from_project: z.object({ id }).nullish(),
  })
  .transform((wire): GitLabProject => {
    const levels = [wire.permissions?.project_access, wire.permissions?.group_access].flatMap((each) =>
      each ? [each.access_level] : [],
    );
    return {
      id: wire.id,
      path: wire.path_with_namespace,
      webUrl: wire.web_url,
      defaultBranch: wire.default_branch ?? '',
      archived: wire.archived,
      accessLevel: wire.permissions ? Math.max(0, ...levels) : undefined,
      forkedFrom: wire.forked_from_project?.id,
    };
  });

export const commit = z
  .object({
    id: text,
    parent_ids: z.array(text).nullish(),
    title: text,
    message: maybe,
    author_name: text,
    committed_date: maybe,
    created_at: maybe,
    web_url: maybe,
  })
  .transform(
    (wire): GitLabCommit => ({
      id: wire.id,
      parents: wire.parent_ids ?? [],
      title: wire.title,
      message: wire.message ?? wire.title,
      author: wire.author_name,
      committedAt: wire.committed_date ?? wire.created_at ?? '',
      webUrl: wire.web_url ?? '',
    }),
  );

export const fileDiff = z
  .object({
    old_path: text,
    new_path: text,
    a_mode: maybe,
    b_mode: maybe,
    new_file: flag,
    renamed_file: flag,
    deleted_file: flag,
    diff: maybe,
    too_large: flag,
    collapsed: flag,
  })
  .transform((wire): GitLabFileDiff => {
    const status = wire.new_file
      ? 'added'
      : wire.deleted_file
        ? 'deleted'
        : wire.renamed_file
          ? 'renamed'
          : 'modified';
    const diff = wire.diff ?? '';
    // older servers leave a diff out without a word; only a change of mode has none
    const missing = diff === '' && status === 'modified' && wire.a_mode === wire.b_mode;
    return {
      oldPath: wire.old_path,
      newPath: wire.new_path,
      status,
      diff,
      incomplete: wire.too_large || wire.collapsed || missing,
    };
  });

export const mergeRequest = z
  .object({
    iid: id,
    project_id: id,
    source_project_id: id.nullish(),
    title: text,
    description: maybe,
    state: text,
    source_branch: text,
    target_branch: text,
    author: person,
    web_url: text,
    sha: maybe,
    merge_commit_sha: maybe,
    squash_commit_sha: maybe,
    merged_at: maybe,
    labels: z.array(text).nullish(),
    draft: flag,
    work_in_progress: flag,
    has_conflicts: flag,
    rebase_in_progress: flag,
    detailed_merge_status: maybe,
    merge_status: maybe,
  })
  .transform(
    (wire): MergeRequest => ({
      iid: wire.iid,
      projectId: wire.project_id,
      // null: the fork is gone, or is not for us to see
      sourceProjectId: wire.source_project_id ?? 0,
      title: wire.title,
      description: wire.description ?? '',
      state: wire.state,
      sourceBranch: wire.source_branch,
      targetBranch: wire.target_branch,
      author: wire.author,
      webUrl: wire.web_url,
      sha: wire.sha ?? undefined,
      mergeCommitSha: wire.merge_commit_sha ?? undefined,
      squashCommitSha: wire.squash_commit_sha ?? undefined,
      mergedAt: wire.merged_at ?? undefined,
      labels: wire.labels ?? [],
      draft: wire.draft || wire.work_in_progress,
      hasConflicts: wire.has_conflicts,
      rebaseInProgress: wire.rebase_in_progress,
      detailedMergeStatus: wire.detailed_merge_status ?? detailed(wire.merge_status),
    }),
  );

/** Servers before 15.6 know the coarse word alone. */
function detailed(status: string | null | undefined): string {
  switch (status) {
    case 'can_be_merged':
      return 'mergeable';
    case 'cannot_be_merged':
      return 'conflict';
    case 'cannot_be_merged_recheck':
      return 'checking';
    default:
      return status ?? 'unchecked';
  }
}

export const note = z.object({ id, author: person, body: maybe, created_at: text, system: flag }).transform(
  (wire): Note => ({
    id: wire.id,
    author: wire.author,
    body: wire.body ?? '',
    createdAt: wire.created_at,
    system: wire.system,
  }),
);

export const labelEvent = z
  .object({
    action: z.enum(['add', 'remove']),
    // null when the label itself was deleted
    label: z.object({ name: text }).nullish(),
    user: person,
    created_at: text,
  })
  .transform(
    (wire): LabelEvent => ({
      action: wire.action,
      label: wire.label?.name ?? '',
      user: wire.user,
      createdAt: wire.created_at,
    }),
  );

export const pipeline = z
  .object({ id, sha: text, status: text, web_url: maybe })
  .transform(
    (wire): Pipeline => ({ id: wire.id, sha: wire.sha, status: wire.status, webUrl: wire.web_url ?? '' }),
  );

export const branch = z.object({ commit: z.object({ id: text }) }).transform((wire) => wire.commit.id);

export const comparison = z.object({
  commits: z.array(commit),
  diffs: z.array(fileDiff),
  compare_timeout: flag,
  compare_same_ref: flag,
  web_url: maybe,
});

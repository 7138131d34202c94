import type {
  ForgeLabelEvent,
  ForgeMergeRequest,
  ForgeNote,
  ForgePipeline,
  NewMergeRequest,
  PastMergeRequest,
} from './forge.ts';

/** A merge request as its store may change it. */
export interface Held extends ForgeMergeRequest {
  readonly notes: ForgeNote[];
  readonly labelEvents: ForgeLabelEvent[];
  readonly pipelines: ForgePipeline[];
  readonly approvedBy: string[];
}

/** What no merge request has at first. */
function blank() {
  return {
    rebaseInProgress: false,
    hasConflicts: false,
    behind: 0,
    changedFiles: undefined,
    mergeError: undefined,
    mergeCommitSha: undefined,
    squashCommitSha: undefined,
    mergedBy: undefined,
    mergedAt: undefined,
    closedBy: undefined,
    closedAt: undefined,
    notes: [],
    labelEvents: [],
    pipelines: [],
    approvedBy: [],
  };
}

export function newRecord(
  input: NewMergeRequest,
  facts: { readonly id: number; readonly iid: number; readonly sha: string; readonly now: number },
): Held {
  const { id, iid, sha, now } = facts;
  const { projectId, sourceBranch, targetBranch, title, author } = input;
  return {
    ...blank(),
    id,
    iid,
    projectId,
    sourceProjectId: input.sourceProjectId ?? projectId,
    sourceBranch,
    targetBranch,
    author,
    title,
    description: input.description ?? '',
    state: 'opened',
    createdAt: now,
    updatedAt: now,
    preparedAt: undefined,
    sha,
    baseSha: sha,
    commits: [],
    mergeStatus: 'unchecked',
    squash: input.squash ?? false,
    removeSourceBranch: input.removeSourceBranch ?? false,
    labels: [],
  };
}

export function pastRecord(input: PastMergeRequest, nextId: () => number): Held {
  const { projectId, sourceBranch, targetBranch, title, author, createdAt, endedAt, endedBy, sha } = input;
  const labels = input.labels ?? [];
  const end = { updatedAt: endedAt, preparedAt: createdAt };
  const merged = input.state === 'merged';
  return {
    ...blank(),
    ...end,
    id: nextId(),
    iid: input.iid,
    projectId,
    sourceProjectId: input.sourceProjectId ?? projectId,
    sourceBranch,
    targetBranch,
    author,
    title,
    description: input.description ?? '',
    state: input.state,
    createdAt,
    sha,
    baseSha: sha,
    commits: input.commits ?? [sha],
    mergeStatus: 'can_be_merged',
    squash: input.squashCommitSha !== undefined,
    removeSourceBranch: true,
    mergeCommitSha: input.mergeCommitSha,
    squashCommitSha: input.squashCommitSha,
    ...(merged ? { mergedAt: endedAt, mergedBy: endedBy } : { closedAt: endedAt, closedBy: endedBy }),
    labels,
    labelEvents: labels.map((label) => ({
      id: nextId(),
      action: 'add',
      label,
      user: endedBy,
      createdAt: endedAt,
    })),
    notes: (input.notes ?? []).map((note) => ({ system: false, ...note, id: nextId() })),
    // Pipelines of the past are gone, as an instance's retention has it.
    pipelines: [],
  };
}

import type { Signature } from '../git/history.ts';
import type { Repository } from '../git/repository.ts';

/** GitLab's numbers: 10 guest, 20 reporter, 30 developer, 40 maintainer, 50 owner. */
export type AccessLevel = 10 | 20 | 30 | 40 | 50;

export interface ForgeUser {
  readonly id: number;
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly bot: boolean;
}

export interface NewUser {
  readonly username: string;
  readonly name?: string;
  /** `USERNAME@example.com` unless told. */
  readonly email?: string;
  readonly bot?: boolean;
}

export interface ForgeToken {
  /** What a client sends. */
  readonly token: string;
  readonly username: string;
  /** `api`, `read_api`, `read_user`, `read_repository`, `write_repository`. */
  readonly scopes: readonly string[];
  /** A revoked token answers 401 and says so. */
  readonly revoked?: boolean;
}

export interface ProtectedBranch {
  readonly name: string;
  /** Least access level that may push. */
  readonly push: AccessLevel;
  readonly merge: AccessLevel;
}

export type MergeMethod = 'merge' | 'rebase_merge' | 'ff';

export interface NewProject {
  /** `service/app-interface`. */
  readonly path: string;
  /** Given by the forge unless told. */
  readonly id?: number;
  /** `master` unless told; a protected branch for maintainers unless `protectedBranches` says otherwise. */
  readonly defaultBranch?: string;
  readonly description?: string;
  /** `private` unless told: without a membership it answers 404. */
  readonly visibility?: 'private' | 'internal' | 'public';
  readonly archived?: boolean;
  /** Access level by username. */
  readonly members: Readonly<Record<string, AccessLevel>>;
  readonly protectedBranches?: readonly ProtectedBranch[];
  /** `merge` unless told; the others need a rebase once the target branch went on. */
  readonly mergeMethod?: MergeMethod;
  readonly pipelineMustSucceed?: boolean;
}

export interface ForgeProject extends Required<Omit<NewProject, 'members'>> {
  readonly createdAt: number;
  readonly members: Map<string, AccessLevel>;
  /** A bare repository on disk; writes that clients make go through the forge, so that events are told. */
  readonly repository: Repository;
  /** Id of the project that it was forked from. */
  readonly forkedFrom: number | undefined;
}

export interface ForgeNote {
  readonly id: number;
  /** Username. */
  readonly author: string;
  readonly body: string;
  readonly createdAt: number;
  readonly system: boolean;
}

export interface ForgeLabelEvent {
  readonly id: number;
  readonly action: 'add' | 'remove';
  readonly label: string;
  readonly user: string;
  readonly createdAt: number;
}

export interface ForgePipeline {
  readonly id: number;
  readonly iid: number;
  readonly sha: string;
  /** created, pending, running, success, failed, canceled, skipped, manual … */
  status: string;
  readonly createdAt: number;
  updatedAt: number;
}

export type MergeStatus = 'unchecked' | 'checking' | 'can_be_merged' | 'cannot_be_merged';

/** A merge request as the forge holds it; times in milliseconds since the epoch. Changed only through the store. */
export interface ForgeMergeRequest {
  readonly id: number;
  readonly iid: number;
  /** The target project. */
  readonly projectId: number;
  readonly sourceProjectId: number;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly author: string;
  readonly createdAt: number;
  title: string;
  description: string;
  state: 'opened' | 'closed' | 'locked' | 'merged';
  updatedAt: number;
  /** When the first check ended; until then `preparing`. */
  preparedAt: number | undefined;
  /** Head of the source branch; stays what it was once merged or closed. */
  sha: string;
  /** Where the source left the target. */
  baseSha: string;
  /** The source's own commits, newest first. */
  commits: readonly string[];
  /** Undefined where it was never counted: merge requests of the past. */
  changedFiles: number | undefined;
  mergeStatus: MergeStatus;
  hasConflicts: boolean;
  /** Commits of the target that the source lacked at the last check. */
  behind: number;
  rebaseInProgress: boolean;
  mergeError: string | undefined;
  squash: boolean;
  removeSourceBranch: boolean;
  mergeCommitSha: string | undefined;
  squashCommitSha: string | undefined;
  mergedBy: string | undefined;
  mergedAt: number | undefined;
  closedBy: string | undefined;
  closedAt: number | undefined;
  labels: readonly string[];
  readonly notes: readonly ForgeNote[];
  readonly labelEvents: readonly ForgeLabelEvent[];
  /** Newest first. */
  readonly pipelines: readonly ForgePipeline[];
  /** Who pressed GitLab's own Approve, which app-interface does not use. */
  readonly approvedBy: readonly string[];
}

export interface NewMergeRequest {
  readonly projectId: number;
  readonly sourceProjectId?: number;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly title: string;
  readonly description?: string;
  readonly author: string;
  readonly labels?: readonly string[];
  readonly squash?: boolean;
  readonly removeSourceBranch?: boolean;
}

/** A merge request of the past: nothing is computed and no one is told. */
export interface PastMergeRequest {
  readonly projectId: number;
  readonly iid: number;
  readonly sourceProjectId?: number;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly title: string;
  readonly description?: string;
  readonly author: string;
  readonly createdAt: number;
  readonly state: 'merged' | 'closed';
  /** When it was merged or closed, and by whom. */
  readonly endedAt: number;
  readonly endedBy: string;
  /** Head of the source branch. */
  readonly sha: string;
  readonly commits?: readonly string[];
  readonly mergeCommitSha?: string;
  readonly squashCommitSha?: string;
  readonly labels?: readonly string[];
  readonly notes?: readonly {
    readonly author: string;
    readonly body: string;
    readonly createdAt: number;
    readonly system?: boolean;
  }[];
}

export interface MergeRequestFilter {
  readonly projectId?: number | undefined;
  readonly sourceProjectId?: number | undefined;
  /** `opened`, `closed`, `locked`, `merged`, or `all` as when left out. */
  readonly state?: string | undefined;
  readonly sourceBranch?: string | undefined;
  readonly targetBranch?: string | undefined;
  readonly author?: string | undefined;
}

/** Every change takes who makes it: events, notes and the audit name them. Rights are the HTTP API's business. */
export interface MergeRequests {
  /** Throws ForgeRefusal: same branch, no such branch, another open one. */
  create(input: NewMergeRequest): Promise<ForgeMergeRequest>;
  addPast(input: PastMergeRequest): ForgeMergeRequest;
  get(projectId: number, iid: number): ForgeMergeRequest | undefined;
  /** Newest first. */
  list(filter?: MergeRequestFilter): readonly ForgeMergeRequest[];
  update(
    mergeRequest: ForgeMergeRequest,
    user: string,
    change: Partial<Pick<ForgeMergeRequest, 'title' | 'description' | 'squash' | 'removeSourceBranch'>>,
  ): void;
  setLabels(mergeRequest: ForgeMergeRequest, user: string, labels: readonly string[]): void;
  addLabel(mergeRequest: ForgeMergeRequest, user: string, label: string): void;
  removeLabel(mergeRequest: ForgeMergeRequest, user: string, label: string): void;
  addNote(mergeRequest: ForgeMergeRequest, user: string, body: string, system?: boolean): ForgeNote;
  approve(mergeRequest: ForgeMergeRequest, user: string): void;
  /** Starts a pipeline for the present head. */
  addPipeline(mergeRequest: ForgeMergeRequest, status: string): ForgePipeline;
  setPipelineStatus(mergeRequest: ForgeMergeRequest, pipelineId: number, status: string): void;
  /**
   * Rebases the source branch onto the target: `rebaseInProgress` at once, done after the forge's delay.
   * Resolves when done, to whether it succeeded; a conflict sets `mergeError`.
   */
  rebase(mergeRequest: ForgeMergeRequest, user: string): Promise<boolean>;
  /** `locked`, then `merged`. Throws ForgeRefusal: not open, a conflict, a SHA that is not the head. */
  merge(
    mergeRequest: ForgeMergeRequest,
    user: string,
    wish?: {
      readonly sha?: string;
      readonly squash?: boolean;
      readonly message?: string;
      readonly squashMessage?: string;
    },
  ): Promise<ForgeMergeRequest>;
  close(mergeRequest: ForgeMergeRequest, user: string): void;
  reopen(mergeRequest: ForgeMergeRequest, user: string): Promise<void>;
  /** As a GET does: has the merge status computed anew if it is `unchecked`. */
  recheck(mergeRequest: ForgeMergeRequest): void;
  /** GitLab's word for what stands in the way, `mergeable` if nothing does. */
  detailedMergeStatus(mergeRequest: ForgeMergeRequest): string;
  divergedCommits(mergeRequest: ForgeMergeRequest): Promise<number>;
}

export type ForgeEvent =
  | {
      readonly type: 'push';
      readonly project: ForgeProject;
      readonly branch: string;
      readonly before: string | undefined;
      readonly after: string | undefined;
      readonly user: string;
    }
  | {
      readonly type: 'merge-request';
      readonly action: 'open' | 'close' | 'reopen' | 'update' | 'head';
      readonly mergeRequest: ForgeMergeRequest;
      readonly user: string;
    }
  | { readonly type: 'merge'; readonly mergeRequest: ForgeMergeRequest; readonly user: string }
  | { readonly type: 'note'; readonly mergeRequest: ForgeMergeRequest; readonly note: ForgeNote }
  | { readonly type: 'label'; readonly mergeRequest: ForgeMergeRequest; readonly event: ForgeLabelEvent }
  | { readonly type: 'pipeline'; readonly mergeRequest: ForgeMergeRequest; readonly pipeline: ForgePipeline };

/**
 * GitLab's state without its HTTP: users, tokens, projects over bare git repositories, merge requests.
 * What lives in the sandbox (bots, the deployer, the history) speaks to this, clients speak HTTP.
 */
export interface Forge {
  addUser(user: NewUser): ForgeUser;
  user(username: string): ForgeUser | undefined;
  addToken(token: ForgeToken): void;
  tokenOf(token: string): ForgeToken | undefined;
  /** An empty bare repository in the forge's folder; fill it with `repository.importHistory`. */
  createProject(project: NewProject): Promise<ForgeProject>;
  /** A private fork with all branches; `members` come on top of nothing. */
  fork(source: ForgeProject, project: NewProject): Promise<ForgeProject>;
  project(idOrPath: number | string): ForgeProject | undefined;
  projects(): readonly ForgeProject[];
  readonly mergeRequests: MergeRequests;
  /**
   * Moves a branch (undefined deletes it), tells of the push, and follows with the merge requests of that branch.
   * Throws ForgeRefusal when the branch is not at `before` any more.
   */
  push(
    project: ForgeProject,
    user: string,
    branch: string,
    before: string | undefined,
    after: string | undefined,
  ): Promise<void>;
  /** How a user's commits are signed. */
  signature(username: string): Signature;
  /** Called after the change, in order. Returns the unsubscriber. */
  on(listener: (event: ForgeEvent) => void): () => void;
  /** Milliseconds since the epoch. */
  now(): number;
}

import type { ReadOptions } from './kubernetes.ts';

/** Numeric id, or full path: 'service/app-interface'. */
export type ProjectRef = string | number;

export interface GitLabUser {
  readonly username: string;
  readonly name: string;
}

export interface GitLabProject {
  readonly id: number;
  readonly path: string;
  readonly webUrl: string;
  readonly defaultBranch: string;
  readonly archived: boolean;
  /** GitLab's access levels: 30 developer, 40 maintainer; undefined when it does not say. */
  readonly accessLevel: number | undefined;
  /** For a fork: what it was forked from. */
  readonly forkedFrom: number | undefined;
}

export interface GitLabCommit {
  readonly id: string;
  readonly parents: readonly string[];
  readonly title: string;
  readonly message: string;
  readonly author: string;
  /** ISO 8601. */
  readonly committedAt: string;
  readonly webUrl: string;
}

export interface GitLabFileDiff {
  readonly oldPath: string;
  readonly newPath: string;
  readonly status: 'added' | 'modified' | 'renamed' | 'deleted';
  /** Unified diff without its header; empty when the server left it out. */
  readonly diff: string;
  /** The server shortened or left out the diff. */
  readonly incomplete: boolean;
}

export interface MergeRequest {
  readonly iid: number;
  readonly projectId: number;
  readonly sourceProjectId: number;
  readonly title: string;
  readonly description: string;
  /** opened, closed, merged, locked (merging now); read before any merge status. */
  readonly state: string;
  readonly sourceBranch: string;
  readonly targetBranch: string;
  readonly author: string;
  readonly webUrl: string;
  /** Head of the source branch; changes when a bot rebases. */
  readonly sha: string | undefined;
  readonly mergeCommitSha: string | undefined;
  readonly squashCommitSha: string | undefined;
  readonly mergedAt: string | undefined;
  readonly labels: readonly string[];
  readonly draft: boolean;
  readonly hasConflicts: boolean;
  readonly rebaseInProgress: boolean;
  /** An open set of words: 'mergeable', 'checking', 'need_rebase' …; an unknown one means wait. */
  readonly detailedMergeStatus: string;
}

export interface Note {
  readonly id: number;
  readonly author: string;
  readonly body: string;
  readonly createdAt: string;
  readonly system: boolean;
}

export interface LabelEvent {
  readonly action: 'add' | 'remove';
  readonly label: string;
  readonly user: string;
  readonly createdAt: string;
}

export interface Pipeline {
  readonly id: number;
  readonly sha: string;
  readonly status: string;
  readonly webUrl: string;
}

/** Reads. Every call has a deadline; every failure is a PortFailure whose message is a sentence. */
export interface GitLabReads {
  readonly url: string;
  me(options?: ReadOptions): Promise<GitLabUser>;
  /** Scopes of the token, where the server tells: 'api', 'read_api' … */
  tokenScopes(options?: ReadOptions): Promise<readonly string[] | undefined>;
  project(ref: ProjectRef, options?: ReadOptions): Promise<GitLabProject>;
  /** Newest first, at most `limit`. */
  commits(
    request: {
      readonly project: ProjectRef;
      readonly ref?: string;
      readonly path?: string;
      readonly limit: number;
    },
    options?: ReadOptions,
  ): Promise<readonly GitLabCommit[]>;
  commit(project: ProjectRef, sha: string, options?: ReadOptions): Promise<GitLabCommit>;
  commitDiff(project: ProjectRef, sha: string, options?: ReadOptions): Promise<readonly GitLabFileDiff[]>;
  /** The file's text at a ref. */
  file(project: ProjectRef, path: string, ref: string, options?: ReadOptions): Promise<string>;
  mergeRequestsOf(project: ProjectRef, sha: string, options?: ReadOptions): Promise<readonly MergeRequest[]>;
  mergeRequest(project: ProjectRef, iid: number, options?: ReadOptions): Promise<MergeRequest>;
  /** By source branch and state, newest first. */
  findMergeRequests(
    request: {
      readonly project: ProjectRef;
      readonly sourceBranch?: string;
      readonly state?: 'opened' | 'merged' | 'closed' | 'all';
      readonly search?: string;
      readonly createdAfter?: string;
      readonly limit: number;
    },
    options?: ReadOptions,
  ): Promise<readonly MergeRequest[]>;
  /** Oldest first. */
  notes(project: ProjectRef, iid: number, options?: ReadOptions): Promise<readonly Note[]>;
  labelEvents(project: ProjectRef, iid: number, options?: ReadOptions): Promise<readonly LabelEvent[]>;
  pipelines(project: ProjectRef, iid: number, options?: ReadOptions): Promise<readonly Pipeline[]>;
  /** Head commit of a branch; undefined when there is no such branch. */
  branchHead(project: ProjectRef, branch: string, options?: ReadOptions): Promise<string | undefined>;
}

/** Writes are sent once, never repeated by the adapter: whether they landed is for a probe to find out. */
export interface GitLab extends GitLabReads {
  createBranch(project: ProjectRef, branch: string, ref: string, options?: ReadOptions): Promise<string>;
  /** Reverts a commit on an existing branch; returns the new commit. A conflict or an empty revert is PortFailure 'invalid' with `detail` conflict or empty. */
  revert(project: ProjectRef, sha: string, branch: string, options?: ReadOptions): Promise<GitLabCommit>;
  /** One commit that sets a file's text, made on a new branch from `startProject`'s `startRef` when `branch` does not exist. */
  commitFile(
    request: {
      readonly project: ProjectRef;
      readonly branch: string;
      readonly message: string;
      readonly path: string;
      readonly content: string;
      /** The commit that last changed the file: a precondition. */
      readonly lastCommitId: string;
      readonly startProject?: number;
      readonly startRef?: string;
    },
    options?: ReadOptions,
  ): Promise<GitLabCommit>;
  createMergeRequest(
    request: {
      readonly sourceProject: ProjectRef;
      readonly targetProject: number;
      readonly sourceBranch: string;
      readonly targetBranch: string;
      readonly title: string;
      readonly description: string;
    },
    options?: ReadOptions,
  ): Promise<MergeRequest>;
  comment(project: ProjectRef, iid: number, body: string, options?: ReadOptions): Promise<Note>;
}

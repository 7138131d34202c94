import type { ReadOptions } from './kubernetes.ts';

export interface ComparedCommit {
  readonly sha: string;
  readonly title: string;
  readonly author: string;
  /** ISO 8601. */
  readonly date: string;
}

export interface ComparedFile {
  readonly path: string;
  /** For a renamed file. */
  readonly previousPath?: string;
  readonly status: 'added' | 'modified' | 'renamed' | 'deleted';
}

export interface Comparison {
  readonly from: string;
  readonly to: string;
  /** Oldest first. */
  readonly commits: readonly ComparedCommit[];
  readonly files: readonly ComparedFile[];
  /** Nothing was cut off. When false, what is missing may be anything: nothing may be concluded from it. */
  readonly complete: boolean;
  /** Why not, a sentence. */
  readonly incompleteBecause?: string;
  readonly source: 'github' | 'gitlab' | 'clone';
  readonly webUrl?: string;
}

/** Where a repository's code can be compared and read: GitHub, GitLab, or a local clone. */
export interface CodeHistory {
  readonly name: string;
  compare(from: string, to: string, options?: ReadOptions): Promise<Comparison>;
  /** The file's text at a commit. */
  file(path: string, ref: string, options?: ReadOptions): Promise<string>;
}

/** How a repository is named: an address (GitHub or GitLab project) or a local folder. */
export type CodeSource =
  | { readonly type: 'github'; readonly owner: string; readonly repository: string }
  | { readonly type: 'gitlab'; readonly project: string }
  | { readonly type: 'clone'; readonly folder: string };

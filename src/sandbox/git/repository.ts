import type { HistoryCommit, Signature } from './history.ts';

/** A bare git repository on disk. Revisions are checked before git sees them; every method throws GitFailure. */
export interface Repository {
  /** Its bare folder. */
  readonly folder: string;
  /** Makes commits, in order, all in one pass. Resolves to their SHAs. Tells no one: for a history before the start. */
  importHistory(commits: readonly HistoryCommit[]): Promise<readonly string[]>;
  /** SHA of the commit that a branch, tag or abbreviated SHA stands for; undefined when there is none. */
  resolve(revision: string): Promise<string | undefined>;
  branch(name: string): Promise<string | undefined>;
  /** Text of a file at a revision; undefined when it is not there. */
  readText(revision: string, path: string): Promise<string | undefined>;
  /** A commit over `parent` with some files changed, on no branch yet: push it through the forge. */
  commitFiles(commit: {
    readonly parent: string;
    readonly changes: readonly { readonly path: string; readonly content: string | null }[];
    readonly message: string;
    readonly author: Signature;
    readonly time: number;
  }): Promise<string>;
}

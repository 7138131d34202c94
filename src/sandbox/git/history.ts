/** Who wrote or committed, as git keeps it. */
export interface Signature {
  readonly name: string;
  readonly email: string;
}

export interface HistoryChange {
  /** Relative to the repository's root, with slashes. */
  readonly path: string;
  /** The whole new content; null deletes the file. */
  readonly content: string | Uint8Array | null;
}

/** One commit to be made. Its first parent is its branch's newest commit, unless `parents` says otherwise. */
export interface HistoryCommit {
  /** `main`; a name that starts with refs/ is taken as it is. */
  readonly branch: string;
  readonly author: Signature;
  /** The author, unless told. */
  readonly committer?: Signature;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly message: string;
  /** Over the first parent's files; none makes a commit with the first parent's tree. */
  readonly changes: readonly HistoryChange[];
  /** All parents, first parent first: indexes into the list of commits, or SHAs already in the repository. */
  readonly parents?: readonly (number | string)[];
}

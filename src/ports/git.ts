import type { ReadOptions } from './kubernetes.ts';

export interface GitCommit {
  /** Full. */
  readonly hash: string;
  readonly author: string;
  /** Milliseconds since the epoch. */
  readonly committedAt: number;
  readonly subject: string;
}

/** One file of a commit's tree, as text. */
export interface GitFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** A local repository, read without touching its working copy, index or refs. */
export interface Git {
  /** The folder of the repository. */
  readonly folder: string;
  /** The full hash that a ref, tag or abbreviation stands for. PortFailure 'not-found'. */
  resolve(ref: string, options?: ReadOptions): Promise<string>;
  /** Newest first; only commits that touched `path`, when it is given. */
  log(
    request: { readonly ref?: string; readonly path?: string; readonly limit: number },
    options?: ReadOptions,
  ): Promise<readonly GitCommit[]>;
  /** Unified diff of `path` from one commit to another; `from` undefined: to the working copy's HEAD. */
  diff(
    request: { readonly from: string; readonly to: string; readonly path?: string },
    options?: ReadOptions,
  ): Promise<string>;
  /** All files under `path` in a commit's tree. */
  files(
    request: { readonly commit: string; readonly path: string },
    options?: ReadOptions,
  ): Promise<readonly GitFile[]>;
  /** Writes a commit's tree of `path` into an empty folder outside the working copy. */
  extract(
    request: { readonly commit: string; readonly path: string; readonly to: string },
    options?: ReadOptions,
  ): Promise<void>;
}

import type { ReadOptions } from './kubernetes.ts';

export interface GitCommit {
  /** Full. */
  readonly hash: string;
  readonly author: string;
  /** Milliseconds since the epoch. */
  readonly committedAt: number;
  readonly subject: string;
}

/** One file of a commit's tree, or of a folder, as text. */
export interface GitFile {
  /** From the root of the repository or folder, with forward slashes. */
  readonly path: string;
  /** Empty where it is not readable. */
  readonly text: string;
  /** Why there is no text: what stands at that path. */
  readonly unreadable?: 'symbolic link' | 'submodule' | 'Git LFS pointer' | 'binary file' | 'too large';
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
  /** Unified diff of `path` from one commit to another. */
  diff(
    request: { readonly from: string; readonly to: string; readonly path?: string },
    options?: ReadOptions,
  ): Promise<string>;
  /** All files under `path` in a commit's tree. */
  files(
    request: { readonly commit: string; readonly path: string },
    options?: ReadOptions,
  ): Promise<readonly GitFile[]>;
  /** Writes the readable files of a commit's tree under `path` into a folder that is made for them. */
  extract(
    request: { readonly commit: string; readonly path: string; readonly to: string },
    options?: ReadOptions,
  ): Promise<void>;
}

import type { GitFile } from './git.ts';
import type { ReadOptions } from './kubernetes.ts';

/** Folders on this machine. */
export interface Folders {
  /** All files under a folder; symbolic links are not followed. PortFailure 'not-found'. */
  read(folder: string, options?: ReadOptions): Promise<readonly GitFile[]>;
}

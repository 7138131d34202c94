import type { GitFile } from '../../ports/git.ts';

/** A manifest is never this large. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;
const LFS = 'version https://git-lfs.github.com/spec/';

/** A file's bytes as text, or why they are none. */
export function fileOf(path: string, bytes: Buffer): GitFile {
  if (bytes.includes(0)) return { path, text: '', unreadable: 'binary file' };
  const text = bytes.toString('utf8');
  return text.startsWith(LFS) ? { path, text: '', unreadable: 'Git LFS pointer' } : { path, text };
}

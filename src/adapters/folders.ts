import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { PortFailure } from '../ports/failure.ts';
import type { Folders } from '../ports/folders.ts';
import type { GitFile } from '../ports/git.ts';
import { neutralise } from '../prose/neutralise.ts';
import { fileOf, MAX_FILE_BYTES } from './git/file-text.ts';

const MAX_FILES = 5_000;

/** Reads folders of this machine, as text. */
export function createFolders(): Folders {
  return {
    async read(folder, options = {}) {
      const entries = await entriesOf(folder);
      if (entries.length > MAX_FILES) {
        throw new PortFailure(
          `${neutralise(folder)} has ${entries.length} files: too much to be manifests.`,
          { reason: 'invalid', next: 'Give the folder of the manifests alone.' },
        );
      }
      const files: GitFile[] = [];
      for (const entry of entries) {
        options.signal?.throwIfAborted();
        files.push(await readOne(folder, entry));
      }
      return files;
    },
  };
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    const all = await readdir(folder, { recursive: true, withFileTypes: true });
    return all
      .filter(
        (entry) => !entry.isDirectory() && !join(entry.parentPath, entry.name).includes(`${sep}.git${sep}`),
      )
      .sort((a, b) => join(a.parentPath, a.name).localeCompare(join(b.parentPath, b.name)));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new PortFailure(
      missing
        ? `There is no folder ${neutralise(folder)}.`
        : `${neutralise(folder)} cannot be read: ${neutralise(message)}.`,
      {
        reason: missing ? 'not-found' : 'forbidden',
        next: 'Check the path and who may read it.',
        cause: error,
      },
    );
  }
}

async function readOne(folder: string, entry: Dirent): Promise<GitFile> {
  const file = join(entry.parentPath, entry.name);
  const path = relative(folder, file).split(sep).join('/');
  if (!entry.isFile()) return { path, text: '', unreadable: 'symbolic link' };
  if ((await stat(file)).size > MAX_FILE_BYTES) return { path, text: '', unreadable: 'too large' };
  return fileOf(path, await readFile(file));
}

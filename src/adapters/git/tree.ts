import { PortFailure } from '../../ports/failure.ts';
import type { GitFile } from '../../ports/git.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import { neutralise } from '../../prose/neutralise.ts';
import { fileOf, MAX_FILE_BYTES } from './file-text.ts';
import type { GitRunner } from './runner.ts';

const MAX_FILES = 5_000;
const MAX_TOTAL_BYTES = 48 * 1024 * 1024;

/** A file of a tree: its bytes, or what stands there instead. */
export type TreeFile =
  | { readonly path: string; readonly bytes: Buffer }
  | {
      readonly path: string;
      readonly bytes: undefined;
      readonly instead: NonNullable<GitFile['unreadable']>;
    };

interface Entry {
  readonly mode: string;
  readonly id: string;
  readonly size: number;
  readonly path: string;
}

/** Every file under a path of a commit, as it was committed: no filter, attribute or line ending is applied. */
export async function treeOf(
  git: GitRunner,
  commit: string,
  path: string,
  options: ReadOptions = {},
): Promise<readonly TreeFile[]> {
  const inside = insidePath(path);
  const listed = await git.run(
    ['ls-tree', '-r', '-z', '-l', '--full-tree', commit, ...(inside === '' ? [] : ['--', inside])],
    options,
  );
  const entries = listed
    .split('\0')
    .filter((line) => line !== '')
    .map(entryOf);
  if (entries.length === 0) throw nothingThere(git, commit, path);
  const plain = entries.filter((entry) => insteadOf(entry) === undefined);
  const total = plain.reduce((sum, { size }) => sum + size, 0);
  if (entries.length > MAX_FILES || total > MAX_TOTAL_BYTES) {
    throw new PortFailure(
      neutralise(
        `${path || 'The repository'} at ${commit.slice(0, 9)} has ${entries.length} files: too much to be manifests.`,
      ),
      { reason: 'invalid', next: 'Give the folder of the manifests alone.' },
    );
  }
  const blobs = await blobsOf(git, [...new Set(plain.map(({ id }) => id))], options);
  return entries.map((entry) => {
    const instead = insteadOf(entry);
    if (instead !== undefined) return { path: entry.path, bytes: undefined, instead };
    return { path: entry.path, bytes: blobs.get(entry.id) ?? Buffer.alloc(0) };
  });
}

export function textOf(file: TreeFile): GitFile {
  if (file.bytes === undefined) return { path: file.path, text: '', unreadable: file.instead };
  return fileOf(file.path, file.bytes);
}

/** A path from the root of the repository; one that leads out of it is refused. */
export function insidePath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (path.startsWith('/') || parts.includes('..') || path.includes('\0')) {
    throw new PortFailure(neutralise(`"${path}" is not a path inside a repository.`), {
      reason: 'invalid',
      next: 'Give a path from the root of the repository, such as k8s/.',
    });
  }
  return parts.join('/');
}

/** '100644 blob 1a2b…    123\tk8s/web.yaml' */
function entryOf(line: string): Entry {
  const tab = line.indexOf('\t');
  const [mode = '', , id = '', size = ''] = line.slice(0, tab).split(/ +/);
  const path = line.slice(tab + 1);
  // git itself makes no such tree, a hostile one may have been written by other means
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..' || part.toLowerCase() === '.git')) {
    throw new PortFailure(
      neutralise(`The tree holds the path "${path}", which leads out of it. Nothing was read.`),
      {
        reason: 'invalid',
        next: 'Run git fsck in the repository, and find out who made that commit.',
      },
    );
  }
  return { mode, id, size: Number(size) || 0, path };
}

function insteadOf({ mode, size }: Entry): GitFile['unreadable'] {
  if (mode === '120000') return 'symbolic link';
  if (mode === '160000') return 'submodule';
  return size > MAX_FILE_BYTES ? 'too large' : undefined;
}

/** By id: '<id> blob <size>\n<bytes>\n' for each that was asked for. */
async function blobsOf(
  git: GitRunner,
  ids: readonly string[],
  options: ReadOptions,
): Promise<ReadonlyMap<string, Buffer>> {
  const found = new Map<string, Buffer>();
  if (ids.length === 0) return found;
  const out = await git.bytes(['cat-file', '--batch'], ids.map((id) => `${id}\n`).join(''), options);
  for (let at = 0; at < out.length; ) {
    const end = out.indexOf(10, at);
    const [id = '', type, size] = out.subarray(at, end).toString('utf8').split(' ');
    if (type !== 'blob') {
      throw new PortFailure(`The repository ${neutralise(git.folder)} does not have the file ${id}.`, {
        reason: 'not-found',
        next: 'It is a partial clone, or damaged: run git fetch and git fsck there; it is never fetched from here.',
      });
    }
    const start = end + 1;
    found.set(id, out.subarray(start, start + Number(size)));
    at = start + Number(size) + 1;
  }
  return found;
}

function nothingThere(git: GitRunner, commit: string, path: string): PortFailure {
  return new PortFailure(
    neutralise(`There is nothing at ${path || '/'} in commit ${commit.slice(0, 9)} of ${git.folder}.`),
    { reason: 'not-found', next: 'Check the path: it begins at the root of the repository.' },
  );
}

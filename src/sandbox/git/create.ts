import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Repository } from './repository.ts';

const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n';

/** Lays out what `git init --bare` would, which takes git longer than everything else about a small project. */
async function layOut(
  folder: string,
  defaultBranch: string,
  files: Readonly<Record<string, string>>,
): Promise<Repository> {
  await Promise.all(
    ['objects/info', 'refs/heads'].map((name) => mkdir(join(folder, name), { recursive: true })),
  );
  const all = { HEAD: `ref: refs/heads/${defaultBranch}\n`, config: CONFIG, ...files };
  await Promise.all(Object.entries(all).map(([name, text]) => writeFile(join(folder, name), text)));
  return new Repository(folder);
}

/** Makes an empty bare repository in a folder that need not exist yet. */
export function createRepository(folder: string, defaultBranch: string): Promise<Repository> {
  return layOut(folder, defaultBranch, {});
}

/** A copy with all branches, which reads its objects where the original has them. */
export async function forkRepository(
  source: Repository,
  folder: string,
  defaultBranch: string,
): Promise<Repository> {
  const branches = [...(await source.branches())];
  return layOut(folder, defaultBranch, {
    'objects/info/alternates': `${resolve(source.folder, 'objects')}\n`,
    'packed-refs': branches.map(([name, sha]) => `${sha} refs/heads/${name}\n`).join(''),
  });
}

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { createRepository } from '../git/create.ts';
import type { HistoryChange } from '../git/history.ts';
import { runGit } from '../git/run.ts';
import type { ManifestCommit, ManifestFile, RepositorySpec } from './repository-spec.ts';

const BRANCH = 'main';
const README = '# Manifests of the banking app\n\nApplied by the pipeline: kubectl apply -f k8s/\n';
const CONFIG = '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n';

/** Makes a clone as people have it: a working copy, with its history in .git. */
export async function createWorkingCopy(
  folder: string,
  { commits }: RepositorySpec,
  now: number,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const git = join(folder, '.git');
  const repository = await createRepository(git, BRANCH);
  await writeFile(join(git, 'config'), CONFIG);
  await repository.importHistory(
    commits.map((commit, index) => ({
      branch: BRANCH,
      author: signature(commit.author),
      time: now - commit.minutesAgo * 60_000,
      message: `${commit.subject}\n`,
      changes: changesOf(commit, commits[index - 1]),
    })),
  );
  await runGit(['--work-tree', folder, 'reset', '--hard', '--quiet', BRANCH], { folder: git });
}

function signature(name: string) {
  return { name, email: `${name.toLowerCase().replaceAll(' ', '.')}@bank.example` };
}

function changesOf({ files }: ManifestCommit, before: ManifestCommit | undefined): readonly HistoryChange[] {
  const gone = (before?.files ?? []).filter(({ path }) => !files.some((file) => file.path === path));
  return [
    ...(before === undefined ? [{ path: 'README.md', content: README }] : []),
    ...files.map((file) => ({ path: file.path, content: textOf(file) })),
    ...gone.map(({ path }) => ({ path, content: null })),
  ];
}

function textOf({ objects }: ManifestFile): string {
  return objects.map((object) => stringify(object, { aliasDuplicateObjects: false })).join('---\n');
}

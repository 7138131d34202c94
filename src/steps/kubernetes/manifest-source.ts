import { z } from 'zod';
import type { GitFile } from '../../ports/git.ts';
import { type PlanContext, StepFailure } from '../step-kind.ts';
import { type Manifests, readManifests } from './manifests.ts';
import { placeOf } from './place.ts';

/** A commit's tree of manifests, or a folder of them. */
export const sourceFields = {
  commit: z.string().min(1).optional().describe('The commit whose manifests are meant.'),
  path: z
    .string()
    .min(1)
    .default('k8s/')
    .describe('Where the manifests are, from the root of the repository.'),
  repository: z
    .string()
    .optional()
    .describe('Folder of the repository; when absent or empty, the configured one, or where rollbook runs.'),
  folder: z.string().min(1).optional().describe('Instead of a commit: a folder with manifests.'),
};

export interface Source {
  readonly commit?: string | undefined;
  readonly path: string;
  readonly repository?: string | undefined;
  readonly folder?: string | undefined;
}

export const ONE_SOURCE = { message: 'expected exactly one of commit and folder' };

export function hasOneSource({ commit, folder }: Source): boolean {
  return (commit === undefined) !== (folder === undefined);
}

export interface SourceRead extends Manifests {
  /** 'commit 1a2b3c4d5 of /srv/deployments', 'the folder /tmp/rendered' */
  readonly called: string;
  /** Full hash, for a commit. */
  readonly commit: string | undefined;
  /** For kubectl: where a file of it is found. */
  readonly root: string;
}

/** Reads the manifests, from git's objects or from the folder; nothing is checked out. */
export async function readSource(source: Source, context: PlanContext): Promise<SourceRead> {
  const { options } = await placeOf(context);
  const { commit, path, repository, folder } = source;
  if (folder !== undefined) {
    const files = await context.ports.folders.read(folder, options);
    return {
      ...someManifests(files, folder),
      called: `the folder ${folder}`,
      commit: undefined,
      root: folder,
    };
  }
  const git = await context.ports.git(repository);
  const hash = await git.resolve(commit ?? 'HEAD', options);
  const files = await git.files({ commit: hash, path }, options);
  const called = `commit ${hash.slice(0, 9)} of ${git.folder}`;
  return { ...someManifests(files, path), called, commit: hash, root: '' };
}

function someManifests(files: readonly GitFile[], root: string): Manifests {
  const found = readManifests(files, root);
  if (found.manifests.length > 0) return found;
  const why =
    found.leftOut.length === 0
      ? `It holds ${files.length} files, none of them a manifest.`
      : found.leftOut.join(' ');
  throw new StepFailure(`There are no manifests in ${root}. ${why}`, {
    next: 'Check the path: it begins at the root of the repository.',
  });
}

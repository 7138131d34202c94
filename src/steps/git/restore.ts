import { z } from 'zod';
import type { GitFile } from '../../ports/git.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind, type Outcome, type Plan, type RunContext } from '../step-kind.ts';
import { pathField, repositoryField } from './fields.ts';

const data = z.object({ repository: z.string().optional(), path: z.string(), commit: z.string() });

/** A commit's files in a folder of their own; the working copy is not touched. */
export const restore = defineKind({
  kind: 'git/restore',
  description:
    "Writes a commit's files under a path into a folder of the session. The working copy, the index and the branches of the repository stay as they are.",
  schema: z.strictObject({
    commit: z.string().min(1).describe('The commit, branch or tag.'),
    path: pathField,
    repository: repositoryField,
  }),
  risk: 'safe',
  outputs: {
    folder: 'Where they are; null in a preview, which writes nothing. It goes with the session.',
    commit: 'The full hash.',
    files: 'Their paths, from the root of the repository.',
    later: 'Files that came after that commit: git checkout would have kept them.',
    'left-out': 'What stands there but is no file that could be written, a sentence each.',
  },
  describe: ({ commit, path }) => `Restore ${path} of ${commit} aside`,
  plan: async ({ commit, path, repository }) =>
    readingPlan(`restore ${path} of ${commit} aside`, {
      commit,
      path,
      ...(repository === undefined ? {} : { repository }),
    }),
  run,
});

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const { repository, path, commit } = data.parse(plan.data);
  const git = await context.ports.git(repository);
  const options = { signal: context.signal };
  const hash = await git.resolve(commit, options);
  const [then, now] = await Promise.all([
    git.files({ commit: hash, path }, options),
    git.files({ commit: 'HEAD', path }, options),
  ]);
  // a folder for each attempt: nothing is written over
  const folder =
    context.outputFile === undefined ? null : `${context.outputFile}.${context.attemptId.slice(0, 8)}`;
  if (folder !== null) await git.extract({ commit: hash, path, to: folder }, options);
  const readable = then.filter(({ unreadable }) => unreadable === undefined || unreadable === 'binary file');
  const had = new Set(then.map((file) => file.path));
  const later = now.map((file) => file.path).filter((file) => !had.has(file));
  return {
    summary: `${readable.length} files`,
    evidence: [
      folder === null
        ? 'a preview writes nothing'
        : `${readable.length} files of ${hash.slice(0, 9)} are in ${folder}`,
      ...(later.length === 0 ? [] : [`came after that commit, and are not among them: ${later.join(', ')}`]),
      ...then.flatMap(unreadableLine),
    ],
    outputs: {
      folder,
      commit: hash,
      files: readable.map((file) => file.path),
      later,
      'left-out': then.flatMap(unreadableLine),
    },
  };
}

function unreadableLine({ path, unreadable }: GitFile): readonly string[] {
  if (unreadable === undefined || unreadable === 'binary file') return [];
  const instead = unreadable === 'Git LFS pointer' ? 'its content is not here' : 'it is left out';
  return [`${path} is a ${unreadable}: ${instead}.`];
}

import { z } from 'zod';
import type { GitCommit } from '../../ports/git.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';
import { ageText } from './age-text.ts';
import { pathField, repositoryField } from './fields.ts';

const data = z.object({
  repository: z.string().optional(),
  path: z.string(),
  ref: z.string(),
  limit: z.number(),
});

/** The commits that touched a path, to choose one of them. */
export const log = defineKind({
  kind: 'git/log',
  description: 'Reads which commits touched a path, newest first, from a repository on this machine.',
  schema: z.strictObject({
    path: pathField,
    ref: z.string().min(1).default('HEAD').describe('The branch, tag or commit from which it looks back.'),
    limit: z.int().min(1).max(500).default(20).describe('How many commits at most.'),
    repository: repositoryField,
  }),
  risk: 'safe',
  outputs: {
    commits: 'The commits: a list of hash, short, author, at (ISO 8601), age and subject.',
    options: 'The same to choose from: a list of value (the hash), label and description.',
    hashes: 'Their hashes.',
    head: 'The newest of them.',
    previous: 'The one before it; null when there is none.',
    folder: 'The folder of the repository.',
  },
  window: { forMs: 0, withinMs: 10_000, everyMs: 2_000 },
  describe: ({ path }) => `Read which commits touched ${path}`,
  plan: async ({ path, ref, limit, repository }) =>
    readingPlan(`git log ${path}`, {
      path,
      ref,
      limit,
      ...(repository === undefined ? {} : { repository }),
    }),
  observe: async (plan, context) => {
    const { repository, path, ref, limit } = data.parse(plan.data);
    const git = await context.ports.git(repository);
    const commits = await git.log({ ref, path, limit }, { signal: context.signal });
    const now = context.ports.clock.now();
    return {
      holds: commits.length > 0,
      ...(commits.length > 0 ? {} : { hopeless: `No commit of ${git.folder} touched ${path}.` }),
      summary: commits.length === 1 ? '1 commit' : `${commits.length} commits`,
      evidence: commits.map((commit) => lineOf(commit, now)),
      outputs: {
        commits: commits.map((commit) => ({
          hash: commit.hash,
          short: commit.hash.slice(0, 9),
          author: commit.author,
          at: new Date(commit.committedAt).toISOString(),
          age: ageText(now - commit.committedAt),
          subject: commit.subject,
        })),
        options: commits.map((commit, index) => ({
          value: commit.hash,
          label: `${commit.hash.slice(0, 9)} ${commit.subject}`,
          description: `${commit.author}, ${ageText(now - commit.committedAt)} ago${index === 0 ? '; the newest' : ''}`,
        })),
        hashes: commits.map(({ hash }) => hash),
        head: commits[0]?.hash ?? null,
        previous: commits[1]?.hash ?? null,
        folder: git.folder,
      },
    };
  },
});

function lineOf({ hash, author, committedAt, subject }: GitCommit, now: number): string {
  return `${hash.slice(0, 9)} ${ageText(now - committedAt)} ago, ${author}: ${subject}`;
}

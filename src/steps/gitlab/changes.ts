import { z } from 'zod';
import type { ComparedFile, Comparison } from '../../ports/comparison.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';
import { codeSourcesField } from './code-source.ts';
import { compareIn } from './comparing.ts';
import { shortSha } from './place.ts';

const LISTED = 300;
const COMMITS_AS_EVIDENCE = 8;

const data = z.object({ sources: z.array(z.string()), from: z.string(), to: z.string() });

/** What changed between two versions of the code, and whether that is all of it. */
export const changes = defineKind({
  kind: 'gitlab/changes',
  description:
    'Reads the commits, files and authors between two versions, on GitHub, on GitLab or in a local clone; says so when it is not all of them.',
  schema: z.strictObject({
    code: codeSourcesField,
    from: z.string().min(1).describe('The older version.'),
    to: z.string().min(1).describe('The newer version.'),
  }),
  risk: 'safe',
  outputs: {
    complete: 'Whether nothing was cut off. When false, nothing may be concluded from what is missing.',
    because: 'Why it is not complete; null when it is.',
    commits: 'The commits, oldest first, at most 300: sha, title, author, date.',
    commitCount: 'How many commits there are.',
    files: 'The files, at most 300: path, status, previousPath.',
    fileCount: 'How many files there are.',
    authors: 'Who made the commits.',
    source: 'Where it was compared; null when nowhere.',
    url: 'A page that shows it; null when there is none.',
  },
  window: { forMs: 0, withinMs: 120_000, everyMs: 5_000 },
  describe: ({ from, to }) => `Compare ${shortSha(from)} with ${shortSha(to)}`,
  plan: async ({ code, from, to }) =>
    readingPlan(`compare ${shortSha(from)} with ${shortSha(to)}`, { sources: [code].flat(), from, to }),
  observe: async (plan, context) => {
    const { sources, from, to } = data.parse(plan.data);
    const { comparison, history, problems } = await compareIn(sources, from, to, context);
    const commits = comparison?.commits ?? [];
    const files = comparison?.files ?? [];
    const complete = comparison?.complete ?? false;
    const authors = [...new Set(commits.map(({ author }) => author))];
    return {
      holds: true,
      summary: `${commits.length} commits, ${files.length} files${complete ? '' : ', NOT COMPLETE'}`,
      evidence: [
        ...(complete
          ? []
          : ['attention: this is not all that changed, so nothing follows from what is missing']),
        ...problems,
        `${commits.length} commits of ${authors.length} authors, ${files.length} files${history === undefined ? '' : `, from ${history.name}`}`,
        ...commitLines(comparison),
        ...(comparison?.webUrl === undefined ? [] : [comparison.webUrl]),
      ],
      outputs: {
        complete,
        because: complete ? null : problems.join(' ') || 'no source could compare',
        commits: commits
          .slice(0, LISTED)
          .map(({ sha, title, author, date }) => ({ sha, title, author, date })),
        commitCount: commits.length,
        files: files.slice(0, LISTED).map(fileRecord),
        fileCount: files.length,
        authors,
        source: history?.name ?? null,
        url: comparison?.webUrl ?? null,
      },
    };
  },
});

function commitLines(comparison: Comparison | undefined): readonly string[] {
  const newest = comparison?.commits.slice(-COMMITS_AS_EVIDENCE).reverse() ?? [];
  const more = (comparison?.commits.length ?? 0) - newest.length;
  return [
    ...newest.map(({ sha, title, author }) => `${shortSha(sha)} ${title} (${author})`),
    ...(more > 0 ? [`and ${more} commits before`] : []),
  ];
}

function fileRecord({ path, status, previousPath }: ComparedFile) {
  return { path, status, previousPath: previousPath ?? null };
}

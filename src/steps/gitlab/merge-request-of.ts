import { z } from 'zod';
import { PortFailure } from '../../ports/failure.ts';
import type { MergeRequest, ProjectRef } from '../../ports/gitlab.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind, StepFailure } from '../step-kind.ts';
import { approversIn } from './approvers.ts';
import { type CompareLink, findCompareLink, sameCommit } from './compare-link.ts';
import { type GitLabPlace, gitlabOf, mergeRequestName, projectField, shaField, shortSha } from './place.ts';

const DESCRIPTION_KEPT = 8_192;
const SEE = /^See merge request (\S+?)?!(\d+)\s*$/m;

const data = z.object({
  project: z.union([z.string(), z.number()]),
  commit: z.string(),
  from: z.string().nullable(),
  to: z.string().nullable(),
});

/** The merge request that brought a commit to the default branch, and the comparison its description links. */
export const mergeRequestOf = defineKind({
  kind: 'gitlab/merge-request-of',
  description:
    'Finds the merged merge request that brought a commit, with its approvers and the comparison that its description links.',
  schema: z.strictObject({
    project: projectField,
    commit: shaField.describe('The commit.'),
    from: z
      .string()
      .optional()
      .describe('The older version, against which the link of the description is checked.'),
    to: z.string().optional().describe('The newer version, against which the link is checked.'),
  }),
  risk: 'safe',
  outputs: {
    iid: 'Its number.',
    title: 'Its title.',
    url: 'Its page.',
    description: 'Its description, the first 8 KiB.',
    author: 'Who opened it.',
    mergedAt: 'When it was merged.',
    approvers: 'Who may approve, from the notes of the bots.',
    link: 'Where the comparison of the description leads; null without one.',
    code: 'The repository of that comparison, as gitlab/changes takes it; null without one.',
    linkMatches:
      'Whether the link compares the given versions; null when there is no link, or nothing was given.',
  },
  window: { forMs: 0, withinMs: 60_000, everyMs: 5_000 },
  describe: ({ commit }) => `Find the merge request of ${shortSha(commit)}`,
  plan: async ({ project, commit, from, to }, context) => {
    const { gitlab } = await gitlabOf(context);
    return readingPlan(
      `find the merge request of ${shortSha(commit)} in ${project}`,
      { project, commit, from: from ?? null, to: to ?? null },
      [],
      [`asks ${gitlab.url}`],
    );
  },
  observe: async (plan, context) => {
    const { project, commit, from, to } = data.parse(plan.data);
    const place = await gitlabOf(context);
    const found = await mergedBy(place, project, commit);
    const notes = await place.gitlab.notes(project, found.iid, place.options);
    const approvers = approversIn(notes);
    const link = findCompareLink(found.description);
    const matches =
      link === undefined || from === null || to === null
        ? null
        : sameCommit(link.from, from) && sameCommit(link.to, to);
    return {
      holds: true,
      summary: `!${found.iid}`,
      evidence: [
        `${mergeRequestName(project, found.iid)} "${found.title}" of ${found.author}, merged ${found.mergedAt ?? ''}`.trim(),
        found.webUrl,
        approvers.length === 0 ? 'no note lists approvers' : `approvers: ${approvers.join(', ')}`,
        ...linkEvidence(link, matches, from, to),
      ],
      outputs: {
        iid: found.iid,
        title: found.title,
        url: found.webUrl,
        description: found.description.slice(0, DESCRIPTION_KEPT),
        author: found.author,
        mergedAt: found.mergedAt ?? null,
        approvers,
        link: link?.url ?? null,
        code: link === undefined ? null : `${link.type}:${link.project}`,
        linkMatches: matches,
      },
    };
  },
});

function linkEvidence(
  link: CompareLink | undefined,
  matches: boolean | null,
  from: string | null,
  to: string | null,
): readonly string[] {
  if (link === undefined) return ['attention: its description links no comparison'];
  const ends = `${shortSha(link.from)} to ${shortSha(link.to)}`;
  if (matches !== false) return [`its description links the changes from ${ends}`];
  return [
    `attention: its description links ${ends}, but the file went from ${shortSha(from ?? '')} to ${shortSha(to ?? '')}; the file is right`,
  ];
}

async function mergedBy(place: GitLabPlace, project: ProjectRef, sha: string): Promise<MergeRequest> {
  const { gitlab, options } = place;
  const { defaultBranch, path } = await gitlab.project(project, options);
  const all = await gitlab.mergeRequestsOf(project, sha, options);
  const merged = all.filter(
    ({ state, targetBranch }) => state === 'merged' && targetBranch === defaultBranch,
  );
  // A cherry-picked commit may be in several; the one that was merged first brought it.
  const [first] = merged.toSorted((a, b) => (a.mergedAt ?? '').localeCompare(b.mergedAt ?? ''));
  const found = first ?? (await namedByCommit(place, { project, path, sha, branch: defaultBranch }));
  if (found !== undefined) return found;
  throw new StepFailure(`No merged merge request brought ${shortSha(sha)} to ${defaultBranch}.`, {
    next: 'It may have been pushed directly: look at the commit in the browser.',
  });
}

/** GitLab writes the merge request into the message of a merge commit. */
async function namedByCommit(
  { gitlab, options }: GitLabPlace,
  { project, path, sha, branch }: { project: ProjectRef; path: string; sha: string; branch: string },
): Promise<MergeRequest | undefined> {
  const { message } = await gitlab.commit(project, sha, options);
  const [, named, number] = SEE.exec(message) ?? [];
  if (number === undefined || (named !== undefined && named !== path)) return undefined;
  try {
    const found = await gitlab.mergeRequest(project, Number(number), options);
    return found.state === 'merged' && found.targetBranch === branch ? found : undefined;
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'not-found') return undefined;
    throw error;
  }
}

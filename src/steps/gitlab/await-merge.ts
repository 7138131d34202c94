import { z } from 'zod';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';
import { mergeVerdict } from './merge-verdict.ts';
import { readMergeView } from './merge-view.ts';
import { politely } from './patience.ts';
import { gitlabOf, mergeRequestName, projectField } from './place.ts';

const DAYS = 24 * 3_600_000;

const data = z.object({
  project: z.union([z.string(), z.number()]),
  iid: z.number(),
  sha: z.string().nullable(),
  plannedAt: z.number(),
});

/** Waits, for days if need be, until the approvers and the bot have merged a merge request. */
export const awaitMerge = defineKind({
  kind: 'gitlab/await-merge',
  description:
    'Waits until a merge request is merged, and shows what it waits for: approvers, pipeline, holds, conflicts; never labels or merges it.',
  schema: z.strictObject({
    project: projectField,
    iid: z.int().min(1).describe('The number of the merge request.'),
  }),
  risk: 'safe',
  outputs: {
    state: 'Its state: opened, merged …',
    mergeCommit: 'The commit that it was merged as; null before.',
    mergedAt: 'When it was merged; null before.',
    sha: 'The head of its branch; a rebase changes it.',
    url: 'Its page.',
    labels: 'Its labels.',
    approvers: 'Who may approve, from the notes of the bots.',
    approvedBy: 'Who said /lgtm.',
  },
  window: { forMs: 0, withinMs: 14 * DAYS, everyMs: 5_000 },
  describe: ({ project, iid }) => `Wait for ${mergeRequestName(project, iid)} to be merged`,
  plan: async ({ project, iid }, context) => {
    const { gitlab, options } = await gitlabOf(context);
    const found = await gitlab.mergeRequest(project, iid, options);
    return readingPlan(
      `wait for ${mergeRequestName(project, iid)} "${found.title}" to be merged`,
      { project, iid, sha: found.sha ?? null, plannedAt: context.ports.clock.now() },
      [],
      [found.webUrl, 'it may take days: leave the session, and resume it later'],
    );
  },
  observe: async (plan, context) => {
    const { project, iid, sha, plannedAt } = data.parse(plan.data);
    const place = await gitlabOf(context);
    const view = await politely(plannedAt, context, () =>
      readMergeView(place, project, iid, sha ?? undefined),
    );
    const { merged, hopeless, summary, evidence, approvers, approvedBy } = mergeVerdict(view);
    const { mergeRequest: found } = view;
    return {
      holds: merged,
      ...(hopeless === undefined ? {} : { hopeless }),
      summary,
      evidence,
      outputs: {
        state: found.state,
        mergeCommit: merged ? (found.mergeCommitSha ?? found.squashCommitSha ?? found.sha ?? null) : null,
        mergedAt: found.mergedAt ?? null,
        sha: found.sha ?? null,
        url: found.webUrl,
        labels: found.labels,
        approvers,
        approvedBy,
      },
    };
  },
});

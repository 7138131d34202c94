import { z } from 'zod';
import type { MergeRequest } from '../../ports/gitlab.ts';
import { readingPlan } from '../reading-plan.ts';
import { defineKind } from '../step-kind.ts';
import { sameCommit } from './compare-link.ts';
import { mergeVerdict } from './merge-verdict.ts';
import { readMergeView } from './merge-view.ts';
import { politely } from './patience.ts';
import { type GitLabPlace, gitlabOf, pathField, projectField, shortSha } from './place.ts';
import { saasTarget } from './saas-file.ts';

const DAYS = 24 * 3_600_000;

const data = z.object({
  project: z.union([z.string(), z.number()]),
  file: z.string(),
  target: z.string(),
  branch: z.string(),
  not: z.array(z.string()),
  search: z.string(),
  title: z.string(),
  plannedAt: z.number(),
});
type Search = z.infer<typeof data>;

/** Waits until a saas file gives a target a version other than those that are known to be bad. */
export const awaitPromotion = defineKind({
  kind: 'gitlab/await-promotion',
  description:
    'Waits until a target of a saas file has a new version, and follows the merge request that brings it: approvers, pipeline, holds.',
  schema: z.strictObject({
    project: projectField,
    file: pathField.describe('The saas file.'),
    target: z.string().min(1).describe('The target in it, as for gitlab/find-promotion.'),
    not: z
      .array(z.string().min(7))
      .min(1)
      .describe('The refs that do not count: the failing version, and others that are known.'),
    search: z.string().min(1).describe('Words of the title of its merge request, for finding it.'),
    title: z
      .string()
      .refine(isPattern, 'expected a regular expression')
      .describe('A regular expression that the title of its merge request matches.'),
  }),
  risk: 'safe',
  outputs: {
    ref: 'The ref of the target.',
    iid: 'The merge request that brings it, or brought it; null when none is found.',
    url: 'Its page; null when none is found.',
  },
  window: { forMs: 0, withinMs: 14 * DAYS, everyMs: 5_000 },
  describe: ({ target }) => `Wait for a new version for ${target}`,
  plan: async (params, context) => {
    const { gitlab, options } = await gitlabOf(context);
    const { defaultBranch: branch } = await gitlab.project(params.project, options);
    return readingPlan(
      `wait until ${params.file} has a new version for ${params.target}`,
      { ...params, branch, plannedAt: context.ports.clock.now() },
      [],
      [`asks ${gitlab.url}`, 'it may take days: leave the session, and resume it later'],
    );
  },
  observe: async (plan, context) => {
    const of = data.parse(plan.data);
    const place = await gitlabOf(context);
    return politely(of.plannedAt, context, async () => {
      const text = await place.gitlab.file(of.project, of.file, of.branch, place.options);
      const { ref } = saasTarget(text, of.file, of.target);
      const isNew = !of.not.some((old) => sameCommit(old, ref));
      const found = await bringing(place, of, isNew ? 'merged' : 'opened');
      const outputs = { ref, iid: found?.iid ?? null, url: found?.webUrl ?? null };
      if (isNew) {
        const by = found === undefined ? [] : [`brought by !${found.iid} "${found.title}": ${found.webUrl}`];
        return {
          holds: true,
          summary: shortSha(ref),
          evidence: [`${of.target} is at ref ${ref}`, ...by],
          outputs,
        };
      }
      if (found === undefined) {
        const summary = `still ${shortSha(ref)}, no merge request for a new version yet`;
        return { holds: false, summary, evidence: [], outputs };
      }
      const verdict = mergeVerdict(await readMergeView(place, of.project, found.iid, undefined));
      const evidence = [`"${found.title}"`, ...verdict.evidence];
      return { holds: false, summary: `!${found.iid} ${verdict.summary}`, evidence, outputs };
    });
  },
});

/** The newest merge request of such a title. */
async function bringing(
  { gitlab, options }: GitLabPlace,
  { project, search, title, branch }: Search,
  state: 'opened' | 'merged',
): Promise<MergeRequest | undefined> {
  const found = await gitlab.findMergeRequests({ project, state, search, limit: 20 }, options);
  const pattern = new RegExp(title, 'u');
  return found.find((each) => each.targetBranch === branch && pattern.test(each.title));
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source, 'u');
    return true;
  } catch {
    return false;
  }
}

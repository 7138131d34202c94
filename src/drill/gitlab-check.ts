import { parseDocument } from 'yaml';
import type { SessionState } from '../engine/state.ts';
import type { GitLabReads } from '../ports/gitlab.ts';
import type { WorldExpectation } from './scenario.ts';
import type { Check } from './scorecard.ts';

export type GitLabExpectation = Extract<WorldExpectation, { readonly project: string }>;

/** Most merge requests of one person that are looked through. */
const LIMIT = 100;

/** What must be so in GitLab at the end. */
export async function gitlabCheck(
  open: () => Promise<GitLabReads>,
  state: SessionState,
  wanted: GitLabExpectation,
): Promise<Check> {
  const gitlab = await open();
  if ('file' in wanted) return fileCheck(gitlab, state, wanted);
  const { project, 'merge-requests-of': author, titled, state: of, count } = wanted;
  const all = await gitlab.findMergeRequests({ project, state: of, limit: LIMIT });
  const pattern = new RegExp(titled, 'u');
  const found = all.filter((one) => one.author === author && pattern.test(one.title));
  const kind = of === 'all' ? '' : `${of} `;
  return {
    what: `${author} has ${count} ${kind}merge requests titled ${titled}`,
    held: found.length === count,
    found: found.map(({ iid }) => `!${iid}`).join(', ') || 'none',
  };
}

async function fileCheck(
  gitlab: GitLabReads,
  state: SessionState,
  { project, file, at, 'equals-output': output }: Extract<GitLabExpectation, { readonly file: string }>,
): Promise<Check> {
  const { defaultBranch } = await gitlab.project(project);
  const found: unknown = parseDocument(await gitlab.file(project, file, defaultBranch)).getIn(at);
  const dot = output.lastIndexOf('.');
  const step = state.steps[output.slice(0, dot)];
  const value = step?.state === 'succeeded' ? step.outputs[output.slice(dot + 1)] : undefined;
  return {
    what: `${file.split('/').at(-1)} has at ${at.join('.')} what ${output} says`,
    held: value !== undefined && found === value,
    found: `${String(found)}, ${output} is ${JSON.stringify(value) ?? 'not there'}`,
  };
}

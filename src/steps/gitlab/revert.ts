import { z } from 'zod';
import { PortFailure } from '../../ports/failure.ts';
import type { GitLab } from '../../ports/gitlab.ts';
import {
  defineKind,
  type Landed,
  type Observation,
  type Outcome,
  type Plan,
  type PlanContext,
  type RunContext,
  StepFailure,
} from '../step-kind.ts';
import { onceAdmitted } from './patience.ts';
import {
  gitlabOf,
  mergeRequestName,
  pathField,
  projectField,
  shaField,
  shortSha,
  writableGitLab,
} from './place.ts';
import { planRevert } from './revert-plan.ts';
import { pinned, type Reverting, readState, revertData } from './revert-state.ts';
import { saasTarget } from './saas-file.ts';

/** Takes a promotion back by a merge request; never a second one for the same branch. */
export const revert = defineKind({
  kind: 'gitlab/revert',
  description:
    'Reverts a promotion in a saas file on a branch, and opens the merge request for it; adopts a branch and a merge request that are there already.',
  schema: z.strictObject({
    project: projectField,
    fork: z
      .union([z.literal(''), projectField])
      .optional()
      .describe(
        'The fork that gets the branch. When empty: the project, or your own fork of it when you may not push there.',
      ),
    file: pathField.describe('The saas file.'),
    target: z.string().min(1).describe('The target in it, as for gitlab/find-promotion.'),
    to: shaField.describe('The ref that the target has afterwards.'),
    commits: z.array(shaField).min(1).describe('The promotions that are taken back, the newest first.'),
    branch: z
      .string()
      .regex(/^(?!.*(\.\.|\/\/|@\{))[A-Za-z0-9][A-Za-z0-9._/-]*[A-Za-z0-9]$/, 'expected the name of a branch')
      .describe('The name of the branch; the same for the same rollback, so that it is found again.'),
    title: z.string().min(1).max(255).describe('The title of the merge request.'),
    description: z.string().describe('Its description, in Markdown: why, and the evidence.'),
  }),
  risk: 'change',
  outputs: {
    iid: 'The number of the merge request.',
    url: 'Its page.',
    state: 'Its state.',
    branch: 'Its branch.',
    sha: 'The head of the branch; null once the branch is gone.',
    previousRef: 'The ref that goes.',
    ref: 'The ref that comes back.',
  },
  window: { forMs: 0, withinMs: 120_000, everyMs: 3_000 },
  describe: ({ target, to }) => `Open a merge request that takes ${target} back to ${shortSha(to)}`,
  plan: planRevert,
  run,
  observe,
  probe,
});

async function run(plan: Plan, context: RunContext): Promise<Outcome> {
  const data = revertData.parse(plan.data);
  if (plan.alreadyDone) return { summary: 'already there', evidence: [], outputs: {} };
  const { gitlab, options } = await writableGitLab(context);
  const place = { gitlab, options };
  const [now, state] = await Promise.all([pinned(place, data), readState(place, data)]);
  if (now.ref !== data.from)
    throw moved(`${data.target} is at ${shortSha(now.ref)} now, no longer at ${shortSha(data.from)}.`);
  if ((state.head !== undefined) !== data.there.branch || (state.ref === data.to) !== data.there.commit)
    throw moved(`The branch ${data.branch} has changed in ${data.source.path}.`);
  const done: string[] = [];
  if (!data.there.commit) done.push(await commit(gitlab, data, context));
  context.signal.throwIfAborted();
  let opened = state.mergeRequest?.state === 'merged' ? undefined : state.mergeRequest;
  opened ??= await onceAdmitted(context, () =>
    gitlab.createMergeRequest(
      {
        sourceProject: data.source.id,
        targetProject: data.project.id,
        sourceBranch: data.branch,
        targetBranch: data.defaultBranch,
        title: data.title,
        description: data.description,
      },
      options,
    ),
  );
  return {
    summary: `!${opened.iid}`,
    evidence: [...done, `${mergeRequestName(data.project.path, opened.iid)}: ${opened.webUrl}`],
    outputs: { previousRef: data.from, ref: data.to },
  };
}

/** Puts the commit on the branch, by a revert where that is possible; says how. */
async function commit(gitlab: GitLab, data: Reverting, context: RunContext): Promise<string> {
  const options = { signal: context.signal };
  const promotion = data.commit;
  if (promotion !== null) {
    if (!data.there.branch)
      await onceAdmitted(context, () => gitlab.createBranch(data.source.id, data.branch, data.base, options));
    try {
      const made = await onceAdmitted(context, () =>
        gitlab.revert(data.source.id, promotion, data.branch, options),
      );
      return `${shortSha(made.id)} reverts ${shortSha(promotion)}`;
    } catch (error) {
      if (!(error instanceof PortFailure && error.detail === 'conflict')) throw error;
    }
  }
  const made = await onceAdmitted(context, () =>
    gitlab.commitFile(
      {
        project: data.source.id,
        branch: data.branch,
        message: data.title,
        path: data.file,
        content: data.content,
        lastCommitId: data.lastCommitId,
        // A branch that is there is written to as it is; naming a start would be refused.
        ...(data.commit !== null || data.there.branch
          ? {}
          : { startProject: data.project.id, startRef: data.base }),
      },
      options,
    ),
  );
  return `${shortSha(made.id)} sets the ref of ${data.target}`;
}

function moved(message: string): StepFailure {
  return new StepFailure(message, { stale: true, next: 'Look at what is planned now.' });
}

async function observe(plan: Plan, context: PlanContext): Promise<Observation> {
  const data = revertData.parse(plan.data);
  const place = await gitlabOf(context);
  const { head, ref, mergeRequest: found } = await readState(place, data);
  const isMerged = found?.state === 'merged';
  const carried = isMerged ? await mergedRef(plan, context, found.mergeCommitSha) : ref;
  const name = found === undefined ? 'no merge request' : mergeRequestName(data.project.path, found.iid);
  return {
    holds: found !== undefined && carried === data.to,
    summary: found === undefined ? 'no merge request yet' : `!${found.iid} ${found.state}`,
    evidence: [
      `${name}${found === undefined ? ` from ${data.branch}` : `: ${found.webUrl}`}`,
      `it brings ref ${carried ?? 'nothing'}, wanted ${data.to}`,
    ],
    outputs: {
      iid: found?.iid ?? null,
      url: found?.webUrl ?? null,
      state: found?.state ?? null,
      branch: data.branch,
      sha: found?.sha ?? head ?? null,
      previousRef: data.from,
      ref: data.to,
    },
  };
}

/** The branch may be gone after the merge: what was merged is what counts. */
async function mergedRef(plan: Plan, context: PlanContext, sha: string | undefined): Promise<string> {
  const data = revertData.parse(plan.data);
  const { gitlab, options } = await gitlabOf(context);
  const text = await gitlab.file(data.project.id, data.file, sha ?? data.defaultBranch, options);
  return saasTarget(text, data.file, data.target).ref;
}

async function probe(plan: Plan, context: PlanContext): Promise<Landed> {
  const data = revertData.parse(plan.data);
  const { head, ref, mergeRequest: found } = await readState(await gitlabOf(context), data);
  if (found !== undefined && (found.state === 'merged' || ref === data.to))
    return {
      landed: 'yes',
      evidence: `${mergeRequestName(data.project.path, found.iid)} is ${found.state}: ${found.webUrl}`,
    };
  if (head === undefined)
    return { landed: 'no', evidence: `There is no branch ${data.branch} in ${data.source.path}.` };
  const what = ref === data.to ? 'with the revert on it' : 'without the revert';
  return {
    landed: 'partly',
    evidence: `The branch ${data.branch} is there, ${what}; no merge request is open.`,
  };
}

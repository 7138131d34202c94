import { PortFailure } from '../../ports/failure.ts';
import type { GitLabProject } from '../../ports/gitlab.ts';
import { type Plan, type PlanContext, StepFailure } from '../step-kind.ts';
import {
  type GitLabPlace,
  gitlabOf,
  mayPush,
  mergeRequestName,
  shortSha,
  writePermissions,
} from './place.ts';
import { effectsOf } from './revert-effects.ts';
import { lineDiff, takenBack } from './revert-preview.ts';
import {
  holdsCommit,
  pinned,
  type Reverting,
  type RevertState,
  readState,
  refuseForeign,
} from './revert-state.ts';
import { saasTarget, withTargetRef } from './saas-file.ts';

export interface RevertParams {
  readonly project: string | number;
  readonly fork?: string | number | undefined;
  readonly file: string;
  readonly target: string;
  readonly to: string;
  readonly commits: readonly string[];
  readonly branch: string;
  readonly title: string;
  readonly description: string;
}

/** Reads how far it is already, and plans what is missing. */
export async function planRevert(params: RevertParams, context: PlanContext): Promise<Plan> {
  const place = await gitlabOf(context);
  const { gitlab, options } = place;
  const project = await gitlab.project(params.project, options);
  const source = await sourceOf(place, params.fork, project);
  if (project.archived) throw new StepFailure(`${project.path} is archived: nothing can be merged there.`);
  if (params.branch === project.defaultBranch)
    throw new StepFailure(`The branch of a revert cannot be ${params.branch}, the default branch itself.`);
  const of = {
    ...{ project: { id: project.id, path: project.path }, source: { id: source.id, path: source.path } },
    ...{ file: params.file, target: params.target, to: params.to },
    ...{ branch: params.branch, defaultBranch: project.defaultBranch },
  };
  const [now, state, [last], base, permissions] = await Promise.all([
    pinned(place, of),
    readState(place, of),
    gitlab.commits({ project: project.id, ref: project.defaultBranch, path: params.file, limit: 1 }, options),
    gitlab.branchHead(project.id, project.defaultBranch, options),
    writePermissions(place, [
      { verb: 'create', resource: 'branches', project: source },
      { verb: 'create', resource: 'merge requests', project },
    ]),
  ]);
  if (last === undefined || base === undefined)
    throw new StepFailure(`${params.file} has no history on ${project.defaultBranch} of ${project.path}.`);
  const open = state.mergeRequest?.state !== 'merged' ? state.mergeRequest : undefined;
  const isBack = now.ref === params.to;
  if (isBack && state.mergeRequest === undefined)
    throw new StepFailure(`${params.target} is at ${params.to} already: there is nothing to revert.`, {
      next: 'Look at the history of the file: somebody else may have rolled back.',
    });
  if (!isBack) await refuseForeign(place, of, state, now.ref);
  const content = withTargetRef(now.text, params.file, params.target, params.to);
  const whole = await wholeRevert(place, params, now.text, { source: source.id, project: project.id, base });
  const data: Reverting = {
    ...of,
    from: now.ref,
    commit: whole === undefined ? null : (params.commits[0] ?? null),
    base,
    lastCommitId: last.id,
    content,
    title: params.title,
    description: params.description,
    there: { branch: state.head !== undefined, commit: state.ref === params.to },
  };
  const alreadyDone = isBack || (open !== undefined && data.there.commit);
  return {
    summary: `revert ${params.target} from ${shortSha(now.ref)} to ${shortSha(params.to)} by a merge request into ${project.path}`,
    effects: alreadyDone ? [] : effectsOf(data, open?.iid, lineDiff(now.text, whole ?? content)),
    risk: alreadyDone ? 'safe' : 'change',
    preconditions: [
      `${params.target} is at ref ${now.ref}`,
      `${params.file} was last changed by ${shortSha(last.id)}`,
    ],
    permissions: alreadyDone ? [] : permissions,
    facts: factsOf(data, params, state, alreadyDone),
    warnings: alreadyDone
      ? []
      : [
          'It cannot be undone from here: while it is open, close the merge request by hand; once merged, only another merge request takes it back.',
          ...state.closed.map(
            ({ iid }) =>
              `${mergeRequestName(project.path, iid)} from the same branch was closed by somebody.`,
          ),
        ],
    ...(alreadyDone ? { alreadyDone } : {}),
    data: { ...data },
  };
}

/** Who may not push into the project works in a fork; one's own bears one's name. */
async function sourceOf(
  { gitlab, options }: GitLabPlace,
  fork: RevertParams['fork'],
  project: GitLabProject,
): Promise<GitLabProject> {
  if (fork !== undefined && fork !== '') return gitlab.project(fork, options);
  if (mayPush(project) !== false) return project;
  const { username } = await gitlab.me(options);
  const own = `${username}/${project.path.split('/').at(-1)}`;
  try {
    const found = await gitlab.project(own, options);
    return found.forkedFrom === project.id ? found : project;
  } catch (error) {
    if (error instanceof PortFailure && error.reason === 'not-found') return project;
    throw error;
  }
}

/** The file after reverting the whole commit; undefined where it must be the ref alone. */
async function wholeRevert(
  place: GitLabPlace,
  { commits, file, target, to }: RevertParams,
  text: string,
  at: { readonly source: number; readonly project: number; readonly base: string },
): Promise<string | undefined> {
  const [commit] = commits;
  if (commit === undefined || commits.length > 1) return undefined;
  const diffs = await place.gitlab.commitDiff(at.project, commit, place.options);
  const [change] = diffs;
  if (change === undefined || diffs.length > 1 || change.newPath !== file) return undefined;
  const after = takenBack(text, change);
  if (after === undefined || saasTarget(after, file, target).ref !== to) return undefined;
  return (await holdsCommit(place, at.source, at.base)) ? after : undefined;
}

function factsOf(
  data: Reverting,
  { commits }: RevertParams,
  state: RevertState,
  done: boolean,
): readonly string[] {
  const { mergeRequest, closed } = state;
  const known =
    mergeRequest === undefined
      ? []
      : [
          `${mergeRequestName(data.project.path, mergeRequest.iid)} is ${mergeRequest.state}: ${mergeRequest.webUrl}`,
        ];
  if (done) return known;
  const how =
    data.commit !== null
      ? `reverts the whole of ${shortSha(data.commit)}; should GitLab see a conflict, one commit sets the ref alone`
      : commits.length > 1
        ? `goes back over ${commits.length} promotions by one commit that sets the ref`
        : 'one commit sets the ref alone: the promotion as a whole cannot be reverted here';
  return [
    how,
    ...(data.source.id === data.project.id ? [] : [`the branch is made in the fork ${data.source.path}`]),
    ...known,
    ...(data.there.branch ? [`the branch ${data.branch} is there already, from an earlier attempt`] : []),
    ...(closed.length > 0 ? [] : ['nobody labels or merges it from here: the approvers and the bot do']),
  ];
}

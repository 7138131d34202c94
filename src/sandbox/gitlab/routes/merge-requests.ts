import type { Hono } from 'hono';
import { diffTrees } from '../../git/diff.ts';
import type { ForgeMergeRequest, ForgeProject } from '../forge.ts';
import {
  canSee,
  codeOf,
  DEVELOPER,
  type GitLabContext,
  type GitLabEnv,
  levelOf,
  mergeRequestOf,
  projectOf,
  signedIn,
  visibleProject,
} from '../http/access.ts';
import { paginated } from '../http/pagination.ts';
import type { Params } from '../http/params.ts';
import { forbidden, invalidParameter } from '../http/problem.ts';
import { isDraft } from '../merge-status.ts';
import { commitJson, diffJson } from '../present/code.ts';
import { fullMergeRequestJson, mergeRequestJson } from '../present/merge-request.ts';

function searched(params: Params, { title, description }: ForgeMergeRequest): boolean {
  const search = params.text('search')?.toLowerCase();
  if (search === undefined) return true;
  const fields = params.list('in') ?? ['title', 'description'];
  const text = [fields.includes('title') ? title : '', fields.includes('description') ? description : ''];
  return search.split(/\s+/).every((word) => text.join('\n').toLowerCase().includes(word));
}

/** `None` and `Any` are words of GitLab's own. */
function labelled(params: Params, { labels }: ForgeMergeRequest): boolean {
  const wanted = params.list('labels') ?? [];
  if (wanted.length === 1 && wanted[0] === 'None') return labels.length === 0;
  if (wanted.length === 1 && wanted[0] === 'Any') return labels.length > 0;
  return wanted.every((label) => labels.includes(label));
}

function matching(params: Params): (item: ForgeMergeRequest) => boolean {
  const iids = params.list('iids');
  const draft = params.flag('draft') ?? (params.has('wip') ? params.text('wip') === 'yes' : undefined);
  const within = (name: string, time: number) =>
    time >= (params.time(`${name}_after`) ?? 0) &&
    time <= (params.time(`${name}_before`) ?? Number.POSITIVE_INFINITY);
  const sourceProject = params.integer('source_project_id');
  return (item) =>
    searched(params, item) &&
    labelled(params, item) &&
    (iids === undefined || iids.includes(String(item.iid))) &&
    (draft === undefined || isDraft(item) === draft) &&
    (sourceProject === undefined || item.sourceProjectId === sourceProject) &&
    within('created', item.createdAt) &&
    within('updated', item.updatedAt);
}

const ORDERS: Readonly<Record<string, (item: ForgeMergeRequest) => number>> = {
  created_at: ({ createdAt }) => createdAt,
  updated_at: ({ updatedAt }) => updatedAt,
  merged_at: ({ mergedAt }) => mergedAt ?? 0,
};

function ordered(params: Params, items: ForgeMergeRequest[]): ForgeMergeRequest[] {
  const name = params.text('order_by') ?? 'created_at';
  const by = ORDERS[name];
  if (by === undefined) throw invalidParameter('order_by does not have a valid value');
  const sign = params.text('sort') === 'asc' ? 1 : -1;
  return items.sort((a, b) => sign * (by(a) - by(b) || a.id - b.id));
}

function listed(c: GitLabContext, project: ForgeProject | undefined): Response {
  const params = c.get('params');
  const forge = c.get('forge');
  const state = params.text('state');
  if (state !== undefined && !['opened', 'closed', 'locked', 'merged', 'all'].includes(state))
    throw invalidParameter('state does not have a valid value');
  // Without a project GitLab shows one's own, unless told otherwise.
  const own = project === undefined && (params.text('scope') ?? 'created_by_me') !== 'all';
  const found = forge.mergeRequests.list({
    projectId: project?.id,
    state,
    sourceBranch: params.text('source_branch'),
    targetBranch: params.text('target_branch'),
    author: own ? signedIn(c) : params.text('author_username'),
  });
  const visible = found.filter(({ projectId }) => {
    const target = forge.project(projectId);
    return target !== undefined && canSee(c, target);
  });
  return paginated(c.req.raw, params, ordered(params, visible.filter(matching(params))), (item) =>
    mergeRequestJson(c, forge.project(item.projectId) ?? projectOf(c), item),
  );
}

/** Labels that the caller may not set are left out without a word. */
function labelsFor(c: GitLabContext, project: ForgeProject): readonly string[] {
  return levelOf(c, project) >= 20 ? (c.get('params').list('labels') ?? []) : [];
}

async function create(c: GitLabContext): Promise<Response> {
  const author = signedIn(c);
  const source = projectOf(c);
  const params = c.get('params');
  const target = visibleProject(c, params.text('target_project_id') ?? String(source.id));
  const [sourceBranch, targetBranch] = [params.required('source_branch'), params.required('target_branch')];
  const title = params.required('title');
  if (levelOf(c, source) < DEVELOPER) throw forbidden();
  const mergeRequest = await c.get('forge').mergeRequests.create({
    projectId: target.id,
    sourceProjectId: source.id,
    sourceBranch,
    targetBranch,
    title,
    description: params.text('description') ?? '',
    author,
    labels: labelsFor(c, target),
    squash: params.flag('squash') ?? false,
    removeSourceBranch: params.flag('remove_source_branch') ?? false,
  });
  return c.json(fullMergeRequestJson(c, target, mergeRequest), 201);
}

async function update(c: GitLabContext): Promise<Response> {
  const user = signedIn(c);
  const { project, mergeRequest } = mergeRequestOf(c);
  if (mergeRequest.author !== user && levelOf(c, project) < DEVELOPER) throw forbidden();
  const params = c.get('params');
  const { mergeRequests } = c.get('forge');
  const [title, description] = [params.text('title'), params.text('description')];
  const [squash, removeSourceBranch] = [params.flag('squash'), params.flag('remove_source_branch')];
  const change = {
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    ...(squash === undefined ? {} : { squash }),
    ...(removeSourceBranch === undefined ? {} : { removeSourceBranch }),
  };
  if (Object.keys(change).length > 0) mergeRequests.update(mergeRequest, user, change);
  if (levelOf(c, project) >= 20) {
    const removed = params.list('remove_labels') ?? [];
    const labels = [...(params.list('labels') ?? mergeRequest.labels), ...(params.list('add_labels') ?? [])];
    mergeRequests.setLabels(
      mergeRequest,
      user,
      labels.filter((label) => !removed.includes(label)),
    );
  }
  const event = params.text('state_event');
  if (event === 'close') mergeRequests.close(mergeRequest, user);
  if (event === 'reopen') await mergeRequests.reopen(mergeRequest, user);
  return c.json(fullMergeRequestJson(c, project, mergeRequest));
}

/** Of the head that the answer shows: it may move while git counts. */
async function divergedCommits(c: GitLabContext, mergeRequest: ForgeMergeRequest): Promise<number> {
  const { sha } = mergeRequest;
  const count = await c.get('forge').mergeRequests.divergedCommits(mergeRequest);
  return mergeRequest.sha === sha ? count : divergedCommits(c, mergeRequest);
}

/** Finding, reading, opening and changing merge requests. */
export function mergeRequestRoutes(app: Hono<GitLabEnv>): void {
  app.get('/merge_requests', (c) => listed(c, undefined));
  app.get('/projects/:id/merge_requests', (c) => listed(c, codeOf(c)));
  app.post('/projects/:id/merge_requests', create);
  app.put('/projects/:id/merge_requests/:iid', update);

  app.get('/projects/:id/merge_requests/:iid', async (c) => {
    const { project, mergeRequest } = mergeRequestOf(c);
    const params = c.get('params');
    const { mergeRequests } = c.get('forge');
    const diverged = params.flag('include_diverged_commits_count')
      ? await divergedCommits(c, mergeRequest)
      : undefined;
    const body = {
      ...fullMergeRequestJson(c, project, mergeRequest),
      ...(diverged === undefined ? {} : { diverged_commits_count: diverged }),
      ...(params.flag('include_rebase_in_progress')
        ? { rebase_in_progress: mergeRequest.rebaseInProgress }
        : {}),
    };
    // Asking is what has the status computed anew: the next answer has it.
    mergeRequests.recheck(mergeRequest);
    return c.json(body);
  });

  app.get('/projects/:id/merge_requests/:iid/commits', async (c) => {
    const { project, mergeRequest } = mergeRequestOf(c);
    const commits = await Promise.all(mergeRequest.commits.map((sha) => project.repository.commit(sha)));
    const known = commits.filter((commit) => commit !== undefined);
    return paginated(c.req.raw, c.get('params'), known, (commit) => commitJson(c, project, commit));
  });

  app.get('/projects/:id/merge_requests/:iid/changes', async (c) => {
    const { project, mergeRequest } = mergeRequestOf(c);
    const { baseSha, sha } = mergeRequest;
    const files = await diffTrees(project.repository.folder, baseSha, sha);
    const changes = files.map(diffJson);
    return c.json({ ...fullMergeRequestJson(c, project, mergeRequest), changes, overflow: false });
  });

  app.get('/projects/:id/merge_requests/:iid/diffs', async (c) => {
    const { project, mergeRequest } = mergeRequestOf(c);
    const files = await diffTrees(project.repository.folder, mergeRequest.baseSha, mergeRequest.sha);
    return paginated(c.req.raw, c.get('params'), files, diffJson);
  });
}

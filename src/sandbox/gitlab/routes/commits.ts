import type { Hono } from 'hono';
import type { Commit } from '../../git/commit.ts';
import { diffTrees, EMPTY_TREE, type FileDiff } from '../../git/diff.ts';
import type { ForgeMergeRequest, ForgeProject } from '../forge.ts';
import { codeOf, type GitLabContext, type GitLabEnv } from '../http/access.ts';
import { paginated, uncounted } from '../http/pagination.ts';
import { notFound } from '../http/problem.ts';
import { commitJson, diffJson, statsJson } from '../present/code.ts';
import { mergeRequestJson } from '../present/merge-request.ts';

/** More files than that are left out of a comparison, which then says `compare_timeout`. */
const MOST_FILES = 1000;

/** The commit of the path's `:sha`, which may be a branch. */
export async function commitOf(c: GitLabContext, project: ForgeProject): Promise<Commit> {
  const commit = await project.repository.commit(c.req.param('sha') ?? '');
  if (commit === undefined) throw notFound('Commit');
  return commit;
}

/** What a commit changed against its first parent. */
export function filesOf({ repository }: ForgeProject, commit: Commit): Promise<FileDiff[]> {
  return diffTrees(repository.folder, commit.parents[0] ?? EMPTY_TREE, commit.sha);
}

function gitDate(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

function broughtBy(mergeRequest: ForgeMergeRequest, sha: string): boolean {
  const { mergeCommitSha, squashCommitSha, commits } = mergeRequest;
  return mergeCommitSha === sha || squashCommitSha === sha || commits.includes(sha);
}

/** Reading commits, what they changed, and comparing them. */
export function commitRoutes(app: Hono<GitLabEnv>): void {
  app.get('/projects/:id/repository/commits', async (c) => {
    const project = codeOf(c);
    const params = c.get('params');
    const range = await project.repository.resolve(params.text('ref_name') ?? project.defaultBranch);
    if (range === undefined) throw notFound('Commit');
    const query = {
      range,
      path: params.text('path'),
      since: gitDate(params.time('since')),
      until: gitDate(params.time('until')),
      author: params.text('author'),
      firstParent: params.flag('first_parent') ?? false,
    };
    const read = (skip: number, limit: number) => project.repository.log({ ...query, skip, limit });
    return uncounted(c.req.raw, params, read, (commit) => commitJson(c, project, commit));
  });

  app.get('/projects/:id/repository/commits/:sha', async (c) => {
    const project = codeOf(c);
    const commit = await commitOf(c, project);
    const stats = c.get('params').flag('stats') ?? true;
    return c.json({
      ...commitJson(c, project, commit),
      ...(stats ? { stats: statsJson(await filesOf(project, commit)) } : {}),
      status: null,
      project_id: project.id,
      last_pipeline: null,
    });
  });

  app.get('/projects/:id/repository/commits/:sha/diff', async (c) => {
    const project = codeOf(c);
    const files = await filesOf(project, await commitOf(c, project));
    return paginated(c.req.raw, c.get('params'), files, diffJson);
  });

  app.get('/projects/:id/repository/commits/:sha/merge_requests', async (c) => {
    const project = codeOf(c);
    const { sha } = await commitOf(c, project);
    const all = c.get('forge').mergeRequests.list({ projectId: project.id });
    const found = all.filter((mergeRequest) => broughtBy(mergeRequest, sha));
    return paginated(c.req.raw, c.get('params'), found, (item) => mergeRequestJson(c, project, item));
  });

  app.get('/projects/:id/repository/compare', async (c) => {
    const project = codeOf(c);
    const params = c.get('params');
    const { repository } = project;
    const [fromName, toName] = [params.required('from'), params.required('to')];
    const [from, to] = await Promise.all([repository.resolve(fromName), repository.resolve(toName)]);
    if (from === undefined || to === undefined) throw notFound('Ref');
    const base = params.flag('straight') ? from : ((await repository.mergeBase(from, to)) ?? from);
    const [commits, files] = await Promise.all([
      repository.log({ range: `${from}..${to}` }),
      diffTrees(repository.folder, base, to),
    ]);
    const shown = commits.reverse().map((commit) => commitJson(c, project, commit));
    const dots = params.flag('straight') ? '..' : '...';
    return c.json({
      commit: shown.at(-1) ?? null,
      commits: shown,
      diffs: files.slice(0, MOST_FILES).map(diffJson),
      compare_timeout: files.length > MOST_FILES,
      compare_same_ref: from === to,
      web_url: `${new URL(c.req.url).origin}/${project.path}/-/compare/${from}${dots}${to}`,
    });
  });
}

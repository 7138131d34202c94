import type { Hono } from 'hono';
import { type Commit, titleOf } from '../../git/commit.ts';
import type { HistoryChange } from '../../git/history.ts';
import { pickOnto, revertOnto } from '../../git/merge.ts';
import { isFilePath } from '../../git/repository.ts';
import type { ForgeProject } from '../forge.ts';
import { codeOf, type GitLabContext, type GitLabEnv, requirePush, visibleProject } from '../http/access.ts';
import type { Params } from '../http/params.ts';
import { badRequest, invalidParameter, notFound } from '../http/problem.ts';
import { commitJson, statsJson } from '../present/code.ts';
import { commitOf, filesOf } from './commits.ts';

interface Application {
  readonly word: 'revert' | 'cherry-pick';
  readonly past: string;
  readonly apply: typeof revertOnto;
  readonly message: (c: GitLabContext, project: ForgeProject, commit: Commit) => string;
}

function mergedBy(c: GitLabContext, { id }: ForgeProject, { sha }: Commit) {
  const merged = c.get('forge').mergeRequests.list({ projectId: id, state: 'merged' });
  return merged.find(({ mergeCommitSha }) => mergeCommitSha === sha);
}

const REVERT: Application = {
  word: 'revert',
  past: 'reverted',
  apply: revertOnto,
  message(c, project, commit) {
    const merged = mergedBy(c, project, commit);
    const what = merged === undefined ? `commit ${commit.sha}` : `merge request !${merged.iid}`;
    return `Revert "${titleOf(commit).trim()}"\n\nThis reverts ${what}`;
  },
};

const PICK: Application = {
  word: 'cherry-pick',
  past: 'cherry-picked',
  apply: pickOnto,
  message: (_c, _project, { message, sha }) => `${message.trim()}\n\n\n(cherry picked from commit ${sha})`,
};

/** Does a commit backwards or once more on an existing branch; `dry_run` only tries. */
async function applyCommit(c: GitLabContext, how: Application): Promise<Response> {
  const project = codeOf(c);
  const { repository } = project;
  const branch = c.get('params').required('branch');
  requirePush(c, project, branch);
  const commit = await commitOf(c, project);
  const head = await repository.branch(branch);
  const onto = head && (await repository.commit(head));
  if (head === undefined || onto === undefined || onto === '') throw notFound('Branch');
  const dryRun = c.get('dryRun');
  const result = await how.apply(repository, commit, onto);
  if ('failure' in result) {
    const type = mergedBy(c, project, commit) === undefined ? 'commit' : 'merge request';
    throw badRequest(
      `Sorry, we cannot ${how.word} this ${type} automatically. This ${type} may already have been ${how.past}, or a more recent commit may have updated some of its content.`,
      { error_code: result.failure, ...(dryRun ? { dry_run: 'error' } : {}) },
    );
  }
  if (dryRun) return c.json({ dry_run: 'success' });
  const user = c.get('username');
  const forge = c.get('forge');
  const committer = forge.signature(user);
  const sha = await repository.commitTree({
    tree: result.tree,
    parents: [head],
    message: how.message(c, project, commit),
    author: how.word === 'revert' ? committer : commit.author,
    committer,
    committedAt: forge.now(),
  });
  await forge.push(project, user, branch, head, sha);
  return created(c, project, sha, false);
}

async function created(
  c: GitLabContext,
  project: ForgeProject,
  sha: string,
  stats: boolean,
): Promise<Response> {
  const commit = await project.repository.commit(sha);
  if (commit === undefined) throw notFound('Commit');
  const body = {
    ...commitJson(c, project, commit),
    ...(stats ? { stats: statsJson(await filesOf(project, commit)) } : {}),
    status: null,
    project_id: project.id,
    last_pipeline: null,
  };
  return c.json(body, 201);
}

/** Where a commit goes: on the branch, or on a new one from elsewhere. */
async function startOf(c: GitLabContext, project: ForgeProject, branch: string) {
  const params = c.get('params');
  const { repository } = project;
  const head = await repository.branch(branch);
  const startRef = params.text('start_branch') ?? params.text('start_sha');
  if (startRef === undefined) {
    if (head === undefined) throw badRequest('You can only create or edit files when you are on a branch');
    return { head, parent: head };
  }
  if (head !== undefined && startRef !== branch && !params.flag('force'))
    throw badRequest(
      `A branch called '${branch}' already exists. Switch to that branch in order to make changes`,
    );
  const startProject = params.text('start_project');
  const origin = startProject === undefined ? project : visibleProject(c, startProject);
  const parent = await origin.repository.resolve(startRef);
  if (parent === undefined) throw badRequest(`Cannot find start_branch '${startRef}'`);
  if (origin !== project) {
    const start = await origin.repository.branch(startRef);
    const from = start === undefined ? parent : `refs/heads/${startRef}`;
    await repository.fetchFrom(origin.repository, from, `refs/keep-around/${parent}`);
  }
  return { head, parent };
}

/** One action's changes. Throws a 400 when the file is not as the action takes it to be. */
async function changesOf(
  { repository }: ForgeProject,
  parent: string,
  action: Params,
): Promise<readonly HistoryChange[]> {
  const kind = action.required('action');
  const path = action.required('file_path').replace(/^\//, '');
  if (!isFilePath(path)) throw badRequest('Path cannot include directory traversal');
  const previous = kind === 'move' ? action.required('previous_path') : path;
  const existing = await repository.objectAt(parent, previous);
  if (kind === 'create') {
    if (existing !== undefined) throw badRequest('A file with this name already exists');
    return [{ path, content: contentOf(action) ?? '' }];
  }
  if (!['update', 'delete', 'move'].includes(kind))
    throw invalidParameter('actions[0][action] does not have a valid value');
  if (existing?.type !== 'blob') throw badRequest("A file with this name doesn't exist");
  const known = action.text('last_commit_id');
  if (
    known !== undefined &&
    (await repository.log({ range: parent, path: previous, limit: 1 }))[0]?.sha !== known
  )
    throw badRequest('You are attempting to update a file that has changed since you started editing it.');
  if (kind === 'delete') return [{ path, content: null }];
  const content = contentOf(action) ?? (await repository.blob(existing.sha));
  return kind === 'move'
    ? [
        { path: previous, content: null },
        { path, content },
      ]
    : [{ path, content }];
}

function contentOf(action: Params): string | Uint8Array | undefined {
  const content = action.text('content');
  if (content === undefined || action.text('encoding') !== 'base64') return content;
  return Buffer.from(content, 'base64');
}

async function commitActions(
  c: GitLabContext,
  project: ForgeProject,
  actions: readonly Params[],
): Promise<string> {
  const params = c.get('params');
  const branch = params.required('branch');
  const message = params.required('commit_message');
  requirePush(c, project, branch);
  const { repository } = project;
  if (!(await repository.isBranchName(branch))) throw badRequest('Branch name is invalid');
  const { head, parent } = await startOf(c, project, branch);
  const changes = await Promise.all(actions.map((action) => changesOf(project, parent, action)));
  const forge = c.get('forge');
  const committer = forge.signature(c.get('username'));
  const author = {
    name: params.text('author_name') ?? committer.name,
    email: params.text('author_email') ?? committer.email,
  };
  const sha = await repository.commitFiles({
    parent,
    changes: changes.flat(),
    message,
    author,
    committer,
    time: forge.now(),
  });
  await forge.push(project, c.get('username'), branch, head, sha);
  return sha;
}

/** Everything that makes a commit. */
export function commitWriteRoutes(app: Hono<GitLabEnv>): void {
  app.post('/projects/:id/repository/commits/:sha/revert', (c) => applyCommit(c, REVERT));
  app.post('/projects/:id/repository/commits/:sha/cherry_pick', (c) => applyCommit(c, PICK));

  app.post('/projects/:id/repository/commits', async (c) => {
    const project = codeOf(c);
    const sha = await commitActions(c, project, c.get('params').objects('actions'));
    return created(c, project, sha, c.get('params').flag('stats') ?? true);
  });

  for (const [method, action] of [
    ['POST', 'create'],
    ['PUT', 'update'],
    ['DELETE', 'delete'],
  ] as const) {
    app.on(method, '/projects/:id/repository/files/:path', async (c) => {
      const project = codeOf(c);
      const [params, path] = [c.get('params'), c.req.param('path')];
      await commitActions(c, project, [params.with({ action, file_path: path })]);
      if (action === 'delete') return c.body(null, 204);
      const body = { file_path: path, branch: params.text('branch') };
      return c.json(body, action === 'create' ? 201 : 200);
    });
  }
}

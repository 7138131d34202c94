import type { Hono } from 'hono';
import type { ForgeProject } from '../forge.ts';
import { codeOf, type GitLabContext, type GitLabEnv, requirePush } from '../http/access.ts';
import { pageOf, paginated } from '../http/pagination.ts';
import { ApiProblem, badRequest, notFound } from '../http/problem.ts';
import { branchJson } from '../present/code.ts';

async function shown(c: GitLabContext, project: ForgeProject, name: string, head: string) {
  const commit = await project.repository.commit(head);
  if (commit === undefined) throw notFound('Branch');
  return branchJson(c, project, name, commit);
}

async function existing(project: ForgeProject, name: string): Promise<string> {
  const head = await project.repository.branch(name);
  if (head === undefined) throw notFound('Branch');
  return head;
}

export function branchRoutes(app: Hono<GitLabEnv>): void {
  app.get('/projects/:id/repository/branches', async (c) => {
    const project = codeOf(c);
    const params = c.get('params');
    const search = params.text('search') ?? '';
    const branches = [...(await project.repository.branches())].filter(([name]) => name.includes(search));
    const { page, perPage } = pageOf(params);
    const onPage = branches.slice((page - 1) * perPage, page * perPage);
    const bodies = new Map(
      await Promise.all(
        onPage.map(async ([name, head]) => [name, await shown(c, project, name, head)] as const),
      ),
    );
    return paginated(c.req.raw, params, branches, ([name]) => bodies.get(name));
  });

  app.get('/projects/:id/repository/branches/:branch', async (c) => {
    const project = codeOf(c);
    const name = c.req.param('branch');
    return c.json(await shown(c, project, name, await existing(project, name)));
  });

  app.post('/projects/:id/repository/branches', async (c) => {
    const project = codeOf(c);
    const params = c.get('params');
    const [name, ref] = [params.required('branch'), params.required('ref')];
    requirePush(c, project, name);
    const { repository } = project;
    if (!(await repository.isBranchName(name))) throw badRequest('Branch name is invalid');
    if ((await repository.branch(name)) !== undefined) throw badRequest('Branch already exists');
    const head = await repository.resolve(ref);
    if (head === undefined) throw badRequest(`Invalid reference name: ${ref}`);
    await c.get('forge').push(project, c.get('username'), name, undefined, head);
    return c.json(await shown(c, project, name, head), 201);
  });

  app.delete('/projects/:id/repository/branches/:branch', async (c) => {
    const project = codeOf(c);
    const name = c.req.param('branch');
    requirePush(c, project, name);
    const head = await existing(project, name);
    if (name === project.defaultBranch)
      throw new ApiProblem(405, { message: 'Cannot remove default branch' });
    await c.get('forge').push(project, c.get('username'), name, head, undefined);
    return c.body(null, 204);
  });
}

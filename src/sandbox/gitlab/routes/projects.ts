import type { Hono } from 'hono';
import type { ForgeProject } from '../forge.ts';
import {
  canSee,
  codeOf,
  type GitLabContext,
  type GitLabEnv,
  levelOf,
  projectOf,
  signedIn,
} from '../http/access.ts';
import { paginated } from '../http/pagination.ts';
import { projectJson, userJson } from '../present/project.ts';

function listed(c: GitLabContext, projects: readonly ForgeProject[]): Response {
  const params = c.get('params');
  const search = params.text('search')?.toLowerCase();
  const mine = (project: ForgeProject) =>
    (!params.flag('owned') || levelOf(c, project) >= 50) &&
    (!params.flag('membership') || levelOf(c, project) > 0);
  const shown = projects.filter(
    (project) => canSee(c, project) && mine(project) && project.path.toLowerCase().includes(search ?? ''),
  );
  return paginated(c.req.raw, params, shown, (project) => projectJson(c, project));
}

/** Projects, their forks and members. */
export function projectRoutes(app: Hono<GitLabEnv>): void {
  app.get('/projects', (c) => listed(c, c.get('forge').projects()));

  app.get('/projects/:id', (c) => c.json(projectJson(c, projectOf(c))));

  app.get('/projects/:id/forks', (c) => {
    const { id } = projectOf(c);
    const forks = c
      .get('forge')
      .projects()
      .filter(({ forkedFrom }) => forkedFrom === id);
    return listed(c, forks);
  });

  app.post('/projects/:id/fork', async (c) => {
    const username = signedIn(c);
    const source = codeOf(c);
    const params = c.get('params');
    const namespace = params.text('namespace_path') ?? params.text('namespace') ?? username;
    const name = params.text('path') ?? source.path.split('/').at(-1);
    const fork = await c.get('forge').fork(source, {
      path: `${namespace}/${name}`,
      members: { [username]: 50 },
      visibility: source.visibility,
      protectedBranches: source.protectedBranches,
    });
    return c.json({ ...projectJson(c, fork), import_status: 'finished' }, 201);
  });

  for (const path of ['/projects/:id/members', '/projects/:id/members/all']) {
    app.get(path, (c) => {
      const { members } = projectOf(c);
      return paginated(c.req.raw, c.get('params'), [...members], ([username, level]) => ({
        ...userJson(c, username),
        access_level: level,
        expires_at: null,
        membership_state: 'active',
      }));
    });
  }
}

import type { Context, MiddlewareHandler } from 'hono';
import type { CodeHostVariables } from '../../code-host.ts';
import type { Connection } from '../../fetch-server.ts';
import type { Forge, ForgeMergeRequest, ForgeProject, ForgeToken } from '../forge.ts';
import { type Params, readParams } from './params.ts';
import { ApiProblem, forbidden, notFound, unauthorized } from './problem.ts';

export interface GitLabEnv {
  readonly Bindings: Connection;
  readonly Variables: CodeHostVariables & {
    forge: Forge;
    token: ForgeToken | undefined;
    params: Params;
  };
}

export type GitLabContext<P extends string = string> = Context<GitLabEnv, P>;

const REPORTER = 20;
export const DEVELOPER = 30;

function tokenText({
  headers,
  url,
}: Request): { readonly text: string; readonly bearer: boolean } | undefined {
  const own = headers.get('private-token') ?? headers.get('job-token');
  if (own !== null) return { text: own, bearer: false };
  const bearer = /^Bearer +(.+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (bearer !== undefined) return { text: bearer.trim(), bearer: true };
  const { searchParams } = new URL(url);
  const query = searchParams.get('private_token') ?? searchParams.get('access_token');
  return query === null ? undefined : { text: query, bearer: false };
}

function scopesFor({ method, url }: Request): readonly string[] {
  const { pathname } = new URL(url);
  if (pathname.endsWith('/personal_access_tokens/self')) return ['api', 'read_api', 'read_user'];
  if (method !== 'GET' && method !== 'HEAD') return ['api'];
  if (pathname.endsWith('/api/v4/user')) return ['api', 'read_api', 'read_user'];
  if (pathname.includes('/repository/')) return ['api', 'read_api', 'read_repository'];
  return ['api', 'read_api'];
}

function refusedToken(description: string): ApiProblem {
  return new ApiProblem(401, { error: 'invalid_token', error_description: description });
}

/** Who asks, by any of GitLab's ways to send a token, and whether its scopes suffice. Without one: anonymous. */
export function authenticate(forge: Forge): MiddlewareHandler<GitLabEnv> {
  return async (c, next) => {
    c.set('forge', forge);
    const given = tokenText(c.req.raw);
    const token = given && forge.tokenOf(given.text);
    if (given !== undefined && token === undefined)
      throw given.bearer ? refusedToken('Token is invalid.') : unauthorized();
    if (token?.revoked) throw refusedToken('Token was revoked. You have to re-authorize from the user.');
    c.set('token', token);
    c.set('username', token?.username ?? '');
    const needed = scopesFor(c.req.raw);
    if (token !== undefined && !token.scopes.some((scope) => needed.includes(scope)))
      throw new ApiProblem(403, {
        error: 'insufficient_scope',
        error_description: 'The request requires higher privileges than provided by the access token.',
        scope: needed.join(' '),
      });
    const params = await readParams(c.req.raw);
    c.set('params', params);
    c.set('dryRun', params.flag('dry_run') ?? false);
    await next();
  };
}

/** The user's name; throws 401 for an anonymous caller. */
export function signedIn(c: GitLabContext): string {
  const username = c.get('username');
  if (username === '') throw unauthorized();
  return username;
}

/** 0 for who is no member. */
export function levelOf(c: GitLabContext, project: ForgeProject): number {
  return project.members.get(c.get('username')) ?? 0;
}

export function canSee(c: GitLabContext, project: ForgeProject): boolean {
  if (project.visibility === 'public' || levelOf(c, project) > 0) return true;
  return project.visibility === 'internal' && c.get('username') !== '';
}

/** By number or path; one that the caller may not see is not there. */
export function visibleProject(c: GitLabContext, idOrPath: string): ForgeProject {
  const project = c.get('forge').project(/^\d+$/.test(idOrPath) ? Number(idOrPath) : idOrPath);
  if (project === undefined || !canSee(c, project)) throw notFound('Project');
  return project;
}

/** The project of the path's `:id`. */
export function projectOf(c: GitLabContext): ForgeProject {
  return visibleProject(c, c.req.param('id') ?? '');
}

/** The same, its code readable. */
export function codeOf(c: GitLabContext): ForgeProject {
  const project = projectOf(c);
  if (project.visibility === 'private' && levelOf(c, project) < REPORTER) throw forbidden();
  return project;
}

/** Developers may push to any branch that is not protected, nobody to an archived project. */
export function canPush(c: GitLabContext, project: ForgeProject, branch: string): boolean {
  const rule = project.protectedBranches.find(({ name }) => name === branch);
  return !project.archived && levelOf(c, project) >= (rule?.push ?? DEVELOPER);
}

export function requirePush(c: GitLabContext, project: ForgeProject, branch: string): void {
  signedIn(c);
  if (!canPush(c, project, branch)) throw forbidden('You are not allowed to push into this branch');
}

export function canMerge(c: GitLabContext, project: ForgeProject, branch: string): boolean {
  const rule = project.protectedBranches.find(({ name }) => name === branch);
  return !project.archived && levelOf(c, project) >= (rule?.merge ?? DEVELOPER);
}

/** The merge request of the path's `:id` and `:iid`. */
export function mergeRequestOf(c: GitLabContext): {
  readonly project: ForgeProject;
  readonly mergeRequest: ForgeMergeRequest;
} {
  const project = projectOf(c);
  const iid = Number(c.req.param('iid'));
  const mergeRequest = c.get('forge').mergeRequests.get(project.id, iid);
  if (mergeRequest === undefined) throw notFound();
  return { project, mergeRequest };
}

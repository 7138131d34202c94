import { Hono } from 'hono';
import { audited, type CodeHostFault, type CodeHostOptions, faulted, segmentsOf } from '../code-host.ts';
import { type FetchServer, serveFetch } from '../fetch-server.ts';
import type { RequestAttributes } from '../kubernetes/world-interfaces.ts';
import { type GitHubEnv, GitHubProblem, type GitHubRepository, json, problemBody } from './http.ts';
import { RateLimits, rateLimitHeaders } from './rate-limit.ts';
import { repositoryRoutes } from './routes.ts';

export interface GitHubServerOptions extends Omit<CodeHostOptions, 'api'> {
  readonly repositories: readonly GitHubRepository[];
  /** Login of whom a token belongs to; undefined for a token that there is not. */
  readonly loginOf: (token: string) => string | undefined;
  readonly onError: (error: unknown) => void;
}

/** `/repos/o/r/git/trees/SHA` is the resource `trees` of the namespace `o/r`. */
function attributesOf(request: Request): Pick<RequestAttributes, 'resource' | 'namespace' | 'name'> {
  const [root = '', owner, repo, ...rest] = segmentsOf(request);
  if (root !== 'repos' || owner === undefined || repo === undefined) return { resource: root };
  const [resource = 'repos', ...name] = rest[0] === 'git' ? rest.slice(1) : rest;
  return {
    resource,
    namespace: `${owner}/${repo}`,
    ...(name.length === 0 ? {} : { name: name.join('/') }),
  };
}

const EXCEEDED =
  "API rate limit exceeded. (But here's the good news: Authenticated requests get a higher rate limit.)";

function refusal({ code, message, retryAfterSeconds }: CodeHostFault): Response {
  const limited = code === 403 || code === 429;
  return json(
    problemBody(code, message ?? (limited ? EXCEEDED : 'Server Error')),
    code,
    retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) },
  );
}

/** The application without its listener. */
function gitHubApp(options: GitHubServerOptions): Hono<GitHubEnv> {
  const { repositories, loginOf, clock, onError } = options;
  const host = { ...options, api: 'github' as const };
  const byName = new Map(repositories.map((item) => [item.fullName.toLowerCase(), item]));
  const limits = new RateLimits(() => clock.now());

  const app = new Hono<GitHubEnv>();
  app.use('*', audited(host));
  app.use('*', async (c, next) => {
    c.set('repositories', byName);
    const token = /^(?:bearer|token) +(.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    const login = token === undefined ? '' : loginOf(token);
    if (login === undefined) throw new GitHubProblem(401, 'Bad credentials');
    c.set('username', login);
    const allowed = c.req.path === '/rate_limit' || limits.take(login);
    if (!allowed) c.res = json(problemBody(403, EXCEEDED), 403);
    else await next();
    for (const [name, value] of Object.entries(rateLimitHeaders(limits.of(login))))
      if (!c.get('dropped')) c.res.headers.set(name, value);
  });
  app.use('*', faulted({ ...host, attributes: attributesOf, refusal }));
  app.get('/rate_limit', (c) => {
    const core = limits.of(c.get('username'));
    return json({ resources: { core }, rate: core });
  });
  repositoryRoutes(app);
  app.notFound(() => json(problemBody(404, 'Not Found'), 404));
  app.onError((error) => {
    if (error instanceof GitHubProblem) return json(problemBody(error.status, error.message), error.status);
    onError(error);
    return json(problemBody(500, 'Server Error'), 500);
  });
  return app;
}

/** Serves GitHub's API over git repositories, on a free port of 127.0.0.1; every repository is public. */
export function startGitHubServer(options: GitHubServerOptions): Promise<FetchServer> {
  const app = gitHubApp(options);
  return serveFetch((request, connection) => app.fetch(request, connection));
}

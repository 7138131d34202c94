import { Hono } from 'hono';
import { audited, type CodeHostFault, type CodeHostOptions, faulted, segmentsOf } from '../code-host.ts';
import { type FetchServer, serveFetch } from '../fetch-server.ts';
import type { RequestAttributes } from '../kubernetes/world-interfaces.ts';
import type { Forge } from './forge.ts';
import { authenticate, type GitLabEnv } from './http/access.ts';
import { problemResponse } from './http/problem.ts';
import { branchRoutes } from './routes/branches.ts';
import { commitWriteRoutes } from './routes/commit-writes.ts';
import { commitRoutes } from './routes/commits.ts';
import { fileRoutes } from './routes/files.ts';
import { generalRoutes } from './routes/general.ts';
import { mergeRequestRoutes } from './routes/merge-requests.ts';
import { mergingRoutes } from './routes/merging.ts';
import { projectRoutes } from './routes/projects.ts';
import { reviewRoutes } from './routes/review.ts';
import { smartHttpRoutes } from './smart-http.ts';

export interface GitLabServerOptions extends Omit<CodeHostOptions, 'api'> {
  readonly forge: Forge;
  /** Told of what goes wrong inside; the client gets a 500. */
  readonly onError: (error: unknown) => void;
}

/**
 * What a request is about, for a scenario's faults: the word after the project, its name and what follows.
 * `/projects/service%2Fapp/repository/commits/SHA/revert` is the resource `commits`, subresource `revert`.
 */
function attributesOf(
  forge: Forge,
): (request: Request) => Omit<RequestAttributes, 'user' | 'verb' | 'group' | 'dryRun'> {
  return (request) => {
    // After /api/v4.
    const segments = segmentsOf(request).slice(2);
    if (segments[0] !== 'projects' || segments[1] === undefined)
      return { resource: segments[0] ?? '', ...(segments[1] === undefined ? {} : { name: segments[1] }) };
    const project = forge.project(/^\d+$/.test(segments[1]) ? Number(segments[1]) : segments[1]);
    const rest = segments.slice(segments[2] === 'repository' ? 3 : 2);
    const [resource = 'projects', name, ...more] = rest;
    return {
      resource,
      namespace: project?.path ?? segments[1],
      ...(name === undefined ? {} : { name }),
      ...(more.length === 0 ? {} : { subresource: more.join('/') }),
    };
  };
}

const GATEWAY_PAGE =
  '<html><body><h1>502 Whoops, GitLab is taking too much time to respond.</h1></body></html>\n';

/** GitLab's throttle answers in plain text, its proxy with a page. */
function refusal({ code, message, retryAfterSeconds }: CodeHostFault): Response {
  const headers: Record<string, string> =
    retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  if (code === 429)
    return new Response(`${message ?? 'Retry later'}\n`, {
      status: code,
      headers: { ...headers, 'Content-Type': 'text/plain' },
    });
  if (message === undefined && code >= 502)
    return new Response(GATEWAY_PAGE, {
      status: code,
      headers: { ...headers, 'Content-Type': 'text/html' },
    });
  const usual = code === 403 ? '403 Forbidden' : code === 404 ? '404 Not found' : '500 Internal Server Error';
  return Response.json({ message: message ?? usual }, { status: code, headers });
}

/** The application without its listener. */
function gitLabApp(options: GitLabServerOptions): Hono<GitLabEnv> {
  const { forge, onError } = options;
  const host = { ...options, api: 'gitlab' as const };
  const api = new Hono<GitLabEnv>();
  generalRoutes(api);
  projectRoutes(api);
  branchRoutes(api);
  fileRoutes(api);
  commitRoutes(api);
  commitWriteRoutes(api);
  mergeRequestRoutes(api);
  reviewRoutes(api);
  mergingRoutes(api);

  const app = new Hono<GitLabEnv>();
  app.use('*', audited(host));
  app.use('/api/v4/*', authenticate(forge));
  app.use('/api/v4/*', faulted({ ...host, attributes: attributesOf(forge), refusal }));
  app.route('/api/v4', api);
  smartHttpRoutes(app, forge);
  app.notFound((c) => c.json({ error: '404 Not Found' }, 404));
  app.onError((error) => problemResponse(error, onError));
  return app;
}

/** Serves GitLab's REST API v4 over a forge, on a free port of 127.0.0.1. */
export function startGitLabServer(options: GitLabServerOptions): Promise<FetchServer> {
  const app = gitLabApp(options);
  return serveFetch((request, connection) => app.fetch(request, connection));
}

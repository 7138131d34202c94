import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import { gitEnvironment } from '../git/run.ts';
import type { Forge } from './forge.ts';
import { canSee, type GitLabEnv } from './http/access.ts';

const ADDRESS = /^\/(.+)\.git\/(info\/refs|git-upload-pack)$/;
const HEADER_END = '\r\n\r\n';

/** A password of git's is a token, whatever the user's name; empty for none. */
function basicToken(request: Request): string {
  const encoded = /^Basic +(.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
  return Buffer.from(encoded, 'base64').toString('utf8').split(':').slice(1).join(':');
}

/** Splits what a CGI program writes: header lines, an empty line, the body. */
async function cgiResponse(output: Readable): Promise<Response> {
  let head = Buffer.alloc(0);
  const chunks = output[Symbol.asyncIterator]();
  while (!head.includes(HEADER_END)) {
    const { value, done } = await chunks.next();
    if (done) return new Response('git http-backend ended early\n', { status: 500 });
    head = Buffer.concat([head, value as Buffer]);
  }
  const end = head.indexOf(HEADER_END);
  const headers = new Headers();
  for (const line of head.toString('latin1', 0, end).split('\r\n')) {
    const colon = line.indexOf(':');
    headers.set(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const status = Number.parseInt(headers.get('status') ?? '200', 10);
  headers.delete('status');
  const rest = async function* () {
    yield head.subarray(end + HEADER_END.length);
    for (;;) {
      const { value, done } = await chunks.next();
      if (done) return;
      yield value as Buffer;
    }
  };
  return new Response(Readable.toWeb(Readable.from(rest())) as ReadableStream, { status, headers });
}

/** Lets git clone and fetch `http://HOST/group/project.git`; pushing goes through the API. */
export function smartHttpRoutes(app: Hono<GitLabEnv>, forge: Forge): void {
  app.use('*', async (c, next) => {
    const { request, url } = { request: c.req.raw, url: new URL(c.req.url) };
    const [, path, service] = ADDRESS.exec(c.req.path) ?? [];
    if (path === undefined || service === undefined) return next();
    c.set('forge', forge);
    const given = basicToken(request);
    const token = given === '' ? undefined : forge.tokenOf(given);
    c.set('username', token?.username ?? '');
    const project = forge.project(path);
    if (given !== '' && token === undefined) return c.text('HTTP Basic: Access denied\n', 401);
    if (project === undefined || !canSee(c, project)) {
      // Only who is asked for a password sends one.
      if (token !== undefined) return c.text('The project you were looking for could not be found.\n', 404);
      return c.text('HTTP Basic: Access denied\n', 401, { 'WWW-Authenticate': 'Basic realm="GitLab"' });
    }
    if (service === 'info/refs' && url.searchParams.get('service') !== 'git-upload-pack')
      return c.text('You are not allowed to push code to this project.\n', 403);
    const child = spawn('git', ['http-backend'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: gitEnvironment({
        GIT_HTTP_EXPORT_ALL: '1',
        PATH_TRANSLATED: `${project.repository.folder}/${service}`,
        PATH_INFO: `/${service}`,
        QUERY_STRING: url.searchParams.toString(),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers.get('content-type') ?? '',
        HTTP_CONTENT_ENCODING: request.headers.get('content-encoding') ?? '',
        GIT_PROTOCOL: request.headers.get('git-protocol') ?? '',
      }),
    });
    child.stdin.on('error', () => {});
    child.stdin.end(Buffer.from(await request.arrayBuffer()));
    return cgiResponse(child.stdout);
  });
}

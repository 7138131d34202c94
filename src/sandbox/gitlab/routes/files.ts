import { createHash } from 'node:crypto';
import type { Hono } from 'hono';
import type { TreeEntry } from '../../git/repository.ts';
import type { ForgeProject } from '../forge.ts';
import { codeOf, type GitLabContext, type GitLabEnv } from '../http/access.ts';
import { paginated } from '../http/pagination.ts';
import { notFound } from '../http/problem.ts';

interface Located {
  readonly project: ForgeProject;
  readonly path: string;
  readonly ref: string;
  /** The commit that the ref stands for. */
  readonly commit: string;
  readonly blob: TreeEntry;
}

async function located(c: GitLabContext, ref: string): Promise<Located> {
  const project = codeOf(c);
  const path = c.req.param('path') ?? '';
  const commit = await project.repository.resolve(ref === 'HEAD' ? project.defaultBranch : ref);
  if (commit === undefined) throw notFound('Commit');
  const blob = await project.repository.objectAt(commit, path);
  if (blob?.type !== 'blob') throw notFound('File');
  return { project, path, ref, commit, blob };
}

async function headersOf({ project, path, ref, commit, blob }: Located, content: Buffer) {
  const [last] = await project.repository.log({ range: commit, path, limit: 1 });
  return {
    'X-Gitlab-Blob-Id': blob.sha,
    'X-Gitlab-Commit-Id': commit,
    'X-Gitlab-Content-Sha256': createHash('sha256').update(content).digest('hex'),
    'X-Gitlab-Encoding': 'base64',
    'X-Gitlab-Execute-Filemode': String(blob.mode === '100755'),
    'X-Gitlab-File-Name': encodeURI(path.split('/').at(-1) ?? path),
    'X-Gitlab-File-Path': encodeURI(path),
    'X-Gitlab-Last-Commit-Id': last?.sha ?? commit,
    'X-Gitlab-Ref': ref,
    'X-Gitlab-Size': String(content.length),
  };
}

/** Files and folders at a ref; HEAD requests get the headers alone. */
export function fileRoutes(app: Hono<GitLabEnv>): void {
  app.get('/projects/:id/repository/files/:path/raw', async (c) => {
    const file = await located(c, c.get('params').text('ref') ?? 'HEAD');
    const content = await file.project.repository.blob(file.blob.sha);
    return new Response(new Uint8Array(content), {
      headers: {
        'Content-Type': content.includes(0) ? 'application/octet-stream' : 'text/plain; charset=utf-8',
        ...(await headersOf(file, content)),
      },
    });
  });

  app.get('/projects/:id/repository/files/:path', async (c) => {
    const file = await located(c, c.get('params').required('ref'));
    const content = await file.project.repository.blob(file.blob.sha);
    const headers = await headersOf(file, content);
    const body = {
      file_name: file.path.split('/').at(-1),
      file_path: file.path,
      size: content.length,
      encoding: 'base64',
      content_sha256: headers['X-Gitlab-Content-Sha256'],
      ref: file.ref,
      blob_id: file.blob.sha,
      commit_id: file.commit,
      last_commit_id: headers['X-Gitlab-Last-Commit-Id'],
      execute_filemode: file.blob.mode === '100755',
      content: content.toString('base64'),
    };
    return c.json(body, 200, headers);
  });

  app.get('/projects/:id/repository/tree', async (c) => {
    const project = codeOf(c);
    const params = c.get('params');
    const commit = await project.repository.resolve(params.text('ref') ?? project.defaultBranch);
    if (commit === undefined) throw notFound('Tree');
    const folder = (params.text('path') ?? '').replace(/^\/|\/$/g, '');
    const root = folder === '' ? undefined : await project.repository.objectAt(commit, folder);
    if (folder !== '' && root?.type !== 'tree') throw notFound('Tree');
    const entries = await project.repository.tree(root?.sha ?? commit, params.flag('recursive') ?? false);
    // Folders first, as GitLab lists them.
    entries.sort((a, b) => Number(b.type === 'tree') - Number(a.type === 'tree'));
    return paginated(c.req.raw, params, entries, (entry) => ({
      id: entry.sha,
      name: entry.path.split('/').at(-1),
      type: entry.type,
      path: folder === '' ? entry.path : `${folder}/${entry.path}`,
      mode: entry.mode,
    }));
  });
}

import type { Hono } from 'hono';
import { diffTrees, EMPTY_TREE } from '../git/diff.ts';
import type { Repository } from '../git/repository.ts';
import {
  type GitHubContext,
  type GitHubEnv,
  GitHubProblem,
  type GitHubRepository,
  json,
  linkHeader,
  notFound,
  pageOf,
  repositoryOf,
} from './http.ts';
import { commitJson, contentJson, fileJson, repositoryJson, treeEntryJson } from './present.ts';

/** Of the whole comparison, and without a word about those left out. */
const MOST_FILES = 300;
const MOST_COMMITS = 250;
const RAW = /application\/vnd\.github\.(v3\.)?raw/;

/** `branch`, `owner:branch` or `owner:repository:branch`. */
async function resolved(repository: Repository, name: string): Promise<string> {
  const sha = await repository.resolve(name.split(':').at(-1) ?? '');
  if (sha === undefined) throw notFound();
  return sha;
}

function statusOf(ahead: number, behind: number): string {
  if (ahead > 0 && behind > 0) return 'diverged';
  if (ahead > 0) return 'ahead';
  return behind > 0 ? 'behind' : 'identical';
}

async function compare(c: GitHubContext): Promise<Response> {
  const item = repositoryOf(c);
  const { repository } = item;
  const [baseName, headName, ...more] = (c.req.param('basehead') ?? '').split('...');
  if (!baseName || !headName || more.length > 0) throw notFound();
  const [base, head] = await Promise.all([resolved(repository, baseName), resolved(repository, headName)]);
  const mergeBase = await repository.mergeBase(base, head);
  if (mergeBase === undefined)
    throw new GitHubProblem(404, `No common ancestor between ${baseName} and ${headName}.`);
  const [newest, behind, baseCommit, mergeBaseCommit, files] = await Promise.all([
    repository.log({ range: `${base}..${head}` }),
    repository.count(`${head}..${base}`),
    repository.commit(base),
    repository.commit(mergeBase),
    diffTrees(repository.folder, mergeBase, head),
  ]);
  if (baseCommit === undefined || mergeBaseCommit === undefined) throw notFound();
  const commits = newest.reverse();
  const paged = c.req.query('page') !== undefined || c.req.query('per_page') !== undefined;
  const page = pageOf(c);
  const start = (page.page - 1) * page.perPage;
  const shown = paged ? commits.slice(start, start + page.perPage) : commits.slice(-MOST_COMMITS);
  const { html_url: html, url } = repositoryJson(c, item);
  const name = `${baseName}...${headName}`;
  const body = {
    url: `${url}/compare/${name}`,
    html_url: `${html}/compare/${name}`,
    permalink_url: `${html}/compare/${base.slice(0, 7)}...${head.slice(0, 7)}`,
    diff_url: `${html}/compare/${name}.diff`,
    patch_url: `${html}/compare/${name}.patch`,
    base_commit: commitJson(c, item, baseCommit),
    merge_base_commit: commitJson(c, item, mergeBaseCommit),
    status: statusOf(commits.length, behind),
    ahead_by: commits.length,
    behind_by: behind,
    total_commits: commits.length,
    commits: shown.map((commit) => commitJson(c, item, commit)),
    files: page.page === 1 ? files.slice(0, MOST_FILES).map((file) => fileJson(c, item, file, head)) : [],
  };
  return json(body, 200, paged ? linkHeader(c, page, commits.length) : {});
}

async function tree(c: GitHubContext): Promise<Response> {
  const item = repositoryOf(c);
  const { repository } = item;
  const name = c.req.param('sha') ?? '';
  const sha = (await repository.commit(name))?.tree ?? (await repository.treeSha(name));
  if (sha === undefined) throw notFound();
  const entries = await repository.tree(sha, c.req.query('recursive') !== undefined);
  return json({
    sha,
    url: `${repositoryJson(c, item).url}/git/trees/${sha}`,
    tree: entries.map((entry) => treeEntryJson(c, item, entry)),
    truncated: false,
  });
}

async function contents(c: GitHubContext): Promise<Response> {
  const item = repositoryOf(c);
  const { repository } = item;
  const path = (c.req.param('path') ?? '').replace(/\/$/, '');
  const ref = c.req.query('ref') ?? item.defaultBranch;
  const commit = await repository.resolve(ref);
  if (commit === undefined) throw new GitHubProblem(404, `No commit found for the ref ${ref}`);
  const entry = path === '' ? undefined : await repository.objectAt(commit, path);
  if (path !== '' && entry === undefined) throw notFound();
  if (entry?.type === 'blob') {
    const content = await repository.blob(entry.sha);
    if (RAW.test(c.req.header('accept') ?? ''))
      return new Response(new Uint8Array(content), {
        headers: { 'Content-Type': 'application/vnd.github.raw+json; charset=utf-8' },
      });
    const lines = content.toString('base64').replace(/.{60}(?=.)/g, '$&\n');
    const body = contentJson(c, item, entry, path, ref);
    return json({ ...body, content: `${lines}\n`, encoding: 'base64' });
  }
  const entries = await repository.tree(entry?.sha ?? commit, false);
  return json(
    entries.map((child) =>
      contentJson(c, item, child, path === '' ? child.path : `${path}/${child.path}`, ref),
    ),
  );
}

async function commit(c: GitHubContext): Promise<Response> {
  const item = repositoryOf(c);
  const name = c.req.param('ref') ?? '';
  const found = await item.repository.commit(name);
  if (found === undefined) throw new GitHubProblem(422, `No commit found for SHA: ${name}`);
  const parent = found.parents[0] ?? EMPTY_TREE;
  const files = await diffTrees(item.repository.folder, parent, found.sha);
  const sum = (field: 'additions' | 'deletions') => files.reduce((total, file) => total + file[field], 0);
  const [additions, deletions] = [sum('additions'), sum('deletions')];
  return json({
    ...commitJson(c, item, found),
    stats: { total: additions + deletions, additions, deletions },
    files: files.slice(0, MOST_FILES).map((file) => fileJson(c, item, file, found.sha)),
  });
}

async function commits(c: GitHubContext): Promise<Response> {
  const item: GitHubRepository = repositoryOf(c);
  const range = await item.repository.resolve(c.req.query('sha') ?? item.defaultBranch);
  if (range === undefined) throw notFound();
  const page = pageOf(c);
  const skip = (page.page - 1) * page.perPage;
  const query = {
    range,
    path: c.req.query('path'),
    since: c.req.query('since'),
    until: c.req.query('until'),
  };
  const found = await item.repository.log({ ...query, skip, limit: page.perPage + 1 });
  // One more than the page holds tells whether there is another.
  const total = skip + found.length;
  const shown = found.slice(0, page.perPage).map((one) => commitJson(c, item, one));
  return json(shown, 200, linkHeader(c, page, total));
}

/** What is read of a repository's code. */
export function repositoryRoutes(app: Hono<GitHubEnv>): void {
  app.get('/repos/:owner/:repo', (c) => json(repositoryJson(c, repositoryOf(c))));
  app.get('/repos/:owner/:repo/compare/:basehead{.+}', compare);
  app.get('/repos/:owner/:repo/git/trees/:sha{.+}', tree);
  app.get('/repos/:owner/:repo/contents', contents);
  app.get('/repos/:owner/:repo/contents/:path{.+}', contents);
  app.get('/repos/:owner/:repo/commits', commits);
  app.get('/repos/:owner/:repo/commits/:ref{.+}', commit);

  app.get('/repos/:owner/:repo/git/blobs/:sha', async (c) => {
    const { repository } = repositoryOf(c);
    const sha = c.req.param('sha');
    if (!/^[0-9a-f]{40}$/.test(sha)) throw notFound();
    const content = await repository.blob(sha).catch(() => undefined);
    if (content === undefined) throw notFound();
    return json({ sha, size: content.length, content: content.toString('base64'), encoding: 'base64' });
  });
}

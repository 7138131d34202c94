import type { Commit } from '../git/commit.ts';
import type { FileDiff } from '../git/diff.ts';
import type { Signature } from '../git/history.ts';
import type { TreeEntry } from '../git/repository.ts';
import type { GitHubContext, GitHubRepository } from './http.ts';

const STATUS: Readonly<Record<FileDiff['status'], string>> = {
  added: 'added',
  modified: 'modified',
  renamed: 'renamed',
  deleted: 'removed',
};

function signed({ name, email }: Signature, time: number) {
  return { name, email, date: `${new Date(time).toISOString().slice(0, 19)}Z` };
}

/** Addresses of a repository's parts: of the API, and of pages for people. */
function addresses(c: GitHubContext, { fullName }: GitHubRepository) {
  const { origin } = new URL(c.req.url);
  return { api: `${origin}/repos/${fullName}`, html: `https://github.com/${fullName}` };
}

export function repositoryJson(c: GitHubContext, item: GitHubRepository) {
  const { api, html } = addresses(c, item);
  const [login = '', name = ''] = item.fullName.split('/');
  return {
    id: 1,
    name,
    full_name: item.fullName,
    private: false,
    visibility: 'public',
    owner: { login, id: 1, type: 'Organization' },
    html_url: html,
    url: api,
    clone_url: `${html}.git`,
    default_branch: item.defaultBranch,
    archived: false,
    disabled: false,
    fork: false,
  };
}

export function commitJson(c: GitHubContext, item: GitHubRepository, commit: Commit) {
  const { api, html } = addresses(c, item);
  const { sha, tree, parents, message } = commit;
  return {
    sha,
    commit: {
      author: signed(commit.author, commit.authoredAt),
      committer: signed(commit.committer, commit.committedAt),
      message: message.trimEnd(),
      tree: { sha: tree, url: `${api}/git/trees/${tree}` },
      url: `${api}/git/commits/${sha}`,
      comment_count: 0,
      verification: { verified: false, reason: 'unsigned', signature: null, payload: null },
    },
    url: `${api}/commits/${sha}`,
    html_url: `${html}/commit/${sha}`,
    comments_url: `${api}/commits/${sha}/comments`,
    author: null,
    committer: null,
    parents: parents.map((parent) => ({
      sha: parent,
      url: `${api}/commits/${parent}`,
      html_url: `${html}/commit/${parent}`,
    })),
  };
}

/** A binary file has no patch. */
export function fileJson(c: GitHubContext, item: GitHubRepository, file: FileDiff, sha: string) {
  const { api, html } = addresses(c, item);
  const { status, newPath, oldPath, additions, deletions, patch } = file;
  const path = newPath.split('/').map(encodeURIComponent).join('/');
  return {
    sha: status === 'deleted' ? file.oldBlob : file.newBlob,
    filename: newPath,
    status: STATUS[status],
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${html}/blob/${sha}/${path}`,
    raw_url: `${html}/raw/${sha}/${path}`,
    contents_url: `${api}/contents/${path}?ref=${sha}`,
    ...(patch.startsWith('@@') ? { patch: patch.replace(/\n$/, '') } : {}),
    ...(status === 'renamed' ? { previous_filename: oldPath } : {}),
  };
}

export function treeEntryJson(c: GitHubContext, item: GitHubRepository, entry: TreeEntry) {
  const { api } = addresses(c, item);
  const { path, mode, type, sha, size } = entry;
  const kind = type === 'tree' ? 'trees' : 'blobs';
  return {
    path,
    mode,
    type,
    sha,
    ...(size === undefined ? {} : { size }),
    url: `${api}/git/${kind}/${sha}`,
  };
}

/** A file or folder as the contents API lists it, its content left out. */
export function contentJson(
  c: GitHubContext,
  item: GitHubRepository,
  entry: TreeEntry,
  path: string,
  ref: string,
) {
  const { api, html } = addresses(c, item);
  const isFile = entry.type === 'blob';
  const self = `${api}/contents/${path}?ref=${ref}`;
  const git = `${api}/git/${isFile ? 'blobs' : 'trees'}/${entry.sha}`;
  const page = `${html}/${isFile ? 'blob' : 'tree'}/${ref}/${path}`;
  return {
    name: path.split('/').at(-1),
    path,
    sha: entry.sha,
    size: entry.size ?? 0,
    url: self,
    html_url: page,
    git_url: git,
    download_url: isFile ? `${html}/raw/${ref}/${path}` : null,
    type: isFile ? 'file' : 'dir',
    _links: { self, git, html: page },
  };
}

import type { ForgeProject } from '../forge.ts';
import type { GitLabContext } from '../http/access.ts';
import { levelOf } from '../http/access.ts';

/** ISO 8601 with milliseconds, as GitLab writes times of its own. */
export function isoTime(time: number): string;
export function isoTime(time: number | undefined): string | null;
export function isoTime(time: number | undefined): string | null {
  return time === undefined ? null : new Date(time).toISOString();
}

/** Where the client found the server: every link of an answer starts with it. */
export function baseOf(c: GitLabContext): string {
  return new URL(c.req.url).origin;
}

/** Someone in an answer; a name that no user has is the ghost's. */
export function userJson(c: GitLabContext, username: string | undefined) {
  const user = username === undefined ? undefined : c.get('forge').user(username);
  if (user === undefined) return null;
  return {
    id: user.id,
    username: user.username,
    public_email: '',
    name: user.name,
    state: 'active',
    locked: false,
    avatar_url: null,
    web_url: `${baseOf(c)}/${user.username}`,
  };
}

function namespaceJson(c: GitLabContext, path: string) {
  const segments = path.split('/');
  const full = segments.slice(0, -1).join('/');
  const last = segments.at(-2) ?? '';
  const isUser = c.get('forge').user(full) !== undefined;
  return {
    id: [...full].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7),
    name: last,
    path: last,
    kind: isUser ? 'user' : 'group',
    full_path: full,
    parent_id: null,
    avatar_url: null,
    web_url: `${baseOf(c)}/${isUser ? full : `groups/${full}`}`,
  };
}

function identityJson(c: GitLabContext, project: ForgeProject) {
  const { id, path } = project;
  const url = `${baseOf(c)}/${path}`;
  const name = path.split('/').at(-1) ?? path;
  return {
    id,
    description: project.description === '' ? null : project.description,
    name,
    name_with_namespace: path.split('/').join(' / '),
    path: name,
    path_with_namespace: path,
    created_at: isoTime(project.createdAt),
    default_branch: project.defaultBranch,
    tag_list: [],
    topics: [],
    ssh_url_to_repo: `git@${new URL(url).hostname}:${path}.git`,
    http_url_to_repo: `${url}.git`,
    web_url: url,
    readme_url: null,
    forks_count: c
      .get('forge')
      .projects()
      .filter(({ forkedFrom }) => forkedFrom === id).length,
    avatar_url: null,
    star_count: 0,
    last_activity_at: isoTime(project.createdAt),
    visibility: project.visibility,
    namespace: namespaceJson(c, path),
  };
}

export function projectJson(c: GitLabContext, project: ForgeProject) {
  const api = `${baseOf(c)}/api/v4/projects/${project.id}`;
  const level = levelOf(c, project);
  const origin = project.forkedFrom === undefined ? undefined : c.get('forge').project(project.forkedFrom);
  return {
    ...identityJson(c, project),
    _links: {
      self: api,
      merge_requests: `${api}/merge_requests`,
      repo_branches: `${api}/repository/branches`,
      labels: `${api}/labels`,
      events: `${api}/events`,
      members: `${api}/members`,
    },
    empty_repo: false,
    archived: project.archived,
    merge_requests_enabled: true,
    merge_requests_access_level: 'enabled',
    repository_access_level: 'enabled',
    jobs_enabled: true,
    issues_enabled: false,
    creator_id: null,
    merge_method: project.mergeMethod,
    squash_option: 'default_off',
    only_allow_merge_if_pipeline_succeeds: project.pipelineMustSucceed,
    only_allow_merge_if_all_discussions_are_resolved: false,
    remove_source_branch_after_merge: true,
    autoclose_referenced_issues: true,
    ...(origin === undefined ? {} : { forked_from_project: identityJson(c, origin) }),
    permissions: {
      project_access: level === 0 ? null : { access_level: level, notification_level: 3 },
      group_access: null,
    },
  };
}

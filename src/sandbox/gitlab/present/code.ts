import { type Commit, titleOf } from '../../git/commit.ts';
import type { FileDiff } from '../../git/diff.ts';
import type { ForgeProject } from '../forge.ts';
import { canPush, type GitLabContext } from '../http/access.ts';
import { baseOf } from './project.ts';

const LARGEST_PATCH = 200 * 1024;
const SHORT = 8;

/** Git's times have seconds and the committer's zone. */
function gitTime(time: number): string {
  return new Date(time).toISOString().replace('Z', '+00:00');
}

export function commitJson(c: GitLabContext, project: ForgeProject, commit: Commit) {
  const { sha, parents, message, author, committer } = commit;
  return {
    id: sha,
    short_id: sha.slice(0, SHORT),
    created_at: gitTime(commit.committedAt),
    parent_ids: parents,
    title: titleOf(commit),
    message,
    author_name: author.name,
    author_email: author.email,
    authored_date: gitTime(commit.authoredAt),
    committer_name: committer.name,
    committer_email: committer.email,
    committed_date: gitTime(commit.committedAt),
    trailers: {},
    extended_trailers: {},
    web_url: `${baseOf(c)}/${project.path}/-/commit/${sha}`,
  };
}

export function statsJson(files: readonly FileDiff[]) {
  const sum = (field: 'additions' | 'deletions') => files.reduce((total, file) => total + file[field], 0);
  const [additions, deletions] = [sum('additions'), sum('deletions')];
  return { additions, deletions, total: additions + deletions };
}

/** Too large a patch is left out, and the answer says so. */
export function diffJson(file: FileDiff) {
  const tooLarge = file.patch.length > LARGEST_PATCH;
  return {
    diff: tooLarge ? '' : file.patch,
    collapsed: false,
    too_large: tooLarge,
    new_path: file.newPath,
    old_path: file.oldPath,
    a_mode: file.oldMode,
    b_mode: file.newMode,
    new_file: file.status === 'added',
    renamed_file: file.status === 'renamed',
    deleted_file: file.status === 'deleted',
    generated_file: null,
  };
}

export function branchJson(c: GitLabContext, project: ForgeProject, name: string, commit: Commit) {
  const rule = project.protectedBranches.find((item) => item.name === name);
  return {
    name,
    commit: commitJson(c, project, commit),
    merged: false,
    protected: rule !== undefined,
    developers_can_push: rule !== undefined && rule.push <= 30,
    developers_can_merge: rule !== undefined && rule.merge <= 30,
    can_push: canPush(c, project, name),
    default: name === project.defaultBranch,
    web_url: `${baseOf(c)}/${project.path}/-/tree/${name}`,
  };
}

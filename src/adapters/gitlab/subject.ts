import type { ProjectRef } from '../../ports/gitlab.ts';
import type { Subject } from './telling.ts';

/** What is asked of GitLab, in words: one place, so that all sentences name things alike. */
export const about = {
  project: (project: ProjectRef): Subject => ({
    act: `show the project ${project}`,
    thing: `project ${project}`,
    project: String(project),
  }),
  history: (project: ProjectRef, ref: string | undefined, path: string | undefined): Subject => {
    const what = [path, ref === undefined ? undefined : `at ${short(ref)}`].filter(Boolean).join(' ');
    return within(project, `list the commits of${what === '' ? '' : ` ${what} in`}`, `history of ${what}`);
  },
  commit: (project: ProjectRef, sha: string): Subject =>
    within(project, `show commit ${short(sha)} of`, `commit ${short(sha)}`),
  changes: (project: ProjectRef, sha: string): Subject =>
    within(project, `list the changes of commit ${short(sha)} of`, `commit ${short(sha)}`),
  file: (project: ProjectRef, path: string, ref: string): Subject =>
    within(project, `read the file ${path} at ${short(ref)} of`, `file ${path} at ${short(ref)}`),
  requestsOf: (project: ProjectRef, sha: string): Subject =>
    within(project, `list the merge requests of commit ${short(sha)} of`, `commit ${short(sha)}`),
  requests: (project: ProjectRef, branch: string | undefined): Subject =>
    within(
      project,
      `list the merge requests ${branch === undefined ? '' : `from branch ${branch} `}of`,
      'merge requests',
    ),
  request: (project: ProjectRef, iid: number, part = ''): Subject =>
    within(
      project,
      `show ${part === '' ? '' : `the ${part} `}merge request !${iid} of`,
      `merge request !${iid}`,
    ),
  branch: (project: ProjectRef, branch: string): Subject => ({
    ...within(project, `show the branch ${branch} of`, `branch ${branch}`),
    branch,
  }),
  compare: (project: ProjectRef, from: string, to: string): Subject =>
    within(
      project,
      `compare ${short(from)} with ${short(to)} in`,
      `comparison of ${short(from)} with ${short(to)}`,
    ),
};

/** The same for what changes something. */
export const doing = {
  createBranch: (project: ProjectRef, branch: string, ref: string): Subject => ({
    ...within(project, `make the branch ${branch} at ${short(ref)} in`, `commit or branch ${short(ref)}`),
    branch,
    write: true,
  }),
  revert: (project: ProjectRef, sha: string, branch: string): Subject => ({
    ...within(
      project,
      `revert commit ${short(sha)} on branch ${branch} of`,
      `commit ${short(sha)} or branch ${branch}`,
    ),
    branch,
    write: true,
  }),
  commitFile: (project: ProjectRef, path: string, branch: string): Subject => ({
    ...within(project, `commit the file ${path} on branch ${branch} of`, `file ${path} or branch ${branch}`),
    branch,
    write: true,
  }),
  createRequest: (project: ProjectRef, branch: string): Subject => ({
    ...within(project, `open a merge request from branch ${branch} of`, `branch ${branch}`),
    branch,
    write: true,
  }),
  comment: (project: ProjectRef, iid: number): Subject => ({
    ...within(project, `comment on merge request !${iid} of`, `merge request !${iid}`),
    write: true,
  }),
};

function within(project: ProjectRef, act: string, thing: string): Subject {
  const name = typeof project === 'number' ? `project ${project}` : project;
  return { act: `${act} ${name}`, thing: `${thing} in ${name}`, project: name };
}

/** A whole SHA says no more than its beginning. */
function short(ref: string): string {
  return /^[0-9a-f]{40}$/.test(ref) ? ref.slice(0, 12) : ref;
}

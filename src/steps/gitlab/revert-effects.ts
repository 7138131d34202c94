import { shellLine } from '../../prose/shell-quote.ts';
import type { Effect } from '../step-kind.ts';
import { shortSha } from './place.ts';
import type { Reverting } from './revert-state.ts';

/** What is still missing of a revert: a branch, a commit, a merge request; `open` is the one that is there. */
export function effectsOf(
  data: Reverting,
  open: number | undefined,
  diff: Effect['diff'],
): readonly Effect[] {
  const { branch, source, project, there } = data;
  const api = (id: number, rest: string) => `projects/${id}/${rest}`;
  const create: Effect = {
    verb: 'create',
    target: `branch/${branch}`,
    namespace: source.path,
    summary: `a branch of ${data.defaultBranch} at ${shortSha(data.base)}`,
    diff: [],
    command: glab(api(source.id, 'repository/branches'), { branch, ref: data.base }),
  };
  const commit: Effect = {
    verb: data.commit === null ? 'commit' : 'revert',
    target: `file/${data.file}`,
    namespace: source.path,
    summary: `${data.target}: ref ${shortSha(data.from)} -> ${shortSha(data.to)}, on ${branch}`,
    diff,
    command:
      data.commit === null
        ? shellLine(['git', 'commit', '-m', data.title, '--', data.file])
        : glab(api(source.id, `repository/commits/${data.commit}/revert`), { branch }),
  };
  const propose: Effect = {
    verb: 'create',
    target: `merge request/${branch}`,
    namespace: project.path,
    summary: `${data.title}, into ${data.defaultBranch}`,
    diff: data.description.split('\n').map((text) => ({ change: 'added', text })),
    command: glab(api(source.id, 'merge_requests'), {
      source_branch: branch,
      target_branch: data.defaultBranch,
      target_project_id: String(project.id),
      title: data.title,
    }),
  };
  return [
    ...(there.branch ? [] : [create]),
    ...(there.commit ? [] : [commit]),
    ...(open === undefined ? [propose] : []),
  ];
}

function glab(path: string, fields: Readonly<Record<string, string>>): string {
  const given = Object.entries(fields).flatMap(([name, value]) => ['-f', `${name}=${value}`]);
  return shellLine(['glab', 'api', '-X', 'POST', path, ...given]);
}

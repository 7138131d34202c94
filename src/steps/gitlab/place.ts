import { z } from 'zod';
import type { GitLab, GitLabProject, GitLabReads, ProjectRef } from '../../ports/gitlab.ts';
import type { ReadOptions } from '../../ports/kubernetes.ts';
import type { Permission, PlanContext, RunContext } from '../step-kind.ts';

export const projectField = z
  .union([
    z.int().min(1),
    z
      .string()
      .regex(/^\d+$|^[^/\s]+(\/[^/\s]+)+$/, 'expected the path of a project, "group/project", or its number'),
  ])
  .describe('The GitLab project: its full path, or its number.');

export const pathField = z
  .string()
  .min(1)
  .refine(
    (path) => !path.startsWith('/') && !path.split('/').includes('..'),
    'expected a path inside the project',
  );

export const shaField = z.string().regex(/^[0-9a-f]{7,64}$/, 'expected the SHA of a commit');

/** GitLab's access levels from which branches may be pushed. */
const DEVELOPER = 30;

export interface GitLabPlace {
  readonly gitlab: GitLabReads;
  readonly options: ReadOptions;
}

export async function gitlabOf(context: PlanContext): Promise<GitLabPlace> {
  context.signal.throwIfAborted();
  return { gitlab: await context.ports.gitlab(), options: { signal: context.signal } };
}

export async function writableGitLab(
  context: RunContext,
): Promise<{ readonly gitlab: GitLab; readonly options: ReadOptions }> {
  context.signal.throwIfAborted();
  return { gitlab: await context.ports.gitlab(), options: { signal: context.signal } };
}

/** 'service/app-interface!12': how people name a merge request. */
export function mergeRequestName(project: ProjectRef, iid: number): string {
  return `${project}!${iid}`;
}

export const shortSha = (sha: string): string => (/^[0-9a-f]{12,}$/.test(sha) ? sha.slice(0, 8) : sha);

/** Whether branches can be pushed there; undefined when GitLab does not say. */
export function mayPush({ accessLevel }: GitLabProject): boolean | undefined {
  return accessLevel === undefined ? undefined : accessLevel >= DEVELOPER;
}

/** What this token may do, as far as GitLab tells: the scope first, then the level in the project. */
export async function writePermissions(
  { gitlab, options }: GitLabPlace,
  wanted: readonly { readonly verb: string; readonly resource: string; readonly project: GitLabProject }[],
): Promise<readonly Permission[]> {
  const scopes = await gitlab.tokenScopes(options);
  const scoped = scopes === undefined ? undefined : scopes.includes('api');
  return wanted.map(({ verb, resource, project }) => {
    const base = { verb, group: 'gitlab', resource, namespace: project.path };
    if (scoped === false)
      return {
        ...base,
        allowed: false,
        reason: `the token has the scope ${scopes?.join(', ') || 'of nothing'}, but writing needs api`,
      };
    if (project.accessLevel === undefined)
      return { ...base, allowed: undefined, reason: 'GitLab does not say' };
    const allowed = resource !== 'branches' || mayPush(project) !== false;
    const level = levelName(project.accessLevel);
    return { ...base, allowed, reason: allowed ? level : `${level}; pushing a branch needs Developer` };
  });
}

const LEVELS: readonly (readonly [number, string])[] = [
  [50, 'Owner'],
  [40, 'Maintainer'],
  [30, 'Developer'],
  [20, 'Reporter'],
  [10, 'Guest'],
];

function levelName(level: number): string {
  return LEVELS.find(([least]) => level >= least)?.[1] ?? 'no access';
}

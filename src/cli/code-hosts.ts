import type { Settings } from './settings.ts';
import { configuredToken, type Env, type TokenPlace, variableToken } from './token-place.ts';

/** GitLab and GitHub, as far as they are configured. */
export interface CodeHosts {
  readonly gitlabUrl?: string;
  readonly gitlabToken?: TokenPlace;
  /** Authorities to trust besides the usual ones: a PEM file. */
  readonly gitlabCaFile?: string;
  /** Of the API. */
  readonly githubUrl?: string;
  readonly githubToken?: TokenPlace;
}

const JOB_TOKEN = 'CI_JOB_TOKEN';
const GITHUB_API = 'https://api.github.com';

/** The environment first, as GitLab's own clients and its CI set it, then rollbook.yaml. */
export function codeHosts({ gitlab, github }: Settings, env: Env): CodeHosts {
  const host = env.GITLAB_HOST || gitlab?.host;
  const gitlabUrl = host || env.CI_SERVER_URL;
  const gitlabToken =
    variableToken(env, 'GITLAB_TOKEN', 'GITLAB_ACCESS_TOKEN') ??
    configuredToken(gitlab) ??
    // a job's token is good for the server that runs the job alone
    (host ? undefined : variableToken(env, JOB_TOKEN));
  const githubToken = variableToken(env, 'GITHUB_TOKEN', 'GH_TOKEN') ?? configuredToken(github);
  return {
    ...(gitlabUrl ? { gitlabUrl: withScheme(gitlabUrl) } : {}),
    ...(gitlabToken === undefined ? {} : { gitlabToken }),
    ...(gitlab?.['ca-file'] === undefined ? {} : { gitlabCaFile: gitlab['ca-file'] }),
    githubUrl: env.GITHUB_API_URL || github?.url || GITHUB_API,
    ...(githubToken === undefined ? {} : { githubToken }),
  };
}

export function tokenKind(place: TokenPlace | undefined): 'private' | 'job' {
  return place?.from === 'environment' && place.variable === JOB_TOKEN ? 'job' : 'private';
}

/** GitLab's clients take a bare host name for one that speaks https. */
function withScheme(host: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(host) ? host : `https://${host}`;
}

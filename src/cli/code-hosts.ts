import type { TokenSource } from '../adapters/secret-token.ts';
import type { Settings } from './settings.ts';

/** Where a token is to be found. It is kept with a session instead of the token itself. */
export type TokenPlace =
  | { readonly from: 'environment'; readonly variable: string }
  | { readonly from: 'file'; readonly file: string }
  | { readonly from: 'command'; readonly command: readonly [string, ...string[]] };

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

type Env = Readonly<Record<string, string | undefined>>;

const JOB_TOKEN = 'CI_JOB_TOKEN';
const GITHUB_API = 'https://api.github.com';

/** The environment first, as GitLab's own clients and its CI set it, then rollbook.yaml. */
export function codeHosts({ gitlab, github }: Settings, env: Env): CodeHosts {
  const host = env.GITLAB_HOST || gitlab?.host;
  const gitlabUrl = host || env.CI_SERVER_URL;
  const gitlabToken =
    variable(env, 'GITLAB_TOKEN', 'GITLAB_ACCESS_TOKEN') ??
    configured(gitlab) ??
    // a job's token is good for the server that runs the job alone
    (host ? undefined : variable(env, JOB_TOKEN));
  const githubToken = variable(env, 'GITHUB_TOKEN', 'GH_TOKEN') ?? configured(github);
  return {
    ...(gitlabUrl ? { gitlabUrl: withScheme(gitlabUrl) } : {}),
    ...(gitlabToken === undefined ? {} : { gitlabToken }),
    ...(gitlab?.['ca-file'] === undefined ? {} : { gitlabCaFile: gitlab['ca-file'] }),
    githubUrl: env.GITHUB_API_URL || github?.url || GITHUB_API,
    ...(githubToken === undefined ? {} : { githubToken }),
  };
}

/** The token itself, where the environment has it; a file or a command is asked when it is needed. */
export function tokenSource(place: TokenPlace | undefined, env: Env): TokenSource {
  switch (place?.from) {
    case undefined:
      return {};
    case 'environment': {
      const value = env[place.variable];
      return value === undefined || value === '' ? {} : { value };
    }
    case 'file':
      return { file: place.file };
    case 'command':
      return { command: place.command };
  }
}

export function tokenKind(place: TokenPlace | undefined): 'private' | 'job' {
  return place?.from === 'environment' && place.variable === JOB_TOKEN ? 'job' : 'private';
}

function variable(env: Env, ...names: readonly string[]): TokenPlace | undefined {
  const found = names.find((name) => env[name]);
  return found === undefined ? undefined : { from: 'environment', variable: found };
}

function configured(host: Settings['gitlab'] | Settings['github']): TokenPlace | undefined {
  if (host?.['token-file'] !== undefined) return { from: 'file', file: host['token-file'] };
  const [program, ...args] = host?.['token-command'] ?? [];
  return program === undefined ? undefined : { from: 'command', command: [program, ...args] };
}

/** GitLab's clients take a bare host name for one that speaks https. */
function withScheme(host: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(host) ? host : `https://${host}`;
}

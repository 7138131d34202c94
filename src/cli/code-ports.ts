import { systemClock } from '../adapters/clock.ts';
import type { GitHubOptions } from '../adapters/github/github.ts';
import type { GitLabOptions } from '../adapters/gitlab/gitlab.ts';
import type { CodeHistory, CodeSource } from '../ports/comparison.ts';
import { PortFailure } from '../ports/failure.ts';
import type { ReadPorts } from '../ports/ports.ts';
import { type CodeHosts, tokenKind } from './code-hosts.ts';
import { once } from './once.ts';
import { tokenSource } from './token-place.ts';

type OnSecret = (secret: string) => void;

/** Where code can be compared and read; each repository's client is made when it is first asked for, and once. */
export function codeHistories(hosts: CodeHosts, onSecret: OnSecret): ReadPorts['code'] {
  const made = new Map<string, () => Promise<CodeHistory>>();
  return (source) => {
    const key = JSON.stringify(source);
    const history = made.get(key) ?? once(() => historyOf(source, hosts, onSecret));
    made.set(key, history);
    return history();
  };
}

async function historyOf(source: CodeSource, hosts: CodeHosts, onSecret: OnSecret): Promise<CodeHistory> {
  switch (source.type) {
    case 'github': {
      const { createGitHubHistory } = await import('../adapters/github/github.ts');
      return createGitHubHistory(githubOptions(hosts, onSecret), source);
    }
    case 'gitlab': {
      const { createGitLabHistory } = await import('../adapters/gitlab/gitlab.ts');
      return createGitLabHistory(gitlabOptions(hosts, onSecret), source.project);
    }
    case 'clone': {
      const { createCloneHistory } = await import('../adapters/clone/clone.ts');
      return createCloneHistory(source.folder);
    }
  }
}

/** Throws PortFailure 'not-configured'. */
export function gitlabOptions(hosts: CodeHosts, onSecret: OnSecret): GitLabOptions {
  const { gitlabUrl, gitlabToken, gitlabCaFile } = hosts;
  if (gitlabUrl === undefined)
    throw new PortFailure('No GitLab is configured for this session.', {
      reason: 'not-configured',
      next: 'Set GITLAB_HOST and GITLAB_TOKEN, or gitlab.host and gitlab.token-file in rollbook.yaml.',
    });
  return {
    url: gitlabUrl,
    token: tokenSource(gitlabToken, process.env),
    tokenKind: tokenKind(gitlabToken),
    ...(gitlabCaFile === undefined ? {} : { caFile: gitlabCaFile }),
    env: process.env,
    clock: systemClock,
    onToken: onSecret,
  };
}

function githubOptions({ githubUrl, githubToken }: CodeHosts, onSecret: OnSecret): GitHubOptions {
  if (githubUrl === undefined)
    throw new PortFailure('No GitHub is configured for this session.', {
      reason: 'not-configured',
      next: 'Set github.url in rollbook.yaml, or compare in a local clone.',
    });
  return {
    url: githubUrl,
    token: tokenSource(githubToken, process.env),
    env: process.env,
    clock: systemClock,
    onToken: onSecret,
  };
}

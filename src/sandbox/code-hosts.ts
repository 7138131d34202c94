import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeHostOptions } from './code-host.ts';
import { requireGit } from './git/run.ts';
import type { GitHubRepository } from './github/http.ts';
import { startGitHubServer } from './github/server.ts';
import type { Forge } from './gitlab/forge.ts';
import { type ForgeDelays, GitForge } from './gitlab/git-forge.ts';
import { startGitLabServer } from './gitlab/server.ts';

/** What a world has on its code hosts, and who lives there. */
export interface CodeHostContent {
  /** What GitHub shows, over repositories that the forge may hold as well. */
  readonly gitHub: readonly GitHubRepository[];
  /** Ends everything that moves by itself. */
  stop(): void;
}

export interface CodeHostsOptions extends Omit<CodeHostOptions, 'api'> {
  /** An existing folder; a subfolder for the repositories is made in it, and gone at the end. */
  readonly folder: string;
  readonly pace: (milliseconds: number) => number;
  readonly delays?: Partial<ForgeDelays>;
  readonly onError: (error: unknown) => void;
  /** Fills the forge, knowing where it is; no one else does before it is done. */
  readonly fill: (forge: Forge, gitlabUrl: string) => Promise<CodeHostContent>;
}

export interface CodeHosts {
  readonly gitlabUrl: string;
  readonly githubUrl: string;
  stop(): Promise<void>;
}

/** Starts a GitLab and a GitHub with the same world's code. */
export async function startCodeHosts(options: CodeHostsOptions): Promise<CodeHosts> {
  const { fill } = options;
  await requireGit();
  const folder = join(options.folder, 'repositories');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const forge = new GitForge({ ...options, folder });
  const gitlab = await startGitLabServer({ ...options, forge });
  const content = await fill(forge, gitlab.url);
  const github = await startGitHubServer({
    ...options,
    repositories: content.gitHub,
    loginOf: (token) => forge.tokenOf(token)?.username,
  });
  return {
    gitlabUrl: gitlab.url,
    githubUrl: github.url,
    async stop() {
      content.stop();
      await Promise.all([gitlab.close(), github.close()]);
      await forge.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

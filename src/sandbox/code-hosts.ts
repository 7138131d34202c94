import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CodeHostOptions } from './code-host.ts';
import type { GitHubRepository } from './github/http.ts';
import { startGitHubServer } from './github/server.ts';
import type { Forge } from './gitlab/forge.ts';
import { type ForgeDelays, GitForge } from './gitlab/git-forge.ts';
import { startGitLabServer } from './gitlab/server.ts';

/** What a world has on its code hosts, and who lives there. */
export interface CodeHostContent {
  /** What GitHub shows, over repositories that the forge may hold as well. */
  readonly gitHub: readonly GitHubRepository[];
  /** The operator's, of the scope `api`. */
  readonly token: string;
  /** Sets the bots and the deployer in motion. */
  start(): void;
  stop(): void;
}

export interface CodeHostsOptions extends Omit<CodeHostOptions, 'api'> {
  /** An existing folder; a subfolder for the repositories is made in it, and gone at the end. */
  readonly folder: string;
  readonly pace: (milliseconds: number) => number;
  readonly delays?: Partial<ForgeDelays>;
  readonly onError: (error: unknown) => void;
  readonly fill: (forge: Forge) => Promise<CodeHostContent>;
}

export interface CodeHosts {
  readonly gitlab: { readonly url: string; readonly token: string };
  readonly github: { readonly url: string };
  stop(): Promise<void>;
}

/** Starts a GitLab and a GitHub with the same world's code. */
export async function startCodeHosts(options: CodeHostsOptions): Promise<CodeHosts> {
  const { fill, onError } = options;
  const folder = join(options.folder, 'repositories');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const forge = new GitForge({ ...options, folder });
  const content = await fill(forge);
  const [gitlab, github] = await Promise.all([
    startGitLabServer({ ...options, forge }),
    startGitHubServer({
      ...options,
      repositories: content.gitHub,
      loginOf: (token) => forge.tokenOf(token)?.username,
      onError,
    }),
  ]);
  content.start();
  return {
    gitlab: { url: gitlab.url, token: content.token },
    github: { url: github.url },
    async stop() {
      content.stop();
      await Promise.all([gitlab.close(), github.close()]);
      await forge.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

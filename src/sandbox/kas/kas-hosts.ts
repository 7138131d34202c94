import { type CodeHostsOptions, startCodeHosts } from '../code-hosts.ts';
import type { Store } from '../kubernetes/store.ts';
import { startKasForge } from './kas-forge.ts';
import type { KasState } from './kas-state.ts';
import { OPERATOR_TOKEN } from './seed-forge.ts';

const CODE_ON_GITHUB = 'bf2fc6cc711aee1a0c2a/kas-fleet-manager';

export interface KasHostsOptions extends Omit<CodeHostsOptions, 'fill' | 'delays'> {
  readonly state: KasState;
  readonly store: Store;
}

export interface KasHosts {
  readonly ready: {
    readonly gitlab: { readonly url: string; readonly token: string };
    readonly github: { readonly url: string };
  };
  stop(): Promise<void>;
}

/** Starts the code hosts of KAS Fleet Manager: app-interface on GitLab, the code there and on GitHub. */
export async function startKasHosts(options: KasHostsOptions): Promise<KasHosts> {
  const hosts = await startCodeHosts({
    ...options,
    async fill(forge, gitlabUrl) {
      const { projects, stop } = await startKasForge({ ...options, forge, gitlabUrl });
      const { defaultBranch, repository } = projects.code;
      return { gitHub: [{ fullName: CODE_ON_GITHUB, defaultBranch, repository }], stop };
    },
  });
  return {
    ready: {
      gitlab: { url: hosts.gitlabUrl, token: OPERATOR_TOKEN },
      github: { url: hosts.githubUrl },
    },
    stop: () => hosts.stop(),
  };
}

import path from 'node:path';
import { createGit } from '../adapters/git/git.ts';
import type { ReadPorts } from '../ports/ports.ts';
import { once } from './once.ts';
import type { Settings } from './settings.ts';

/** The folder of the repository with the manifests: the environment first, then rollbook.yaml, else where rollbook runs. */
export function repositoryFolder(settings: Settings, env: NodeJS.ProcessEnv, cwd: string): string {
  const folder = env.ROLLBOOK_REPOSITORY || settings.git?.repository;
  return folder ? path.resolve(cwd, folder) : cwd;
}

/** Repositories on this machine, each read through one client. */
export function repositories(configured: string | undefined): ReadPorts['git'] {
  const made = new Map<string, ReturnType<typeof clientOf>>();
  return (folder) => {
    const at = path.resolve(configured ?? process.cwd(), folder ?? '');
    const client = made.get(at) ?? clientOf(at);
    made.set(at, client);
    return client();
  };
}

function clientOf(folder: string) {
  return once(async () => createGit(folder));
}

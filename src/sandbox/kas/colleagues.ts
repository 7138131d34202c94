import type { Forge, ForgeProject } from '../gitlab/forge.ts';
import { NEIGHBOURS, neighbourPath, neighbourText } from './app-interface-files.ts';
import type { Environment, FixedVersion } from './kas-spec.ts';
import type { KasState } from './kas-state.ts';
import { kasNamespace } from './names.ts';
import { BOT, CONTROL_PLANE, type Person } from './people.ts';
import { CANONICAL_GITLAB, promotionDescription, promotionTitle } from './review-text.ts';
import { SAAS_FILE } from './saas-file.ts';
import type { KasProjects } from './seed-forge.ts';

export interface ColleaguesOptions {
  readonly forge: Forge;
  readonly projects: KasProjects;
  readonly state: KasState;
  readonly gitlabUrl: string;
}

async function commitTo(
  forge: Forge,
  project: ForgeProject,
  person: Person,
  change: { readonly path: string; readonly content: string; readonly message: string },
): Promise<{ readonly before: string; readonly sha: string }> {
  const { repository, defaultBranch } = project;
  const before = await repository.branch(defaultBranch);
  if (before === undefined) throw new Error(`${project.path} has no branch ${defaultBranch}.`);
  const { path, content, message } = change;
  const sha = await repository.commitFiles({
    parent: before,
    changes: [{ path, content }],
    message,
    author: forge.signature(person.username),
    time: forge.now(),
  });
  return { before, sha };
}

/** Someone else's change lands in app-interface: whatever is open there has to be rebased. */
export async function landSomethingElse({ forge, projects }: ColleaguesOptions): Promise<void> {
  const [service = ''] = NEIGHBOURS;
  const { appInterface } = projects;
  const ref = Math.floor(forge.now()).toString(16).padStart(40, '0');
  const { before, sha } = await commitTo(forge, appInterface, BOT, {
    path: neighbourPath(service),
    content: neighbourText(service, ref),
    message: `chore: update ${service} prod version to ${ref}\n`,
  });
  await forge.push(appInterface, BOT.username, appInterface.defaultBranch, before, sha);
}

/** The text with another `ref` for one environment. */
function withRef(text: string, environment: Environment, sha: string): string {
  const line = new RegExp(`(${kasNamespace(environment)}\\.yml\\n {4}ref: )(\\S+)[^\\n]*`);
  return text.replace(line, (_all, start: string) => start + sha);
}

/** The Control Plane team fixes the service, and opens the merge request that promotes the new version. */
export async function promoteFix(
  options: ColleaguesOptions,
  { environment, runs }: { readonly environment: Environment; readonly runs: FixedVersion },
): Promise<void> {
  const { forge, projects, state, gitlabUrl } = options;
  const { code, appInterface } = projects;
  const [author = BOT] = CONTROL_PLANE;
  const path = 'pkg/db/connection_factory.go';
  const fix = await commitTo(forge, code, author, {
    path,
    content:
      'package db\n\n// Waits no longer than this for a connection.\nconst acquireTimeoutSeconds = 5\n',
    message: 'MGDSTRM-10741 | do not hold a database connection while waiting for another\n',
  });
  state.addVersion(fix.sha, runs);
  await forge.push(code, author.username, code.defaultBranch, fix.before, fix.sha);
  const text = (await appInterface.repository.readText(appInterface.defaultBranch, SAAS_FILE)) ?? '';
  const title = promotionTitle(environment, fix.sha);
  const content = withRef(text, environment, fix.sha);
  const promotion = await commitTo(forge, appInterface, author, {
    path: SAAS_FILE,
    content,
    message: `${title}\n`,
  });
  const branch = `kas-fleet-manager-${environment}-${fix.sha.slice(0, 7)}`;
  await forge.push(appInterface, author.username, branch, undefined, promotion.sha);
  const from = state.promoted(environment).at(-1) ?? fix.before;
  const description = promotionDescription({
    environment,
    from,
    to: fix.sha,
    titles: ['MGDSTRM-10741 | do not hold a database connection while waiting for another'],
    link: 'gitlab',
  });
  await forge.mergeRequests.create({
    projectId: appInterface.id,
    sourceBranch: branch,
    targetBranch: appInterface.defaultBranch,
    title,
    description: description.replaceAll(CANONICAL_GITLAB, gitlabUrl),
    author: author.username,
    removeSourceBranch: true,
  });
}

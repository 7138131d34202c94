import type { AccessLevel, Forge, ForgeProject } from '../gitlab/forge.ts';
import { INTERFACE_PROJECT } from './app-interface-history.ts';
import { toImport } from './foreseen-history.ts';
import type { KasState } from './kas-state.ts';
import { pastMergeRequest } from './past-review.ts';
import { APP_SRE, BOT, CONTROL_PLANE, EVERYONE, OPERATOR, OTHERS, type Person, VIEWER } from './people.ts';
import { CANONICAL_GITLAB, CODE_PROJECT } from './review-text.ts';

/** What a person's GitLab token is in the sandbox: no secret. */
function gitlabToken({ username }: Person): string {
  return `glpat-sandbox-${username}`;
}

export const OPERATOR_TOKEN = gitlabToken(OPERATOR);

export interface KasProjects {
  readonly appInterface: ForgeProject;
  readonly code: ForgeProject;
  /** The operator's fork of app-interface. */
  readonly fork: ForgeProject;
}

function members(people: readonly Person[], level: AccessLevel): Record<string, AccessLevel> {
  return Object.fromEntries(people.map(({ username }) => [username, level]));
}

/** Fills a forge with the world's history. `gitlabUrl`, without a slash at its end, goes into links. */
export async function seedForge(forge: Forge, state: KasState, gitlabUrl: string): Promise<KasProjects> {
  for (const person of EVERYONE) {
    const { username, name } = person;
    forge.addUser({ username, name, bot: person === BOT });
    const scopes = person === VIEWER ? ['read_api'] : ['api'];
    forge.addToken({ token: gitlabToken(person), username, scopes });
  }
  const { code, appInterface } = state.content;
  const [interfaceProject, codeProject] = await Promise.all([
    forge.createProject({
      path: INTERFACE_PROJECT,
      id: 13_582,
      description: 'What the services are, where they run and who may change them',
      visibility: 'internal',
      mergeMethod: 'rebase_merge',
      pipelineMustSucceed: true,
      members: {
        ...members(OTHERS, 20),
        ...members([OPERATOR, VIEWER], 20),
        ...members(CONTROL_PLANE, 30),
        ...members([BOT, ...APP_SRE], 40),
      },
    }),
    forge.createProject({
      path: CODE_PROJECT,
      id: 34_721,
      defaultBranch: 'main',
      description: 'Kafka Service Fleet Manager',
      visibility: 'internal',
      members: { ...members([OPERATOR, VIEWER], 20), ...members(CONTROL_PLANE, 40) },
    }),
  ]);
  await Promise.all([
    interfaceProject.repository.importHistory(toImport(appInterface.history)),
    codeProject.repository.importHistory(toImport(code.history)),
  ]);
  for (const review of appInterface.reviews) {
    const past = pastMergeRequest(review, interfaceProject.id);
    const description = past.description?.replaceAll(CANONICAL_GITLAB, gitlabUrl) ?? '';
    forge.mergeRequests.addPast({ ...past, description });
  }
  const fork = await forge.fork(interfaceProject, {
    path: `${OPERATOR.username}/app-interface`,
    id: 20_417,
    visibility: 'internal',
    members: { ...members([OPERATOR], 50), ...(state.spec.botAccess ? members([BOT], 40) : {}) },
  });
  return { appInterface: interfaceProject, code: codeProject, fork };
}
